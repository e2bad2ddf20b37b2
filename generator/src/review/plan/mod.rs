//! Terraform's plan beside two specs: what it would do that the specs don't show.
//!
//! A plan follows from the generated files and the state, so it shows what no spec does: HCL that was edited by hand, a
//! state that is out of date, resources that were deleted by other means. It repeats nothing that the specs show.

mod error;

use portcullis_terraform_json::plan::{Action, Change, ParsedPlan};
use serde_json::Value;

pub use error::PlannedError;

use crate::access_logs;
use crate::data_loss::{self, Loss};
use crate::resources::cloudwatch_log_group;
use crate::review::report;
use crate::review::{ChangeId, ChangeKind, Fact, Lost};
use crate::service::{Function, LOCAL, Service};
use crate::spec::toml_text;
use crate::surface::check_plan;

/// The part of a review that comes from a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Facts that are not in the specs.
    pub facts: Vec<Fact>,
    /// Terraform's changes, for the report.
    pub plan: report::Plan,
}

/// Returns the facts that a plan adds to the facts `reported` by the specs. `text` is the output of `terraform show -json
/// PLANFILE`, and `service` is that of the head.
pub fn planned(service: &Service, text: &str, reported: &[Fact]) -> Result<Planned, PlannedError> {
    let shown = ParsedPlan::parse(text).map_err(PlannedError::Plan)?;
    let plan = shown.whole().map_err(PlannedError::Plan)?;
    let checked = check_plan(service, &plan, None).map_err(PlannedError::Check)?;
    let reading = Reading {
        service,
        environment: &checked.environment,
        reported,
    };
    let mut facts: Vec<Fact> = checked
        .differences
        .iter()
        .map(|difference| Fact::PlanDiffers {
            environment: checked.environment.clone(),
            difference: difference.clone(),
        })
        .collect();
    // Nothing in `local` is worth keeping: it goes with the emulated AWS.
    if checked.environment != LOCAL {
        let losses = data_loss::losses(&shown, service, &checked.environment);
        facts.extend(losses.iter().filter_map(|loss| reading.loss(loss)));
        let pools: Vec<&str> = losses.iter().filter_map(|loss| loss.pool.as_deref()).collect();
        facts.extend(
            plan.changes
                .iter()
                .filter_map(|change| reading.change(change, &pools)),
        );
    }
    let mut notes: Vec<String> = checked
        .assumptions
        .iter()
        .map(|unknown| unknown.what.clone())
        .collect();
    notes.sort();
    notes.dedup();
    Ok(Planned {
        facts,
        plan: summary(&checked.environment, &plan.changes, notes),
    })
}

struct Reading<'a> {
    service: &'a Service,
    environment: &'a str,
    reported: &'a [Fact],
}

