//! The services that are known.

use super::mapped::{Mapped, Unmapped};
use super::{dynamodb, messages, s3, secrets, services, ses};
use crate::data_plane::aws::call::{Call, Protocol};
use crate::data_plane::iam::Need;

/// Returns the needs of a call, or the reason why they are unknown.
pub fn needs(call: &Call) -> Result<Mapped, Unmapped> {
    let target = call.operation.split_once('.');
    let needs = match (call.protocol, call.service, target) {
        (Protocol::RestXml, "s3", _) => s3::needs(call),
        (Protocol::Json, "dynamodb", Some(("DynamoDB_20120810", operation))) => {
            dynamodb::needs(call, operation)
        }
        (Protocol::Json, "sqs", Some(("AmazonSQS", operation))) => messages::sqs(call, operation),
        (Protocol::Query, "sqs", _) => messages::sqs(call, &call.operation),
        (Protocol::Query, "sns", _) => messages::sns(call, &call.operation),
        (Protocol::Json, "ssm", Some(("AmazonSSM", operation))) => secrets::ssm(call, operation),
        (Protocol::Json, "secretsmanager", Some(("secretsmanager", operation))) => {
            secrets::secretsmanager(call, operation)
        }
        (Protocol::Json, "kms", Some(("TrentService", operation))) => secrets::kms(call, operation),
        (Protocol::Json, "events", Some(("AWSEvents", operation))) => services::events(call, operation),
        (Protocol::Json, "states", Some(("AWSStepFunctions", operation))) => {
            services::states(call, operation)
        }
        (Protocol::Json, "cognito-idp", Some(("AWSCognitoIdentityProviderService", operation))) => {
            services::cognito(call, operation)
        }
        (Protocol::Json, "logs", Some(("Logs_20140328", operation))) => services::logs(call, operation),
        (Protocol::Json, "kinesis", Some(("Kinesis_20131202", operation))) => {
            services::kinesis(call, operation)
        }
        (Protocol::Json, "monitoring", Some(("GraniteServiceVersion20100801", "PutMetricData"))) => {
            Some(vec![Need::new("cloudwatch:PutMetricData", "*")])
        }
        (Protocol::Query, "monitoring", _) if call.operation == "PutMetricData" => {
            Some(vec![Need::new("cloudwatch:PutMetricData", "*")])
        }
        (Protocol::RestJson, "ses", _) => ses::version_2(call),
        (Protocol::Query, "ses" | "email", _) => ses::version_1(call, &call.operation),
        (Protocol::Query, "sts", _) if call.operation == "GetCallerIdentity" => {
            return Ok(Mapped::CallerIdentity);
        }
        (Protocol::RestJson, "lambda", _) => services::invoke(call),
        _ => None,
    };
    // A call without needs would be allowed to everybody.
    let needs =
        needs.filter(|needs| !needs.is_empty() && needs.iter().all(|need| !need.resources.is_empty()));
    needs.map(Mapped::Needs).ok_or_else(|| Unmapped(name(call)))
}

/// The operation as the log names it, such as `dynamodb:ExecuteStatement` or `s3 PUT /bucket?acl`.
pub fn name(call: &Call) -> String {
    let operation = call.operation.rsplit('.').next().unwrap_or_default();
    match operation.is_empty() {
        false => format!("{}:{operation}", call.service),
        true => {
            let head = call.head;
            // Values of parameters may be secret.
            let query: Vec<&str> = head.uri.query().unwrap_or_default().split('&').collect();
            let names: Vec<&str> = query.iter().filter_map(|pair| pair.split('=').next()).collect();
            let query = names.join("&");
            let mark = if query.is_empty() { "" } else { "?" };
            format!(
                "{} {} {}{mark}{query}",
                call.service,
                head.method,
                head.uri.path()
            )
        }
    }
}
