//! Topics: who may use them.

use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::sns;

use crate::resources::sns_topic::FIFO;
use crate::surface::names::{Names, arn_of};
use crate::surface::policy;
use crate::surface::resources::Resources;
use crate::surface::types::Topic;
use crate::uses::Kind;

/// The beginning of the addresses of generated topics. A topic elsewhere admits no callers by itself. Its policy and
/// roles do, and surfaces show those.
pub(crate) const ADDRESS: &str = "module.service.aws_sns_topic.";

/// The generated topics.
pub(crate) fn topics(resources: &mut Resources<'_>, names: &Names) -> Vec<Topic> {
    let mut topics: Vec<Part<sns::Topic>> = resources.index.parts();
    topics.retain(|topic| topic.resource.address.starts_with(ADDRESS));
    let mut found = Vec::new();
    for topic in &topics {
        resources.account(topic.resource);
        let name = names.own(&topic.name, &topic.tags_all);
        let policy = topic.policy.as_deref().unwrap_or_default();
        found.push(Topic {
            name: name.strip_suffix(FIFO).unwrap_or(name).to_owned(),
            arn: arn_of(Kind::Topics, &topic.name),
            fifo: topic.fifo_topic,
            kms_key: topic.kms_master_key_id.clone(),
            policy: policy::sentences(policy, names),
        });
    }
    found
}
