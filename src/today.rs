//! The day for the `until` of accepted changes.

use portcullis_generator::spec::Date;
use time::OffsetDateTime;

/// Returns the day in UTC, so that an `accept` entry ends at the same time everywhere.
pub fn today() -> Date {
    let (year, month, day) = OffsetDateTime::now_utc().to_calendar_date();
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: month.into(),
        day,
    }
}
