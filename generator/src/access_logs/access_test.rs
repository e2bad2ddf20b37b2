//! Assertions about the contents of access logs: they hold no token and no key.

use crate::access_logs::AccessLogs;
use crate::access_logs::in_service::LABEL;
use crate::hcl::{Block, reference};
use crate::modules::access_test::assertions::{is, must};
use crate::resources::api_gateway_stage;
use crate::service::{LOCAL, Service};

pub(crate) fn assertion(service: &Service) -> Option<Block> {
    let AccessLogs { retention_days: _ } = service.api.access_logs.as_ref()?; // that of the environment
    let days = service.environments[LOCAL].access_log_retention_days?;
    let of_stage = |argument: &str| format!("aws_api_gateway_stage.this.access_log_settings[0].{argument}");
    let of_group = |argument: &str| format!("aws_cloudwatch_log_group.{LABEL}.{argument}");
    Some(must(
        "The access log",
        "contain no token, and go to the log group of the service",
        [
            is(of_stage("format"), api_gateway_stage::access_log_format()),
            is(of_stage("destination_arn"), reference(of_group("arn"))),
            is(of_group("retention_in_days"), days),
        ],
    ))
}
