//! `aws_iam_policy`: a policy that roles share. Portcullis makes none, and a surface says what others make.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_policy>

use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_iam_policy",
    in_snapshot: false,
    arguments: &[
        ("attachment_count", Harmless),
        ("delay_after_policy_creation_in_ms", Harmless),
        ("name", Harmless),
        ("name_prefix", Harmless),
        ("path", Harmless),
        ("policy", Shown),
        ("policy_id", Harmless),
    ],
};
