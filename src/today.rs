//! The day on which a line of `[review]` counts.

use portcullis_generator::service::Date;
use time::OffsetDateTime;

/// The day in UTC, so that a line of `[review]` counts equally long for everybody.
pub fn today() -> Date {
    let (year, month, day) = OffsetDateTime::now_utc().to_calendar_date();
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: month.into(),
        day,
    }
}
