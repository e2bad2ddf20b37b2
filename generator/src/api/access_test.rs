//! The stage, and what it serves.

use crate::hcl::{Block, reference, string};
use crate::modules::access_test::assertions::{is, must};

/// The stage serves what was deployed.
pub(crate) fn stage(stage: &str) -> Block {
    must(
        &format!("The stage `{stage}`"),
        "serve the latest deployment",
        [
            is("aws_api_gateway_stage.this.stage_name", string(stage)),
            is(
                "aws_api_gateway_stage.this.deployment_id",
                reference("aws_api_gateway_deployment.this.id"),
            ),
        ],
    )
}
