//! Partitions of AWS: the second part of every ARN, and the end of every address.
//!
//! <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>, and
//! <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json> for names and addresses.

/// A partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// Its name, such as `aws`.
    pub name: &'static str,
    /// The end of the addresses in it.
    pub dns_suffix: &'static str,
}

/// The partitions, by prefixes of their regions' names.
const PARTITIONS: [(&str, Partition); 8] = [
    ("cn-", partition("aws-cn", "amazonaws.com.cn")),
    ("us-gov-", partition("aws-us-gov", "amazonaws.com")),
    ("us-isob-", partition("aws-iso-b", "sc2s.sgov.gov")),
    ("us-isof-", partition("aws-iso-f", "csp.hci.ic.gov")),
    ("us-iso-", partition("aws-iso", "c2s.ic.gov")),
    ("eu-isoe-", partition("aws-iso-e", "cloud.adc-e.uk")),
    ("eusc-", partition("aws-eusc", "amazonaws.eu")),
    ("", partition("aws", "amazonaws.com")),
];

const fn partition(name: &'static str, dns_suffix: &'static str) -> Partition {
    Partition { name, dns_suffix }
}

impl Partition {
    /// The partition of a region.
    pub fn of(region: &str) -> Self {
        let mut all = PARTITIONS.iter();
        let found = all.find(|(prefix, _)| region.starts_with(prefix));
        found.map_or(partition("aws", "amazonaws.com"), |(_, partition)| *partition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_of_one_partition() {
        for (region, name) in [
            ("us-east-1", "aws"),
            ("eu-central-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
        ] {
            assert_eq!(Partition::of(region).name, name);
        }
    }
}
