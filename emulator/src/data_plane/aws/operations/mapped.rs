//! The known needs of a call.

use crate::data_plane::iam::Need;

/// The needs of a call.
#[derive(Debug, PartialEq)]
pub enum Mapped {
    /// These actions.
    Needs(Vec<Need>),
    /// Nothing: AWS answers everybody who has credentials. Only `sts:GetCallerIdentity` is such a call.
    CallerIdentity,
}

/// A call whose actions are not known: the name of the operation, and why.
#[derive(Debug, PartialEq)]
pub struct Unmapped(pub String);
