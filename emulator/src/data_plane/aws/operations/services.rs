//! Services with few calls that functions make.

use portcullis_terraform_json::lambda::FunctionReference;

use super::super::call::{Call, text};
use crate::control_plane::invocations;
use crate::data_plane::iam::Need;

/// The calls of EventBridge: an entry needs its bus.
pub fn events(call: &Call, operation: &str) -> Option<Vec<Need>> {
    if operation != "PutEvents" {
        return None;
    }
    let entries = call.parameters["Entries"].as_array()?.iter();
    let need = |entry| {
        let bus = text(entry, "EventBusName").unwrap_or("default");
        let one = |name: &str| text(entry, name).map(str::to_owned);
        Need::new("events:PutEvents", call.arn("events", "event-bus/", bus))
            .with("events:source", one("Source"))
            .with("events:detail-type", one("DetailType"))
    };
    Some(entries.map(need).collect())
}

/// The calls of Step Functions.
pub fn states(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let resource = match operation {
        "StartExecution" | "StartSyncExecution" | "DescribeStateMachine" | "ListExecutions" => {
            call.text("stateMachineArn")?
        }
        "DescribeExecution" | "StopExecution" | "GetExecutionHistory" => call.text("executionArn")?,
        _ => return None,
    };
    Some(vec![Need::new(format!("states:{operation}"), resource)])
}

/// The calls of Cognito user pools that AWS wants signed. All but some lists are about one pool.
pub fn cognito(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let resource = match call.text("UserPoolId") {
        Some(pool) => call.arn("cognito-idp", "userpool/", pool),
        None if operation == "ListUserPools" => "*".to_owned(),
        None => return None,
    };
    Some(vec![Need::new(format!("cognito-idp:{operation}"), resource)])
}

/// The calls of CloudWatch Logs that write.
pub fn logs(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let group = format!("log-group:{}", call.text("logGroupName")?);
    let resource = match operation {
        "CreateLogGroup" => group,
        "CreateLogStream" | "DescribeLogStreams" => format!("{group}:log-stream:"),
        "PutLogEvents" => format!("{group}:log-stream:{}", call.text("logStreamName")?),
        _ => return None,
    };
    Some(vec![Need::new(
        format!("logs:{operation}"),
        call.arn("logs", "", &resource),
    )])
}

/// The calls of Kinesis that write.
pub fn kinesis(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let stream = match (call.text("StreamARN"), call.text("StreamName")) {
        (Some(arn), None) => arn.to_owned(),
        (None, Some(name)) => call.arn("kinesis", "stream/", name),
        _ => return None,
    };
    matches!(operation, "PutRecord" | "PutRecords" | "DescribeStreamSummary")
        .then(|| vec![Need::new(format!("kinesis:{operation}"), stream)])
}

/// An invocation, which the control plane hands to the data plane: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
pub fn invoke(call: &Call) -> Option<Vec<Need>> {
    let FunctionReference {
        name: function,
        qualifier,
    } = invocations::call(call.head)?.target();
    let arn = match &qualifier {
        Some(qualifier) => call.arn("lambda", "function:", &format!("{function}:{qualifier}")),
        None => call.arn("lambda", "function:", &function),
    };
    Some(vec![Need::new("lambda:InvokeFunction", arn)])
}
