//! The data-loss guard, before a plan is applied.

use portcullis_generator::data_loss::{judge, losses};
use portcullis_generator::service::{LOCAL, Service};
use portcullis_terraform_json::plan::ParsedPlan;

use crate::failure::{Failure, Outcome};
use crate::today::today;

/// Fails if a plan would lose identity data and the spec doesn't accept this. `local` has no such data.
pub fn check(plan: &ParsedPlan, service: &Service, environment: &str) -> Outcome {
    if environment == LOCAL {
        return Ok(());
    }
    let losses = losses(plan, service, environment);
    match judge(&losses, service, environment, today()) {
        Some(refusal) => Err(Failure::refused(refusal.message).help(refusal.help)),
        None => Ok(()),
    }
}
