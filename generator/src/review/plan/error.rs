//! Errors of reviewing a plan.

use std::fmt;

use crate::surface::CheckError;
use portcullis_terraform_json::plan::PlanError;

/// The reason why a plan can't be reviewed.
#[derive(Debug, Clone, PartialEq)]
pub enum PlannedError {
    /// The text is not a plan that can be read.
    Plan(PlanError),
    /// It is not a plan of this spec.
    Check(CheckError),
}

impl fmt::Display for PlannedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(formatter),
            Self::Check(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for PlannedError {}
