//! The declaration of a kind of data.

/// A kind of data: its names, and the verbs that functions may have for it.
#[derive(Debug)]
pub struct Declaration {
    /// The key of its tables in the spec: "tables".
    pub key: &'static str,
    /// One of it: "table".
    pub noun: &'static str,
    /// The text to paste if one is missing.
    pub example: &'static str,
    /// The contents of one, before its name: "items of the table".
    pub contents: &'static str,
    /// The verbs that functions may have for one, in the order of sentences.
    pub verbs: &'static [Verb],
    /// Actions that need several verbs, because AWS asks for no other action then.
    pub together: &'static [(&'static str, &'static [&'static str])],
    /// The attributes that references may name.
    pub attributes: &'static [Attribute],
    /// Names are unique in all of AWS. Then a name ends with the account, and ARNs have neither region nor account.
    pub is_global: bool,
    /// The service in its ARN, and what is before its name there: "dynamodb" and "table/".
    pub arn: [&'static str; 2],
    /// The texts around its name in the name of a function's variable: `TABLE_ORDERS`.
    pub variable: [&'static str; 2],
    /// The attribute in this variable.
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
    /// A call of them may invoke the functions that the data invokes, such as those behind a queue.
    pub causes_events: bool,
    /// A function may call them on the data itself.
    pub on_itself: bool,
    /// A function may call them on parts of the data.
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
    StreamArn,
    /// The ARN of the KMS key that encrypts it. Only statements have it: a spec can't name it.
    KmsKey,
}

impl Attribute {
    /// Its name at the end of a reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Arn => "arn",
            Self::Url => "url",
            Self::StreamArn => "stream_arn",
            Self::KmsKey => "kms_key",
        }
    }
}
