//! SNS topics: who may publish to them.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod review;
pub(crate) mod settings;
pub(crate) mod surface;
pub(crate) mod surface_of_service;
pub(crate) mod uses;

use serde::Serialize;

use crate::reach::reachable_by::ReachableBy;
use crate::resources::sns_topic::FIFO;

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// Passes messages on in their order.
    pub fifo: bool,
    /// Drops a message if it got one with the same body a short time ago.
    pub content_based_deduplication: bool,
    /// Sender of its e-mails.
    pub display_name: Option<String>,
    /// The only callers that may reach it. `None` means every route.
    pub reachable_by: Option<ReachableBy>,
    /// ARN of the KMS key that encrypts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

impl Topic {
    /// The end of its name in AWS.
    pub(crate) fn suffix(&self) -> &'static str {
        suffix(self.fifo)
    }
}

/// The end of the name of a topic in AWS.
fn suffix(fifo: bool) -> &'static str {
    if fifo { FIFO } else { "" }
}
