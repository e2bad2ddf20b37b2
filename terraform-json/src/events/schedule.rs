//! Schedule expressions: `rate(5 minutes)`, `cron(0 10 * * ? *)` and `at(2026-12-01T10:00:00)`.
//!
//! Sources: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>,
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>.

use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, Weekday};

/// A schedule expression that is understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// Every so often, from when it was applied.
    Rate(Duration),
    /// At these times, in UTC.
    Cron(Box<Cron>),
    /// Once, in UTC.
    At(OffsetDateTime),
}

/// The fields of a cron expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Cron {
    minutes: Vec<u8>,
    hours: Vec<u8>,
    days: Days,
    months: Vec<u8>,
    years: Vec<u16>,
}

/// The days of a cron expression: of the month or of the week.
#[derive(Debug, Clone, PartialEq)]
enum Days {
    Every,
    OfMonth(Vec<u8>),
    LastOfMonth,
    LastWeekdayOfMonth,
    /// The weekday that is nearest to a day of the month.
    NearestWeekday(u8),
    /// 1 is Sunday.
    OfWeek(Vec<u8>),
    /// The n-th such day of the week in the month.
    NthOfWeek(u8, u8),
    LastOfWeek(u8),
}

/// The years that AWS takes.
const YEARS: std::ops::RangeInclusive<u16> = 1970..=2199;

impl Expression {
    /// Reads an expression. An error says what is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inner = |name: &str| {
            let rest = text.trim().strip_prefix(name)?;
            rest.strip_prefix('(')?.strip_suffix(')').map(str::trim)
        };
        if let Some(rate) = inner("rate") {
            return parse_rate(rate).ok_or_else(|| format!("invalid rate `{rate}`"));
        }
        if let Some(cron) = inner("cron") {
            return Cron::parse(cron).map(|cron| Self::Cron(Box::new(cron)));
        }
        let format = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
        match inner("at").map(|at| PrimitiveDateTime::parse(at, &format)) {
            Some(Ok(at)) => Ok(Self::At(at.assume_utc())),
            _ => Err(format!("unknown schedule expression `{text}`")),
        }
    }

    /// The first time after `after`; none if there is none any more. `since` is when the schedule was applied.
    pub fn next(&self, since: OffsetDateTime, after: OffsetDateTime) -> Option<OffsetDateTime> {
        match self {
            Self::Rate(period) => {
                let passed = (after - since).whole_seconds().max(0) / period.whole_seconds().max(1);
                Some(since + *period * i32::try_from(passed + 1).ok()?)
            }
            Self::At(at) => (*at > after).then_some(*at),
            Self::Cron(cron) => cron.next(after),
        }
    }
}

fn parse_rate(text: &str) -> Option<Expression> {
    let (count, unit) = text.split_once(' ')?;
    let count: i64 = count.parse().ok().filter(|count| *count > 0)?;
    let seconds = match unit.trim() {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        _ => return None,
    };
    Some(Expression::Rate(Duration::seconds(seconds * count)))
}

