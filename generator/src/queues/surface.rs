//! Queues: who may use them, and where their messages go.

use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::sqs;

use crate::resources::sqs_queue::FIFO;
use crate::surface::names::{Names, arn_of};
use crate::surface::policy;
use crate::surface::resources::Resources;
use crate::surface::types::Queue;
use crate::uses::Kind;

/// The beginning of the addresses of generated queues. A queue elsewhere admits no callers by itself. Its policy and
/// roles do, and surfaces show those.
pub(crate) const ADDRESS: &str = "module.service.aws_sqs_queue.";

/// The generated queues.
pub(crate) fn queues(resources: &mut Resources<'_>, names: &Names) -> Vec<Queue> {
    let mut queues: Vec<Part<sqs::Queue>> = resources.index.parts();
    queues.retain(|queue| queue.resource.address.starts_with(ADDRESS));
    let mut found = Vec::new();
    for queue in &queues {
        resources.account(queue.resource);
        let name = names.own(&queue.name, &queue.tags_all);
        let policy = queue.policy.as_deref().unwrap_or_default();
        found.push(Queue {
            name: name.strip_suffix(FIFO).unwrap_or(name).to_owned(),
            arn: arn_of(Kind::Queues, &queue.name),
            fifo: queue.fifo_queue,
            encrypted_with: match &queue.kms_master_key_id {
                Some(key) => Some(key.clone()),
                None => (queue.sqs_managed_sse_enabled == Some(true)).then(|| SSE.to_owned()),
            },
            dead_letters: queue
                .redrive_policy
                .as_deref()
                .map(|text| match sqs::Redrive::parse(text) {
                    Some(redrive) => dead_letters(
                        &names.without(&redrive.dead_letter_target_arn),
                        redrive.max_receive_count,
                    ),
                    None => text.to_owned(),
                }),
            policy: policy::sentences(policy, names),
        });
    }
    found
}

/// A surface's name for encryption with a key of SQS's own.
pub(crate) const SSE: &str = "SSE-SQS";

/// The ARN in that text.
pub(crate) fn dead_letter_arn(dead_letters: &str) -> &str {
    dead_letters
        .split_once(AFTER)
        .map_or(dead_letters, |(arn, _)| arn)
}

/// Between the ARN and the number in a text about a dead-letter queue.
const AFTER: &str = " after ";

/// The dead-letter queue, and the number of receptions after which messages go there.
pub(crate) fn dead_letters(arn: &str, count: u64) -> String {
    let times = if count == 1 { "time" } else { "times" };
    format!("{arn}{AFTER}{count} {times}")
}
