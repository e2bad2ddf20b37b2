//! `aws_iam_role_policy_attachment`: a shared policy of a role. A surface says what others make. Portcullis
//! makes one for API Gateway, outside of environments.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy_attachment>

use crate::resources::Meaning::Shown;
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_iam_role_policy_attachment",
    in_snapshot: false,
    arguments: &[("policy_arn", Shown), ("role", Shown)],
};
