//! The names of events in Terraform and in AWS.

use crate::events::{Event, Objects};
use crate::identifier::Identifier;
use crate::references::{Part, Reference, Template};
use crate::resources::scheduler_schedule;

/// The name of a schedule or a rule in AWS. A function's name holds no dot, so no two functions share such a name.
pub(crate) fn in_aws(function: &str, name: &str) -> Template {
    Template::of_reference(Reference::FunctionName(function.into()), &format!(".{name}"))
}

/// The name of the role of schedules is the function's name with this suffix.
pub(crate) const ROLE: &str = "schedules";

/// The name of the role of a function's schedules in AWS.
pub(crate) fn role(function: &str) -> Template {
    in_aws(function, ROLE)
}

/// The ARN of that role.
pub(crate) fn role_arn(function: &str) -> Template {
    let text = |text: &str| Part::Text(text.into());
    Template::of_parts([
        text("arn:"),
        Part::Reference(Reference::Partition),
        text(":iam::"),
        Part::Reference(Reference::Account),
        text(":role/"),
        Part::Reference(Reference::FunctionName(function.into())),
        text(&format!(".{ROLE}")),
    ])
}

/// The ARN of the group of the schedules.
pub(crate) fn schedule_group_arn() -> Template {
    Template::arn(
        "scheduler",
        "schedule-group/",
        Template::of_text(scheduler_schedule::GROUP),
        "",
    )
}

/// The ARN of a rule.
pub(crate) fn rule_arn(bus: Option<&str>, function: &str, name: &str) -> Template {
    let kind = bus.map_or_else(|| "rule/".to_owned(), |bus| format!("rule/{bus}/"));
    Template::arn("events", &kind, in_aws(function, name), "")
}

/// The ARN of a bus: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html>
pub(crate) fn bus_arn(bus: &str) -> Template {
    Template::arn("events", "event-bus/", Template::of_text(bus), "")
}

/// The name of an event's blocks in Terraform.
pub(crate) fn label(function: &str, event: &Event) -> Identifier {
    let function = Identifier::new(function);
    match event {
        Event::Schedule(_) | Event::Rule(_) => Identifier::new(&format!("{function}_{}", event.name())),
        Event::Objects(Objects {
            bucket,
            name: Some(name),
            ..
        }) => Identifier::new(&format!("{}_{name}", of_bucket(&function, bucket))),
        Event::Objects(objects) => of_bucket(&function, &objects.bucket),
        Event::Stream(_) | Event::Queue(_) | Event::Topic(_) => {
            Identifier::new(&format!("{function}_{}_{}", event.kind(), event.name()))
        }
    }
}

/// The name of a function and a bucket.
fn of_bucket(function: &Identifier, bucket: &str) -> Identifier {
    Identifier::new(&format!("{function}_bucket_{bucket}"))
}

/// The name of a bucket's permission to invoke a function.
pub(crate) fn bucket_permission(function: &str, bucket: &str) -> Identifier {
    of_bucket(&Identifier::new(function), bucket).prefixed("s3")
}

/// The name of a topic's permission to invoke a function.
pub(crate) fn topic_permission(label: &Identifier) -> Identifier {
    label.prefixed("sns")
}

/// The name of a rule's permission. Those of routes begin with a method.
pub(crate) fn permission(label: &Identifier) -> Identifier {
    label.prefixed("rule")
}

/// The name of the role of a function's schedules.
pub(crate) fn schedules(function: &str) -> Identifier {
    Identifier::new(function).prefixed(ROLE)
}
