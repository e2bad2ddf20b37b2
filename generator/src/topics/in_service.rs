//! The topics' part of `modules/service`: `topics.tf`.

use crate::hcl::{Block, Expression};
use crate::identifier::Identifier;
use crate::references::{Reference, Template};
use crate::resources::sns_topic::{self, Arguments};
use crate::resources::tls_only;
use crate::service::Service;
use crate::topics::{Topic, settings};
use crate::uses::{Attribute, Datum, Kind};

/// The action in the policy of a topic. SNS refuses `sns:*` there:
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html#enforce-encryption-data-in-transit>
pub(crate) const ACTION: &str = "sns:Publish";

/// Every topic.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let topics = service.topics.iter();
    topics.map(|(name, topic)| block(service, name, topic)).collect()
}

/// An attribute of a topic, made of names.
pub(crate) fn attribute(name: &str, topic: &Topic, attribute: Attribute) -> Template {
    let datum = Datum::new(Kind::Topics, name).with_suffix(topic.suffix());
    Template::of_reference(Reference::Datum(datum, attribute), "")
}

fn block(service: &Service, name: &str, topic: &Topic) -> Block {
    let Topic {
        fifo,
        content_based_deduplication,
        display_name: _, // `self::display_name`
        reachable_by: _, // a rule for the spec
        kms_key,
    } = topic;
    let of = |attribute| self::attribute(name, topic, attribute).in_service(service);
    sns_topic::resource_block(Arguments {
        label: &Identifier::new(name),
        name: of(Attribute::Name),
        display_name: display_name(service, name),
        fifo: *fifo,
        content_based_deduplication: *content_based_deduplication,
        kms_key: kms_key
            .as_ref()
            .map(|_| settings::KMS_KEY_ARN.in_service(service, name)),
        policy: tls_only::policy(ACTION, of(Attribute::Arn)),
    })
}

/// Returns the sender of e-mails, null in environments that set none. `None` if no environment sets one.
fn display_name(service: &Service, name: &str) -> Option<Expression> {
    let setting = &settings::DISPLAY_NAME;
    let is_set = service.topics[name].display_name.is_some() || setting.variable(service, name).is_some();
    is_set.then(|| setting.in_service(service, name))
}
