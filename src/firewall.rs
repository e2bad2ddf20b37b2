//! The firewall for identity data, before a plan is applied.

use portcullis_generator::firewall::{judge, losses};
use portcullis_generator::service::{Date, LOCAL, Service};
use time::OffsetDateTime;

use crate::failure::{Failure, OrFail, Outcome};

/// Fails where a plan, as `terraform show -json PLANFILE` prints it, would lose identity data that nobody has let go.
/// `local` holds none.
pub fn check(plan: &str, service: &Service, environment: &str) -> Outcome {
    if environment == LOCAL {
        return Ok(());
    }
    let losses = losses(plan, service, environment).or_tool()?;
    match judge(&losses, service, environment, today()) {
        Some(refusal) => Err(Failure::refused(refusal.message).hint(refusal.hint)),
        None => Ok(()),
    }
}

/// The day in UTC, so that a line of `[review]` counts equally long for everybody.
fn today() -> Date {
    let (year, month, day) = OffsetDateTime::now_utc().to_calendar_date();
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: month.into(),
        day,
    }
}
