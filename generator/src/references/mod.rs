//! References in texts of the spec, such as `${api.url}`: what they name, and what stands for them in Terraform and in a
//! surface.
//!
//! `$${` is a literal `${`, as in Terraform. A name or an ARN that Portcullis itself gives is written out from service,
//! environment, region and account. So a first plan knows it, and nothing can wait for itself.

mod in_service;
mod known;
mod parse;
mod values;

use serde::{Serialize, Serializer};

pub(crate) use known::Known;
pub(crate) use values::Values;

use crate::uses::declaration::Declaration;
use crate::uses::{Attribute, Datum};

/// A text with references.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template {
    parts: Vec<Part>,
}

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// The value of a reference.
    Reference(Reference),
}

/// Something that a text of the spec may refer to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// The name of the environment.
    Environment,
    /// Its region.
    Region,
    /// Its account.
    Account,
    /// The partition of its region, such as `aws`.
    Partition,
    /// The name of the service.
    Service,
    /// The URL of the API's stage, without a slash at its end.
    ApiUrl,
    /// The id of the REST API.
    ApiId,
    /// The name of its stage.
    ApiStage,
    /// The id of the user pool.
    UserPoolId,
    /// Its ARN.
    UserPoolArn,
    /// The id of a client of the pool.
    ClientId(String),
    /// An attribute of data.
    Datum(Datum, Attribute),
    /// The host of SQS in the region. Only URLs of queues have it: a spec can't name it.
    SqsHost,
    /// The name of a function in AWS.
    FunctionName(String),
    /// Its ARN.
    FunctionArn(String),
    /// An output of the own module.
    Own(String),
}

impl Reference {
    /// It as the spec has it between `${` and `}`.
    pub fn path(&self) -> String {
        match self {
            Self::Environment => "environment".into(),
            Self::Region => "region".into(),
            Self::Account => "account".into(),
            Self::Partition => "partition".into(),
            Self::Service => "service".into(),
            Self::ApiUrl => "api.url".into(),
            Self::ApiId => "api.id".into(),
            Self::ApiStage => "api.stage".into(),
            Self::UserPoolId => "user_pool.id".into(),
            Self::UserPoolArn => "user_pool.arn".into(),
            Self::ClientId(name) => ["user_pool.clients.", name, ".id"].concat(),
            Self::Datum(datum, attribute) => format!("{datum}.{}", attribute.name()),
            Self::SqsHost => "sqs".into(),
            Self::FunctionName(name) => ["functions.", name, ".name"].concat(),
            Self::FunctionArn(name) => ["functions.", name, ".arn"].concat(),
            Self::Own(name) => ["own.", name].concat(),
        }
    }

    /// Returns whether it is a whole ARN.
    pub fn is_an_arn(&self) -> bool {
        match self {
            Self::Datum(_, attribute) => match attribute {
                Attribute::Arn | Attribute::StreamArn | Attribute::KmsKey => true,
                Attribute::Name | Attribute::Url => false,
            },
            // Terraform alone knows its value, and IAM refuses other texts than ARNs.
            Self::Own(_) | Self::UserPoolArn | Self::FunctionArn(_) => true,
            Self::Environment
            | Self::Region
            | Self::Account
            | Self::Partition
            | Self::Service
            | Self::ApiUrl
            | Self::ApiId
            | Self::ApiStage
            | Self::UserPoolId
            | Self::ClientId(_)
            | Self::SqsHost
            | Self::FunctionName(_) => false,
        }
    }

    /// Returns whether it is an ARN, or a part of ARNs.
    pub fn is_of_arns(&self) -> bool {
        match self {
            Self::Datum(_, attribute) => match attribute {
                Attribute::Name | Attribute::Arn | Attribute::StreamArn | Attribute::KmsKey => true,
                Attribute::Url => false,
            },
            Self::ApiUrl | Self::ClientId(_) | Self::SqsHost => false,
            Self::Environment
            | Self::Region
            | Self::Account
            | Self::Partition
            | Self::Service
            | Self::ApiId
            | Self::ApiStage
            | Self::UserPoolId
            | Self::UserPoolArn
            | Self::FunctionName(_)
            | Self::FunctionArn(_)
            | Self::Own(_) => true,
        }
    }

    /// Returns whether the root of an environment knows its value. A root has no ids of AWS.
    pub fn is_known_in_a_root(&self) -> bool {
        match self {
            Self::Datum(datum, attribute) => match attribute {
                Attribute::Name => !datum.kind.declaration().is_global,
                Attribute::Arn | Attribute::Url | Attribute::StreamArn | Attribute::KmsKey => false,
            },
            Self::Environment
            | Self::Region
            | Self::Partition
            | Self::Service
            | Self::ApiStage
            | Self::FunctionName(_) => true,
            Self::Account
            | Self::ApiUrl
            | Self::ApiId
            | Self::UserPoolId
            | Self::UserPoolArn
            | Self::ClientId(_)
            | Self::SqsHost
            | Self::FunctionArn(_)
            | Self::Own(_) => false,
        }
    }
}

