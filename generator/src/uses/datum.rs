//! A table or another store of data, as functions and references name it.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::uses::kind::Kind;

/// Something of the spec that contains data. Its kind and its name say which it is.
#[derive(Debug, Clone)]
pub struct Datum {
    /// Its kind.
    pub kind: Kind,
    /// Its name in the spec.
    pub name: String,
    /// The end that AWS requires of its name, such as `.fifo`.
    pub suffix: &'static str,
}

impl Datum {
    /// Data of this kind and name.
    pub fn new(kind: Kind, name: &str) -> Self {
        Self {
            kind,
            name: name.into(),
            suffix: "",
        }
    }

    /// It with this at the end of its name in AWS.
    pub(crate) fn with_suffix(self, suffix: &'static str) -> Self {
        Self { suffix, ..self }
    }

    fn identity(&self) -> (Kind, &str) {
        (self.kind, &self.name)
    }

    /// Names its contents: "items of the table `orders`".
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

impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Datum {}

impl PartialOrd for Datum {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Datum {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
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
