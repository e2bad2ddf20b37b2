//! Resources that a plan takes away, with their kinds of change.

use crate::review::ChangeKind;

/// A resource that a plan takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// A client of a user pool, by name.
    Client(String),
    /// A group of a user pool, by name.
    Group(String),
    /// A user, by user name.
    User(String),
    /// A REST API, by name.
    RestApi(String),
    /// A log group, by name.
    LogGroup(String),
    /// A queue, by name.
    Queue(String),
    /// A topic, by name.
    Topic(String),
}

impl Lost {
    /// Returns the kind of change if it ends.
    pub(crate) fn kind(&self) -> ChangeKind {
        match self {
            Self::Client(_) => ChangeKind::ClientDeleted,
            Self::Group(_) => ChangeKind::GroupDeleted,
            Self::User(_) => ChangeKind::UserReplaced,
            Self::RestApi(_) => ChangeKind::ApiDeleted,
            Self::LogGroup(_) => ChangeKind::LogsDeleted,
            Self::Queue(_) => ChangeKind::QueueDeleted,
            Self::Topic(_) => ChangeKind::TopicDeleted,
        }
    }
}