impl Cron {
    fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, day, month, weekday, year] = fields[..] else {
            return Err(format!(
                "`cron({text})` must have six fields, not {}",
                fields.len()
            ));
        };
        let invalid = |name: &str, field: &str| format!("invalid {name} `{field}` in `cron({text})`");
        let small = |field: &str, range: (u16, u16), names: &[&str], name: &str| {
            let numbers = numbers(field, range, names).ok_or_else(|| invalid(name, field))?;
            let small: Result<Vec<u8>, _> = numbers.into_iter().map(u8::try_from).collect();
            small.map_err(|_| invalid(name, field))
        };
        let days = match (day, weekday) {
            ("*", "?") | ("?", "*") => Days::Every,
            ("?", "?") => return Err(format!("one of the days in `cron({text})` must not be `?`")),
            (day, "?") => day_of_month(day).ok_or_else(|| invalid("day of the month", day))?,
            ("?", weekday) => day_of_week(weekday).ok_or_else(|| invalid("day of the week", weekday))?,
            _ => return Err(format!("one of the days in `cron({text})` must be `?`")),
        };
        Ok(Self {
            minutes: small(minutes, (0, 59), &[], "minute")?,
            hours: small(hours, (0, 23), &[], "hour")?,
            days,
            months: small(month, (1, 12), &MONTHS, "month")?,
            years: numbers(year, (*YEARS.start(), *YEARS.end()), &[]).ok_or_else(|| invalid("year", year))?,
        })
    }

    fn next(&self, after: OffsetDateTime) -> Option<OffsetDateTime> {
        let mut date = after.to_offset(time::UtcOffset::UTC).date();
        // Eight years have every day of the calendar, also across a year without a leap day.
        for _ in 0..366 * 8 {
            if self.is_on(date) {
                for hour in &self.hours {
                    for minute in &self.minutes {
                        let time = Time::from_hms(*hour, *minute, 0).ok()?;
                        let moment = PrimitiveDateTime::new(date, time).assume_utc();
                        if moment > after {
                            return Some(moment);
                        }
                    }
                }
            }
            date = date.next_day()?;
        }
        None
    }

    fn is_on(&self, date: Date) -> bool {
        let last = date.month().length(date.year());
        let weekday = date.weekday().number_days_from_sunday() + 1;
        self.months.contains(&u8::from(date.month()))
            && u16::try_from(date.year()).is_ok_and(|year| self.years.contains(&year))
            && match &self.days {
                Days::Every => true,
                Days::OfMonth(days) => days.contains(&date.day()),
                Days::LastOfMonth => date.day() == last,
                Days::LastWeekdayOfMonth => date.day() == nearest_weekday(date.year(), date.month(), last),
                Days::NearestWeekday(day) => {
                    *day <= last && date.day() == nearest_weekday(date.year(), date.month(), *day)
                }
                Days::OfWeek(days) => days.contains(&weekday),
                Days::NthOfWeek(day, nth) => *day == weekday && (date.day() - 1) / 7 + 1 == *nth,
                Days::LastOfWeek(day) => *day == weekday && date.day() + 7 > last,
            }
    }
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The numbers of a field: `*`, `5`, `1-5`, `*/10`, `5/10`, and these with commas between. Names count from the first
/// number.
fn numbers(field: &str, (first, last): (u16, u16), names: &[&str]) -> Option<Vec<u16>> {
    let number = |text: &str| -> Option<u16> {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let number = match named {
            Some(place) => u16::try_from(place).ok()? + first,
            None => text.parse().ok()?,
        };
        (first..=last).contains(&number).then_some(number)
    };
    let mut all = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*", _) => (first, last),
            (_, Some((from, to))) => (number(from)?, number(to)?),
            (one, None) => (number(one)?, if step.is_some() { last } else { number(one)? }),
        };
        match from <= to {
            true => all.extend((from..=to).step_by(step.unwrap_or(1))),
            // Such as `FRI-MON`.
            false => all.extend((from..=last).chain(first..=to)),
        }
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

fn small(numbers: Vec<u16>) -> Vec<u8> {
    numbers
        .into_iter()
        .filter_map(|number| u8::try_from(number).ok())
        .collect()
}

fn day_of_month(field: &str) -> Option<Days> {
    match field {
        "L" => return Some(Days::LastOfMonth),
        "LW" => return Some(Days::LastWeekdayOfMonth),
        _ => {}
    }
    if let Some(day) = field.strip_suffix('W') {
        let day = day.parse().ok().filter(|day| (1..=31).contains(day))?;
        return Some(Days::NearestWeekday(day));
    }
    Some(Days::OfMonth(small(numbers(field, (1, 31), &[])?)))
}

