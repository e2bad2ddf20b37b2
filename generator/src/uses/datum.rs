//! A table or another store of data, as functions and references name it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::uses::kind::Kind;

/// Something of the spec that contains data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Datum {
    /// Its kind.
    pub kind: Kind,
    /// Its name in the spec.
    pub name: String,
}

impl Datum {
    /// Data of this kind and name.
    pub fn new(kind: Kind, name: &str) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// What is in it: "items of the table `orders`".
    pub(crate) fn contents(&self) -> String {
        format!("{} `{}`", self.kind.declaration().contents, self.name)
    }

    /// The environment variable in which a function finds it.
    pub fn variable(&self) -> String {
        let of_name = |c: char| match c.is_ascii_alphanumeric() {
            true => c.to_ascii_uppercase(),
            false => '_',
        };
        let name: String = self.name.chars().map(of_name).collect();
        let [before, behind] = self.kind.declaration().variable;
        [before, &name, behind].concat()
    }
}

/// Its path in the spec: `tables.orders`.
impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind.declaration().key, self.name)
    }
}

/// As its path.
impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
