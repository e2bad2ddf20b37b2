//! The events of a function's schedules, for a run on demand.

use anyhow::Result;
use portcullis_terraform_json::Resource;
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::lambda::FunctionReference;
use time::OffsetDateTime;

use super::permissions;
use super::sources::Sources;

/// A schedule's event for a function, at the present time.
#[derive(Debug, Clone, PartialEq)]
pub struct OnDemand {
    /// The schedule's address in the state.
    pub schedule: String,
    /// Its expression.
    pub expression: String,
    /// The event. An error says why AWS would not send it.
    pub event: Result<String, String>,
}

/// The events of the schedules of an applied state that invoke a function.
pub fn on_demand(resources: &[Resource], function: &str) -> Result<Vec<OnDemand>> {
    let index = Index::of(resources);
    let permissions = permissions::of(&index)?;
    let sources = Sources::read(&index, &permissions)?;
    let mut found = Vec::new();
    for schedule in &sources.schedules {
        for target in schedule
            .targets
            .iter()
            .filter(|target| target.arn.service == "lambda")
        {
            let reference = FunctionReference::parse(&target.arn.text);
            if reference.name != function {
                continue;
            }
            let event = target.scheduled(&schedule.arn, OffsetDateTime::now_utc());
            let checked = match target.by_role {
                true => Ok(()),
                false => permissions::check(
                    &permissions,
                    "events.amazonaws.com",
                    &reference,
                    &schedule.arn.text,
                    &schedule.arn.account,
                ),
            };
            found.push(OnDemand {
                schedule: schedule.address.clone(),
                expression: schedule.text.clone(),
                event: checked.map(|()| event),
            });
        }
    }
    Ok(found)
}
