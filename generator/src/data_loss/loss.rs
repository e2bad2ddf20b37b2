//! The losses of a plan, as values.

use super::schema::Attribute;
use crate::review::{ChangeId, ChangeKind};
use portcullis_terraform_json::plan::{Action, Change};

/// Data that a plan would lose.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// The event.
    pub event: Event,
    /// True if it is of the spec, false for hand-written HCL.
    pub is_ours: bool,
    /// A way to prevent it, if the spec or Terraform has one.
    pub keep: Option<Keep>,
    /// The kinds and subjects by which `accept` entries let it go, the one to recommend first. A subject is the spec's
    /// own word, else the address.
    pub ids: Vec<ChangeId>,
    /// True if AWS would refuse it, because its deletion protection is on.
    pub protected: bool,
    /// The id of the pool, if that is lost with all that is in it.
    pub pool: Option<String>,
}

/// An event that loses data. Each holds the address of the resource, after moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A pool ends, with its users.
    PoolEnds {
        /// Its address.
        address: String,
        /// The kind of end.
        ending: Ending,
    },
    /// A pool leaves its address to a new, empty one.
    PoolMovedAside {
        /// The address of the new one.
        address: String,
        /// The id of the pool with the users.
        pool: String,
        /// The address that it moves to.
        to: String,
    },
    /// Terraform doesn't find a pool, and creates an empty one.
    PoolNotFound {
        /// Its address.
        address: String,
        /// Its id.
        pool: String,
        /// The region that Terraform looks in.
        looks_in: String,
        /// The region of the pool.
        region: String,
        /// The account of the pool.
        account: String,
    },
    /// A pool takes the place of one that is no longer in the state, while something in the state belongs to that.
    PoolOrphaned {
        /// The address of the new one.
        address: String,
        /// True if the new one is imported, false if it is created.
        imported: bool,
        /// The address of what belongs to the old one.
        orphan: String,
        /// The id of the old one.
        pool: String,
    },
    /// The users of a pool lose attributes.
    AttributesLost {
        /// The address of the pool.
        address: String,
        /// The attributes.
        attributes: Vec<Attribute>,
    },
    /// A table or a bucket ends, with what it contains.
    DataEnds {
        /// The kind of store.
        store: Store,
        /// Its address.
        address: String,
        /// The kind of end.
        ending: Ending,
    },
    /// Terraform doesn't find a table or a bucket, and creates an empty one.
    DataNotFound {
        /// The kind of store.
        store: Store,
        /// Its address.
        address: String,
        /// Its name in AWS.
        name: String,
        /// The region that Terraform looks in.
        looks_in: String,
        /// The region of the old one, if that is known.
        region: String,
    },
    /// A bucket keeps no more old versions.
    VersioningSuspended {
        /// The address of what says so.
        address: String,
    },
    /// Objects of a bucket expire, or expire earlier than before.
    ObjectsExpire {
        /// The address of what says so.
        address: String,
        /// The objects that expire.
        objects: Expiring,
        /// The days that are left to it.
        after: u64,
    },
    /// The domain of sign-in pages ends.
    DomainEnds {
        /// Its address.
        address: String,
        /// The domain.
        domain: String,
        /// The kind of end.
        ending: Ending,
    },
}

/// Stores of data beside user pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// A DynamoDB table, with items.
    Table,
    /// An S3 bucket, with objects.
    Bucket,
}

/// Objects of a bucket that S3 deletes after a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiring {
    /// Objects.
    Objects,
    /// Versions that newer ones replaced.
    OldVersions,
}

/// The ways in which a resource ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It is replaced, for these reasons.
    Replaced(Vec<Reason>),
    /// A replacement left it behind, and it is deleted.
    Deposed,
    /// It is deleted.
    Deleted,
    /// It is removed from the state.
    Forgotten,
    /// Terraform's actions on it are unknown.
    Unknown(Vec<String>),
}

/// A reason for a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The key of the spec that changes, or the argument.
    pub key: String,
    /// Its value before and after, if both are known texts.
    pub values: Option<[String; 2]>,
}

/// A way to prevent a loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// This `name` under `[user_pool]`.
    Name(String),
    /// To import the pool again.
    Import {
        /// The address.
        address: String,
        /// The id of the pool.
        pool: String,
    },
}

impl Event {
    /// The address that it happens to.
    pub fn address(&self) -> &str {
        match self {
            Self::PoolEnds { address, .. }
            | Self::PoolMovedAside { address, .. }
            | Self::PoolNotFound { address, .. }
            | Self::PoolOrphaned { address, .. }
            | Self::AttributesLost { address, .. }
            | Self::DataEnds { address, .. }
            | Self::DataNotFound { address, .. }
            | Self::VersioningSuspended { address }
            | Self::ObjectsExpire { address, .. }
            | Self::DomainEnds { address, .. } => address,
        }
    }

    /// The kind of change that it is.
    pub(crate) fn kind(&self) -> ChangeKind {
        match self {
            Self::PoolEnds { .. }
            | Self::PoolMovedAside { .. }
            | Self::PoolNotFound { .. }
            | Self::PoolOrphaned { .. } => ChangeKind::PoolReplaced,
            Self::DataEnds {
                store: Store::Table,
                ending: Ending::Replaced(_),
                ..
            }
            | Self::DataNotFound {
                store: Store::Table, ..
            } => ChangeKind::TableReplaced,
            Self::DataEnds {
                store: Store::Table, ..
            } => ChangeKind::TableDeleted,
            Self::DataEnds {
                store: Store::Bucket,
                ending: Ending::Replaced(_),
                ..
            }
            | Self::DataNotFound {
                store: Store::Bucket, ..
            } => ChangeKind::BucketReplaced,
            Self::DataEnds {
                store: Store::Bucket, ..
            } => ChangeKind::BucketDeleted,
            Self::VersioningSuspended { .. } => ChangeKind::VersioningSuspended,
            Self::ObjectsExpire { .. } => ChangeKind::ObjectsExpire,
            Self::AttributesLost { .. } => ChangeKind::PoolSchemaChanged,
            Self::DomainEnds { .. } => ChangeKind::DomainDeleted,
        }
    }
}

impl Ending {
    /// Returns the end of a change's resource; none if it stays. `key` returns the key of the spec that sets an
    /// argument.
    pub(super) fn of(change: &Change, key: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let reason = |path: &String| {
            let argument = path.split(['[', '.']).next().unwrap_or(path);
            let values = change.before[path].as_str().zip(change.after[path].as_str());
            Reason {
                key: key(argument).unwrap_or_else(|| path.clone()),
                values: values.map(|(before, after)| [before.to_owned(), after.to_owned()]),
            }
        };
        match &change.action {
            Action::NoOp | Action::Read | Action::Update | Action::Create => None,
            Action::Replace { .. } => Some(Self::Replaced(change.replace_paths.iter().map(reason).collect())),
            Action::Delete => Some(Self::Deleted),
            Action::Forget => Some(Self::Forgotten),
            Action::Other(actions) => Some(Self::Unknown(actions.clone())),
        }
    }
}
