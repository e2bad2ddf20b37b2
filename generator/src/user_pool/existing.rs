//! A user pool that exists: Portcullis admits its users and never changes it.

use crate::text_rule::REGION;

/// The parts of an existing user pool's ARN that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExistingUserPool<'a> {
    /// Its region.
    pub region: &'a str,
    /// Its id, such as `us-east-1_AbCdEf123`.
    pub id: &'a str,
}

impl<'a> ExistingUserPool<'a> {
    /// The parts of an ARN. None if it is not that of a user pool.
    pub fn of(arn: &'a str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "cognito-idp", region, account, pool] = parts[..] else {
            return None;
        };
        let id = pool.strip_prefix("userpool/")?;
        let (of_region, name) = id.split_once('_')?;
        let is_partition = partition
            .strip_prefix("aws")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        let holds = is_partition
            && (REGION.check)(region)
            && of_region == region
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit())
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric());
        holds.then_some(Self { region, id })
    }
}

/// The id in an ARN that keeps the rule for ARNs of user pools.
pub(crate) fn id(arn: &str) -> &str {
    ExistingUserPool::of(arn).map_or(arn, |pool| pool.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_a_region_and_an_id() {
        let of = ExistingUserPool::of;
        let (region, id) = ("us-gov-west-1", "us-gov-west-1_a1B2");
        let arn = "arn:aws-us-gov:cognito-idp:us-gov-west-1:123456789012:userpool/us-gov-west-1_a1B2";
        assert_eq!(of(arn), Some(ExistingUserPool { region, id }));
        for other in [
            "us-east-1_AbC",
            "arn:aws:cognito-idp:us-east-1:123456789012:userpool/eu-west-1_AbC",
            "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_",
            "arn:aws:cognito-idp:us-east-1:12345678901:userpool/us-east-1_AbC",
            "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbC/client/a",
            "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:AbC",
            "arn:azure:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbC",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
