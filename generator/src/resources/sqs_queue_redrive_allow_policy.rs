//! `aws_sqs_queue_redrive_allow_policy`: whose dead letters a queue takes. It is no argument of the queue, because the
//! queue has to exist before the one whose dead letters it takes.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue_redrive_allow_policy>

use crate::hcl::{Block, argument, call, list, object, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::Harmless;
use crate::resources::{ResourceType, sqs_queue};

/// The type. It can only narrow what everyone who may change a queue of the account can do.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_sqs_queue_redrive_allow_policy",
    in_snapshot: false,
    arguments: &[("queue_url", Harmless), ("redrive_allow_policy", Harmless)],
};

/// Lets a queue take the dead letters of one other queue alone.
pub fn resource_block(queue: &Identifier, source: &Identifier) -> Block {
    let source = reference(format!("{}.arn", sqs_queue::address(source)));
    let policy = object([
        ("redrivePermission", string("byQueue")),
        ("sourceQueueArns", list([source])),
    ]);
    TYPE.block(queue.as_str())
        .attribute(argument(
            "queue_url",
            reference(format!("{}.url", sqs_queue::address(queue))),
        ))
        .attribute(argument("redrive_allow_policy", call("jsonencode", [policy])))
        .build()
}
