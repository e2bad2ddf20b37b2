//! Times as AWS's events have them.

use time::OffsetDateTime;
use time::macros::format_description;

/// Such as `2016-12-30T18:44:49Z`.
pub fn in_seconds(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let time = time.to_offset(time::UtcOffset::UTC);
    time.format(&format).unwrap_or_default()
}

/// Such as `2019-11-14T18:16:05.568Z`.
pub fn in_milliseconds(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let time = time.to_offset(time::UtcOffset::UTC);
    time.format(&format).unwrap_or_default()
}
