//! KMS keys, which Portcullis names and never creates.

use crate::text_rule::TextRule;

/// The ARN of a key. An alias does not do: it may lead to another key tomorrow.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN>
pub static KEY_ARN: TextRule = TextRule {
    must_be: "the ARN of a KMS key",
    help: "write it as in `arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`",
    check: |text| {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "kms", region, account, key] = parts[..] else {
            return false;
        };
        let is_of = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let id = key.strip_prefix("key/").unwrap_or_default();
        partition.starts_with("aws")
            && [partition, region, id]
                .into_iter()
                .all(|part| !part.is_empty() && is_of(part))
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit())
    },
    pattern: "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$",
};
