//! ARNs: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.

/// An ARN in its parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Arn {
    /// The whole.
    pub text: String,
    /// Such as `sqs`.
    pub service: String,
    /// Empty for a bucket.
    pub region: String,
    /// Empty for a bucket.
    pub account: String,
    /// The part behind the account.
    pub resource: String,
}

impl Arn {
    /// Reads an ARN.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let _arn = parts.next().filter(|arn| *arn == "arn")?;
        let _partition = parts.next()?;
        let mut next = || parts.next().map(str::to_owned);
        Some(Self {
            service: next()?,
            region: next()?,
            account: next()?,
            resource: next()?,
            text: text.to_owned(),
        })
    }
}
