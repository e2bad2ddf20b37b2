//! The kinds of data. Each kind's room declares it once, and everything that functions may do with data follows from that.

use crate::uses::declaration::Declaration;
use crate::{buckets, queues, tables, topics};

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the spec's")]
pub enum Kind {
    Tables,
    Buckets,
    Queues,
    Topics,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Tables, Self::Buckets, Self::Queues, Self::Topics];

    /// Its declaration.
    pub fn declaration(self) -> &'static Declaration {
        match self {
            Self::Tables => &tables::uses::TABLES,
            Self::Buckets => &buckets::uses::BUCKETS,
            Self::Queues => &queues::uses::QUEUES,
            Self::Topics => &topics::uses::TOPICS,
        }
    }
}
