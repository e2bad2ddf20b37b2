//! How a kind of data is declared.

/// What a kind of data is called, and what functions may do with it.
#[derive(Debug)]
pub struct Declaration {
    /// The key of its tables in the spec: "tables".
    pub key: &'static str,
    /// One of it: "table".
    pub noun: &'static str,
    /// What an error about one that is missing says to write.
    pub example: &'static str,
    /// What is in one, before its name: "items of the table".
    pub contents: &'static str,
    /// What a function may do with one, in the order of sentences.
    pub verbs: &'static [Verb],
    /// Actions that need several verbs, because AWS asks for no other action then.
    pub together: &'static [(&'static str, &'static [&'static str])],
    /// What references name of one.
    pub attributes: &'static [Attribute],
    /// Whether a name is taken once in all of AWS. Then it ends with the account, and ARNs have neither region nor account.
    pub is_global: bool,
    /// The service in its ARN, and what is before its name there: "dynamodb" and "table/".
    pub arn: [&'static str; 2],
    /// What is around its name in the name of a function's variable: `TABLE_ORDERS`.
    pub variable: [&'static str; 2],
    /// What this variable contains.
    pub variable_contains: Attribute,
}

/// Something that a function may do with data.
#[derive(Debug)]
pub struct Verb {
    /// Its name in the spec.
    pub name: &'static str,
    /// The same of a third person: "reads".
    pub third: &'static str,
    /// AWS's actions, sorted.
    pub actions: &'static [&'static str],
    /// Whether they may be called on the data itself.
    pub on_itself: bool,
    /// Whether they may be called on its parts.
    pub on_parts: bool,
    /// Actions on the KMS key that encrypts the data, which AWS calls with the rights of the caller.
    pub with_key: &'static [&'static str],
}

/// Something that references name of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the spec's")]
pub enum Attribute {
    Name,
    Arn,
    Url,
}

impl Attribute {
    /// Its name at the end of a reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Arn => "arn",
            Self::Url => "url",
        }
    }
}