impl Reading<'_> {
    fn is_reported(&self, id: &ChangeId) -> bool {
        self.reported.iter().any(|fact| fact.id() == *id)
    }

    /// Returns whether the specs already report that the whole environment is recreated or removed.
    fn moves(&self) -> bool {
        [
            ChangeKind::RegionChanged,
            ChangeKind::AccountChanged,
            ChangeKind::EnvironmentRemoved,
        ]
        .into_iter()
        .any(|kind| self.is_reported(&ChangeId::new(kind, self.environment)))
    }

    /// Returns the fact about a loss that the data-loss guard of `apply` refuses. Its id is that of a present `accept`
    /// entry, or the one to recommend.
    fn loss(&self, loss: &Loss) -> Option<Fact> {
        if self.moves() || loss.ids.iter().any(|id| self.is_reported(id)) {
            return None;
        }
        let is_accepted = |id: &&ChangeId| {
            let mut lines = self.service.accepted_changes.iter();
            lines.any(|line| line.is_for(id))
        };
        let id = loss.ids.iter().find(is_accepted).or(loss.ids.first())?;
        Some(Fact::PlanLoses {
            environment: self.environment.into(),
            event: loss.event.clone(),
            id: id.clone(),
        })
    }

    /// Returns the fact about a lost resource, unless the data-loss guard covers it or it belongs to one of the lost
    /// `pools`.
    fn change(&self, change: &Change, pools: &[&str]) -> Option<Fact> {
        match &change.action {
            Action::Replace { .. } | Action::Delete | Action::Forget | Action::Other(_) => {}
            Action::Update => return self.shorter_logs(change),
            Action::NoOp | Action::Create | Action::Read => return None,
        }
        if change.mode != "managed" || self.moves() {
            return None;
        }
        let name = change.before["name"].as_str().unwrap_or_default();
        let address = change.address.as_str();
        // Their pool takes them along.
        let alone = !pools.contains(&change.before["user_pool_id"].as_str().unwrap_or_default());
        let access_logs = ChangeId::new(ChangeKind::AccessLogsDeleted, "api.access_logs");
        let group = toml_text::key(&["user_pool", "groups", name]);
        let (lost, of) = match change.kind.as_str() {
            "aws_cloudwatch_log_group" if self.is_access_log(name) && self.is_reported(&access_logs) => {
                return None;
            }
            // The spec's own are called by its word, those of other HCL by their address.
            "aws_cognito_user_pool_client" if alone => {
                let of = if is_ours(change) { name } else { address };
                (Lost::Client(name.into()), of)
            }
            "aws_cognito_user_group" if alone => {
                let of = if is_ours(change) { group.as_str() } else { address };
                (Lost::Group(name.into()), of)
            }
            "aws_cognito_user" if alone => {
                let user = change.before["username"].as_str().unwrap_or_default();
                (Lost::User(user.into()), self.environment)
            }
            "aws_api_gateway_rest_api" => (Lost::RestApi(name.into()), address),
            "aws_cloudwatch_log_group"
                if !self.is_reported(&ChangeId::new(ChangeKind::ServiceRenamed, "service.name")) =>
            {
                (
                    Lost::LogGroup(name.into()),
                    self.function(name).unwrap_or(address),
                )
            }
            _ => return None,
        };
        self.unless_reported(Fact::PlanDeletes {
            environment: self.environment.into(),
            address: address.into(),
            lost,
            action: change.action.clone(),
            of: of.into(),
        })
    }

    fn unless_reported(&self, fact: Fact) -> Option<Fact> {
        (!self.is_reported(&fact.id())).then_some(fact)
    }

    /// The function that a log group is of.
    fn function<'n>(&self, log_group: &'n str) -> Option<&'n str> {
        log_group.strip_prefix(&cloudwatch_log_group::own(
            &self.service.function_name(self.environment, ""),
        ))
    }

    fn is_access_log(&self, log_group: &str) -> bool {
        log_group == access_logs::log_group(&self.service.name, self.environment)
    }

    /// Returns the key of the days of the access log, unless the specs tell of it.
    fn unreported_access_log(&self) -> Option<String> {
        let here = toml_text::key(&["environments", self.environment, "access_log_retention_days"]);
        let everywhere = toml_text::key(&["api", "access_logs", "retention_days"]);
        let is_reported = |of: &String| self.is_reported(&ChangeId::new(ChangeKind::LogRetentionShorter, of));
        let is_unreported = ![&here, &everywhere].into_iter().any(is_reported);
        let days = self.service.api.access_log_retention_days();
        let is_own = self.service.environments[self.environment].access_log_retention_days != days;
        is_unreported.then_some(if is_own { here } else { everywhere })
    }

    /// A log group that keeps what it holds for less long. Of none, and of 0 days, it is kept for ever.
    fn shorter_logs(&self, change: &Change) -> Option<Fact> {
        let days = |values: &Value| values["retention_in_days"].as_u64().filter(|days| *days > 0);
        let (before, after) = (days(&change.before), days(&change.after));
        let is_shorter = after.is_some_and(|after| before.is_none_or(|before| after < before));
        if change.kind != "aws_cloudwatch_log_group" || change.mode != "managed" || !is_shorter {
            return None;
        }
        let name = change.before["name"].as_str().unwrap_or_default();
        let of = match self.function(name) {
            None if self.is_access_log(name) => self.unreported_access_log()?,
            None => change.address.clone(),
            Some(function) => {
                let everywhere = toml_text::key(&["functions", function, "log_retention_days"]);
                let key = [
                    "environments",
                    self.environment,
                    "functions",
                    function,
                    "log_retention_days",
                ];
                let here = toml_text::key(&key);
                let kind = ChangeKind::LogRetentionShorter;
                let is_reported = |of: &String| self.is_reported(&ChangeId::new(kind, of));
                if [&here, &everywhere].into_iter().any(is_reported) {
                    return None;
                }
                let days = |function: &Function| function.log_retention_days;
                let own = self.service.environments[self.environment]
                    .functions
                    .get(function);
                let is_own = own.is_some_and(|own| days(own) != days(&self.service.functions[function]));
                if is_own { here } else { everywhere }
            }
        };
        self.unless_reported(Fact::PlanShortensLogs {
            environment: self.environment.into(),
            log_group: name.into(),
            before,
            after: after.unwrap_or_default(),
            of,
        })
    }
}

/// Returns whether something is generated from the spec, also before it moved.
fn is_ours(change: &Change) -> bool {
    let was = change.previous_address.as_deref().unwrap_or(&change.address);
    [was, &change.address]
        .iter()
        .any(|address| address.starts_with("module.service."))
}

/// Returns Terraform's counts and actions.
pub(super) fn summary(environment: &str, changes: &[Change], notes: Vec<String>) -> report::Plan {
    let mut plan = report::Plan {
        environment: environment.into(),
        notes,
        ..report::Plan::default()
    };
    for change in changes {
        let (what, add, update, destroy) = match &change.action {
            Action::NoOp | Action::Read => continue,
            Action::Create => ("create", 1, 0, 0),
            Action::Update => ("change", 0, 1, 0),
            Action::Replace { .. } => ("replace", 1, 0, 1),
            Action::Delete => ("destroy", 0, 0, 1),
            Action::Forget => (report::FORGET, 0, 0, 0),
            Action::Other(_) => ("do something unknown to", 0, 0, 1),
        };
        plan.add += add;
        plan.change += update;
        plan.destroy += destroy;
        plan.deployment |= change.kind == "aws_api_gateway_deployment" && add > 0;
        plan.actions.push((change.address.clone(), what));
    }
    plan.actions.sort();
    plan
}

#[cfg(test)]
mod tests;
