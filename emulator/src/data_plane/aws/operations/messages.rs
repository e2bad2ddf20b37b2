//! SQS and SNS.

use super::super::call::{Call, Protocol};
use crate::data_plane::iam::Need;

/// The calls of SQS. A batch needs the action of a single message:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html>.
pub fn sqs(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let action = match operation {
        "SendMessage" | "SendMessageBatch" => "SendMessage",
        "DeleteMessage" | "DeleteMessageBatch" => "DeleteMessage",
        "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch" => "ChangeMessageVisibility",
        "ReceiveMessage"
        | "GetQueueAttributes"
        | "SetQueueAttributes"
        | "PurgeQueue"
        | "DeleteQueue"
        | "ListQueueTags"
        | "TagQueue"
        | "UntagQueue"
        | "ListDeadLetterSourceQueues" => operation,
        "GetQueueUrl" | "CreateQueue" => {
            // The owner may be another account.
            let owner = call.text("QueueOwnerAWSAccountId").unwrap_or(call.account);
            let (partition, region, name) = (call.partition, call.region, call.text("QueueName")?);
            let arn = format!("arn:{partition}:sqs:{region}:{owner}:{name}");
            return Some(vec![Need::new(format!("sqs:{operation}"), arn)]);
        }
        "ListQueues" => return Some(vec![Need::new("sqs:ListQueues", "*")]),
        _ => return None,
    };
    Some(vec![Need::new(format!("sqs:{action}"), queue(call)?)])
}

/// The ARN of the queue whose URL a call has: as a parameter, as its own path, or as both.
fn queue(call: &Call) -> Option<String> {
    let path = Some(call.head.uri.path()).filter(|path| *path != "/");
    let parameter = call.text("QueueUrl").map(|url| match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url,
    });
    let names = |path: &str| {
        let mut parts = path.trim_matches('/').rsplit('/').map(str::to_owned);
        Some((parts.next()?, parts.next()?))
    };
    let found = match (parameter, path) {
        (Some(parameter), None) => names(parameter)?,
        (None, Some(path)) if call.protocol == Protocol::Query => names(path)?,
        // The emulated AWS would take one of them.
        (Some(parameter), Some(path)) if names(parameter) == names(path) => names(path)?,
        _ => return None,
    };
    let (name, account) = found;
    let Call {
        partition, region, ..
    } = call;
    Some(format!("arn:{partition}:sqs:{region}:{account}:{name}"))
}

/// The calls of SNS:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html>.
pub fn sns(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let on = |action: &str, resource: &str| Some(vec![Need::new(format!("SNS:{action}"), resource)]);
    match operation {
        "Publish" => {
            let targets = ["TopicArn", "TargetArn"].map(|name| call.text(name));
            match (targets, call.text("PhoneNumber")) {
                ([Some(target), None] | [None, Some(target)], None) => on("Publish", target),
                // A text message has no resource.
                ([None, None], Some(_)) => on("Publish", "*"),
                _ => None,
            }
        }
        "PublishBatch" => on("Publish", call.text("TopicArn")?),
        "Subscribe"
        | "ListSubscriptionsByTopic"
        | "GetTopicAttributes"
        | "SetTopicAttributes"
        | "DeleteTopic"
        | "ConfirmSubscription" => on(operation, call.text("TopicArn")?),
        "CreateTopic" => on(operation, &call.arn("sns", "", call.text("Name")?)),
        "ListTopics" | "ListSubscriptions" => on(operation, "*"),
        _ => None,
    }
}
