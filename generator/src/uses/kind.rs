//! The kinds of data. Each kind's room declares it once, and everything that functions may do with data follows from that.

use crate::uses::declaration::Declaration;
use crate::{buckets, tables};

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the spec's")]
pub enum Kind {
    Tables,
    Buckets,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Tables, Self::Buckets];

    /// Its declaration.
    pub fn declaration(self) -> &'static Declaration {
        match self {
            Self::Tables => &tables::uses::TABLES,
            Self::Buckets => &buckets::uses::BUCKETS,
        }
    }
}
