//! SNS topics: who may publish to them.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod review;
pub(crate) mod surface;
pub(crate) mod surface_of_service;
pub(crate) mod uses;

use serde::Serialize;

use crate::reach::reachable_by::ReachableBy;
use crate::resources::sns_topic::FIFO;

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// Whether it passes messages on in their order.
    pub fifo: bool,
    /// Whether it drops a message whose body it got a short time ago.
    pub content_based_deduplication: bool,
    /// What e-mails are from.
    pub display_name: Option<String>,
    /// Who may reach it at most; none is every route.
    pub reachable_by: Option<ReachableBy>,
    /// ARN of the KMS key that encrypts it; none is no key.
    pub kms_key: Option<String>,
}

/// What the name of a topic in AWS ends with.
fn suffix(fifo: bool) -> &'static str {
    if fifo { FIFO } else { "" }
}