fn day_of_week(field: &str) -> Option<Days> {
    let one = |text: &str| small(numbers(text, (1, 7), &WEEKDAYS)?).first().copied();
    if let Some((day, nth)) = field.split_once('#') {
        let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth))?;
        return Some(Days::NthOfWeek(one(day)?, nth));
    }
    match field.strip_suffix('L') {
        Some("") => Some(Days::OfWeek(vec![7])),
        Some(day) => Some(Days::LastOfWeek(one(day)?)),
        None => Some(Days::OfWeek(small(numbers(field, (1, 7), &WEEKDAYS)?))),
    }
}

/// The day from Monday to Friday that is nearest to a day, in the same month.
fn nearest_weekday(year: i32, month: Month, day: u8) -> u8 {
    let last = month.length(year);
    let weekday = Date::from_calendar_date(year, month, day).map(Date::weekday);
    match weekday {
        Ok(Weekday::Saturday) if day == 1 => 3,
        Ok(Weekday::Saturday) => day - 1,
        Ok(Weekday::Sunday) if day == last => day - 2,
        Ok(Weekday::Sunday) => day + 1,
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn cron_expressions_are_those_of_awss_table() {
        // 2026-11-27 is a Friday.
        let after = datetime!(2026-11-27 18:07:30 UTC);
        for (expression, expected) in [
            ("cron(0 10 * * ? *)", datetime!(2026-11-28 10:00 UTC)),
            ("cron(15 12 * * ? *)", datetime!(2026-11-28 12:15 UTC)),
            ("cron(0 18 ? * MON-FRI *)", datetime!(2026-11-30 18:00 UTC)),
            ("cron(0 8 1 * ? *)", datetime!(2026-12-01 8:00 UTC)),
            ("cron(0/15 * * * ? *)", datetime!(2026-11-27 18:15 UTC)),
            ("cron(0/10 * ? * MON-FRI *)", datetime!(2026-11-27 18:10 UTC)),
            ("cron(0/5 8-17 ? * MON-FRI *)", datetime!(2026-11-30 8:00 UTC)),
            ("cron(0/30 20-2 ? * MON-FRI *)", datetime!(2026-11-27 20:00 UTC)),
            ("cron(0 0 L * ? *)", datetime!(2026-11-30 0:00 UTC)),
            ("cron(0 0 29 2 ? *)", datetime!(2028-02-29 0:00 UTC)),
            ("cron(0 9 ? * 2#1 *)", datetime!(2026-12-07 9:00 UTC)),
            ("cron(0 9 ? * 6L *)", datetime!(2026-12-25 9:00 UTC)),
            ("cron(0 9 3W * ? 2027)", datetime!(2027-01-04 9:00 UTC)),
            ("cron(7,8 18 27 11 ? 2026)", datetime!(2026-11-27 18:08 UTC)),
            ("rate(5 minutes)", datetime!(2026-11-27 18:10 UTC)),
            ("rate(1 day)", datetime!(2026-11-28 18:00 UTC)),
            ("at(2026-12-24T20:00:00)", datetime!(2026-12-24 20:00 UTC)),
        ] {
            let since = datetime!(2026-11-27 18:00 UTC);
            let next = Expression::parse(expression).unwrap().next(since, after);
            assert_eq!(next, Some(expected), "{expression}");
        }
        for gone in ["cron(0 0 1 1 ? 2026)", "at(2026-01-01T00:00:00)"] {
            assert_eq!(
                Expression::parse(gone).unwrap().next(after, after),
                None,
                "{gone}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for expression in [
            "",
            "rate(0 minutes)",
            "rate(5 weeks)",
            "cron(0 10 * * ?)",
            "cron(60 * * * ? *)",
            "cron(0 0 1 * MON *)",
            "cron(0 0 1 * * *)",
            "cron(0 0 * * MON *)",
            "cron(0 0 * * * *)",
            "cron(0 0 ? * ? *)",
            "cron(0 0 ? * 8 *)",
            "at(tomorrow)",
        ] {
            assert!(Expression::parse(expression).is_err(), "{expression}");
        }
    }
}