impl Template {
    /// Makes a template of a text without references, with any characters.
    pub fn of_text(text: impl Into<String>) -> Self {
        let parts = vec![Part::Text(text.into())];
        Self { parts }
    }

    /// The ARN of data.
    pub(crate) fn arn_of(datum: &Datum) -> Self {
        Self::of_reference(Reference::Datum(datum.clone(), Attribute::Arn), "")
    }

    /// A reference with a text behind it, which may be empty.
    pub fn of_reference(reference: Reference, text: &str) -> Self {
        let text = Some(text).filter(|text| !text.is_empty());
        let text = text.map(|text| Part::Text(text.to_owned()));
        let parts = [Part::Reference(reference)].into_iter().chain(text).collect();
        Self { parts }
    }

    /// An ARN of this environment's region and account: `arn:…:ssm:…:…:parameter/` with a name and a text behind it.
    pub(crate) fn arn(service: &str, kind: &str, name: Self, suffix: &str) -> Self {
        let text = |text: &str| Part::Text(text.into());
        let before = [
            text("arn:"),
            Part::Reference(Reference::Partition),
            text(&format!(":{service}:")),
            Part::Reference(Reference::Region),
            text(":"),
            Part::Reference(Reference::Account),
            text(&format!(":{kind}")),
        ];
        Self::of_parts(before.into_iter().chain(name.parts).chain([text(suffix)]))
    }

    /// The name in AWS of something that the spec names.
    pub(crate) fn name_in_aws(name: &str) -> Self {
        let text = |text: &str| Part::Text(text.into());
        let [service, environment] = [Reference::Service, Reference::Environment].map(Part::Reference);
        Self::of_parts([service, text("-"), environment, text("-"), text(name)])
    }

    /// The ARNs of a table's streams. A table has one stream at a time, but AWS decides the label at its end, so that no first
    /// plan knows it.
    pub(crate) fn streams_of(table: &Datum) -> Self {
        let arn = Reference::Datum(table.clone(), Attribute::Arn);
        Self::of_reference(arn, "/stream/*")
    }

    /// It as a policy has it: in place of the ARN of a stream, the ARNs of all streams of the table.
    pub(crate) fn in_policy(&self) -> Self {
        let parts = self.parts.iter().flat_map(|part| match part {
            Part::Reference(Reference::Datum(table, Attribute::StreamArn)) => Self::streams_of(table).parts,
            part => vec![part.clone()],
        });
        Self::of_parts(parts)
    }

    /// Returns the parts of an attribute of data. `None` if a setting of the data has it, or AWS decides it.
    fn of_datum(datum: &Datum, attribute: Attribute) -> Option<Self> {
        let name = Self::name_in_aws(&[&datum.name, datum.suffix].concat());
        let Declaration { is_global, arn, .. } = datum.kind.declaration();
        let [service, kind] = arn;
        let text = |text: &str| Part::Text(text.into());
        let name = match is_global {
            true => Self::of_parts(
                name.parts
                    .into_iter()
                    .chain([text("-"), Part::Reference(Reference::Account)]),
            ),
            false => name,
        };
        Some(match (attribute, is_global) {
            (Attribute::Name, _) => name,
            (Attribute::Arn, false) => Self::arn(service, kind, name, ""),
            (Attribute::Arn, true) => {
                let before = [
                    text("arn:"),
                    Part::Reference(Reference::Partition),
                    text(&format!(":{service}:::{kind}")),
                ];
                Self::of_parts(before.into_iter().chain(name.parts))
            }
            // SQS answers with this URL when it creates a queue:
            // <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html>
            (Attribute::Url, _) => {
                let [host, account] = [Reference::SqsHost, Reference::Account].map(Part::Reference);
                let before = [text("https://"), host, text("/"), account, text("/")];
                Self::of_parts(before.into_iter().chain(name.parts))
            }
            (Attribute::StreamArn | Attribute::KmsKey, _) => return None,
        })
    }

    /// The ARN of a function.
    fn function_arn(name: &str) -> Self {
        Self::arn("lambda", "function:", Self::name_in_aws(name), "")
    }

    /// Parts as one text.
    pub(crate) fn of_parts(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined = Self::default();
        for part in parts {
            match (joined.parts.last_mut(), part) {
                (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
                (_, Part::Text(text)) if text.is_empty() => {}
                (_, part) => joined.parts.push(part),
            }
        }
        joined
    }

    /// Returns the rest of a text that begins with a prefix.
    pub(crate) fn strip_prefix(&self, prefix: &str) -> Option<Self> {
        let [Part::Text(first), rest @ ..] = &self.parts[..] else {
            return None;
        };
        let text = first.strip_prefix(prefix)?;
        let text = (!text.is_empty()).then(|| Part::Text(text.into()));
        let parts = text.into_iter().chain(rest.iter().cloned()).collect();
        Some(Self { parts })
    }

    /// Its parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns its references.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Reference(reference) => Some(reference),
        })
    }

    /// The text as a spec has it.
    pub fn written(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.replace("${", "$${"),
            Part::Reference(reference) => format!("${{{}}}", reference.path()),
        });
        parts.collect()
    }
}

/// As the spec has it: a review compares it.
impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written())
    }
}
