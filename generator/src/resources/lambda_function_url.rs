//! `aws_lambda_function_url`: an address of a function's own, past the API. Portcullis makes none, and a surface says what others make.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_url>

use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_function_url",
    in_snapshot: false,
    arguments: &[
        ("authorization_type", Shown),
        ("function_arn", Harmless),
        ("function_name", Shown),
        ("function_url", Harmless),
        ("invoke_mode", Harmless),
        ("url_id", Harmless),
    ],
};
