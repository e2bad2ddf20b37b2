//! The data-loss guard, before a plan is applied.

use portcullis_generator::data_loss::{judge, losses};
use portcullis_generator::service::{LOCAL, Service};

use crate::failure::{Failure, OrFail, Outcome};
use crate::today::today;

/// Fails if a plan, as `terraform show -json PLANFILE` prints it, would lose identity data that the spec does not accept.
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
