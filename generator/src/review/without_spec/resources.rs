//! Changes of resources: what they protect or contain, and what is not classified.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::data_loss::{Event, Loss};
use crate::resources;
use crate::review::without_spec::arguments::{self, Judged};
use crate::review::without_spec::contents;
use crate::review::without_spec::fact::{PlanFact, What};
use crate::review::without_spec::sides::Side;
use crate::review::{ChangeKind, Lost};
use crate::surface::why_it_counts;
use portcullis_terraform_json::Resource;
use portcullis_terraform_json::plan::{Action, Change, Plan, without_keys};

/// New resources that contain data or know users.
const NOUNS: [(&str, ChangeKind); 6] = [
    ("aws_cognito_user_pool", ChangeKind::PoolAdded),
    ("aws_cognito_user_pool_client", ChangeKind::ClientAdded),
    ("aws_dynamodb_table", ChangeKind::TableAdded),
    ("aws_s3_bucket", ChangeKind::BucketAdded),
    ("aws_sns_topic", ChangeKind::TopicAdded),
    ("aws_sqs_queue", ChangeKind::QueueAdded),
];

/// Types whose removal lets more callers in.
const PROTECTING: [(&str, &str); 3] = [
    ("aws_wafv2_", "refuses requests"),
    ("aws_wafregional_", "refuses requests"),
    ("aws_organizations_policy", "refuses rights"),
];

/// Arguments that name the resource that something belongs to and goes with.
pub(super) const OWNERS: [&str; 8] = [
    "api_id",
    "bucket",
    "function_name",
    "rest_api_id",
    "role",
    "usage_plan_id",
    "user_pool_id",
    "domain_name",
];

/// Returns the facts about the changes of a plan. `losses` are those of the data-loss guard.
pub(super) fn facts(plan: &Plan, before: &Side, after: &Side, losses: &[Loss]) -> Vec<PlanFact> {
    let reading = Reading {
        before,
        after,
        unaccounted: [before, after].map(unaccounted),
        ended: ended(&plan.changes),
        lost: losses.iter().map(|loss| loss.event.address()).collect(),
    };
    let mut facts = Vec::new();
    for loss in losses {
        // The bucket takes them along.
        let goes_along = matches!(loss.event, Event::VersioningSuspended { .. })
            && plan
                .changes
                .iter()
                .any(|change| change.address == loss.event.address() && reading.goes_with_its_owner(change));
        if !goes_along {
            facts.push(PlanFact::Loses(loss.event.clone()));
        }
    }
    for change in &plan.changes {
        reading.change(change, &mut facts);
    }
    facts.extend(programs(plan));
    facts
}

struct Reading<'a> {
    before: &'a Side,
    after: &'a Side,
    /// Addresses of what no surface of a side accounts for.
    unaccounted: [BTreeSet<String>; 2],
    /// The ids and names of everything that is gone afterwards.
    ended: BTreeSet<String>,
    /// Addresses that the data-loss guard has a fact about.
    lost: BTreeSet<&'a str>,
}

impl Reading<'_> {
    fn change(&self, change: &Change, facts: &mut Vec<PlanFact>) {
        if change.mode != "managed" {
            if change.action == Action::Read
                && let Some(why) = why(change, &change.after)
            {
                let what = What::Runs;
                facts.push(unclassified(change.address.clone(), what, why));
            }
            return;
        }
        match &change.action {
            Action::NoOp | Action::Read => {}
            Action::Create => self.created(change, facts),
            Action::Update => self.updated(change, facts),
            Action::Replace { .. } => self.replaced(change, facts),
            Action::Delete | Action::Forget | Action::Other(_) => self.ends(change, facts),
        }
    }

    fn created(&self, change: &Change, facts: &mut Vec<PlanFact>) {
        let address = change.address.clone();
        let kind = change.kind.as_str();
        if let Some((_, kind)) = NOUNS.iter().find(|(noun, _)| *noun == kind) {
            facts.push(PlanFact::Added { address, kind: *kind });
        } else if kind == "aws_api_gateway_stage" {
            facts.extend(self.stage_added(change));
        } else if kind != "aws_api_gateway_rest_api"
            && self.is_unaccounted(change, 1)
            && !has_rules_for_new(change)
            && let Some(why) = why(change, &change.after)
        {
            facts.push(unclassified(address, What::Added, why));
        }
        facts.extend(of_new_resource(change));
    }

    /// A stage of an API that has others. Those of a new API are a part of it.
    fn stage_added(&self, change: &Change) -> Option<PlanFact> {
        let id = change.after["rest_api_id"].as_str()?;
        let exists = self.before.apis.values().any(|api| api.id == id);
        exists.then(|| PlanFact::StageAdded {
            address: change.address.clone(),
            stage: text(&change.after, "stage_name"),
        })
    }

    fn updated(&self, change: &Change, facts: &mut Vec<PlanFact>) {
        if let Some(fact) = shorter_logs(change) {
            facts.push(fact);
            return;
        }
        if resources::of(&change.kind).is_none_or(|of| of.arguments.is_empty()) {
            if let Some(why) = why(change, &change.after).or_else(|| why(change, &change.before)) {
                let names = arguments::changed(change).into_iter().map(|(name, ..)| name);
                let mut names: Vec<String> = names.chain(arguments::opened(change)).collect();
                names.retain(|name| !is_everywhere(name));
                names.sort();
                names.dedup();
                if !names.is_empty() {
                    facts.push(unclassified(change.address.clone(), What::Changed(names), why));
                }
            }
            return;
        }
        let is_compared = !self.is_unaccounted(change, 1);
        for (argument, before, after) in arguments::changed(change) {
            let judged = arguments::judge(&change.kind, &argument, is_compared, &before, &after);
            let set = |value: Value| Some(value).filter(|value| !value.is_null());
            match judged {
                Judged::Harmless => {}
                Judged::Setting(meaning) => facts.push(PlanFact::Setting {
                    address: change.address.clone(),
                    argument,
                    before: set(before),
                    after: set(after),
                    meaning,
                }),
                Judged::Unclassified => facts.push(argument_unclassified(change, &argument)),
            }
        }
        // Of what surfaces account for, these are among the unknown values of the surface.
        if !is_compared {
            for argument in arguments::opened(change) {
                let judged = arguments::judge(&change.kind, &argument, false, &Value::Null, &Value::Null);
                if !matches!(judged, Judged::Harmless) {
                    facts.push(argument_unclassified(change, &argument));
                }
            }
        }
    }

    fn replaced(&self, change: &Change, facts: &mut Vec<PlanFact>) {
        let address = change.address.clone();
        if change.kind == "aws_api_gateway_stage" {
            let [before, after] = [&change.before, &change.after].map(|side| text(side, "stage_name"));
            if before != after && !self.goes_with_its_owner(change) {
                facts.push(PlanFact::StageEnds {
                    address,
                    before,
                    after: Some(after),
                });
            }
        } else if self.is_a_loss(change, facts) {
        } else if self.is_unaccounted(change, 1) && !has_rules_for_new(change) {
            let why = why(change, &change.after).or_else(|| why(change, &change.before));
            facts.extend(why.map(|why| unclassified(address, What::Replaced, why)));
        }
        facts.extend(of_new_resource(change));
    }

    fn ends(&self, change: &Change, facts: &mut Vec<PlanFact>) {
        let address = change.address.clone();
        if self.is_a_loss(change, facts) || self.goes_with_its_owner(change) {
            return;
        }
        if change.kind == "aws_api_gateway_stage" {
            facts.push(PlanFact::StageEnds {
                address,
                before: text(&change.before, "stage_name"),
                after: None,
            });
            return;
        }
        let protects = PROTECTING
            .iter()
            .find(|(prefix, _)| change.kind.starts_with(prefix));
        let may_widen = self.is_unaccounted(change, 0);
        let why = protects
            .map(|(_, why)| *why)
            .or_else(|| why(change, &change.before).filter(|_| may_widen));
        facts.extend(why.map(|why| unclassified(address, What::Gone, why)));
    }

    /// Returns whether the end of a resource loses something, and adds the fact if the data-loss guard has none.
    fn is_a_loss(&self, change: &Change, facts: &mut Vec<PlanFact>) -> bool {
        if self.lost.contains(change.address.as_str()) {
            return true;
        }
        let name = text(&change.before, "name");
        let lost = match change.kind.as_str() {
            "aws_cognito_user_pool_client" => Lost::Client(name),
            "aws_cognito_user_group" => Lost::Group(name),
            "aws_cognito_user" => Lost::User(text(&change.before, "username")),
            "aws_api_gateway_rest_api" => Lost::RestApi(name),
            "aws_cloudwatch_log_group" => Lost::LogGroup(name),
            "aws_sqs_queue" => Lost::Queue(name),
            "aws_sns_topic" => Lost::Topic(name),
            kind if contents::is_empty(kind) => return false,
            _ if self.goes_with_its_owner(change) => return true,
            _ => {
                facts.push(PlanFact::Ends {
                    address: change.address.clone(),
                    action: change.action.clone(),
                });
                return true;
            }
        };
        if !self.goes_with_its_owner(change) {
            facts.push(PlanFact::Deletes {
                address: change.address.clone(),
                lost,
                action: change.action.clone(),
            });
        }
        true
    }

    /// Returns whether something belongs to what is gone, too. Facts are about that.
    fn goes_with_its_owner(&self, change: &Change) -> bool {
        let mut owners = OWNERS.iter().filter_map(|name| change.before[*name].as_str());
        // What others belong to has a name of its own in the same attribute.
        !OWNING.contains(&change.kind.as_str()) && owners.any(|owner| self.ended.contains(owner))
    }

    /// Returns whether no surface of a side accounts for a resource.
    fn is_unaccounted(&self, change: &Change, side: usize) -> bool {
        let has_surface = [self.before, self.after][side].surfaces().next().is_some();
        !has_surface || self.unaccounted[side].contains(&change.address)
    }
}

/// The addresses that every surface of a side leaves out.
fn unaccounted(side: &Side) -> BTreeSet<String> {
    let mut all = side
        .surfaces()
        .map(|(_, surface)| surface.others.iter().cloned().collect::<BTreeSet<_>>());
    let Some(first) = all.next() else {
        return BTreeSet::new();
    };
    all.fold(first, |left, other| left.intersection(&other).cloned().collect())
}

/// Ids and names of what is gone afterwards, and of what is replaced.
fn ended(changes: &[Change]) -> BTreeSet<String> {
    let ended = changes
        .iter()
        .filter(|change| change.mode == "managed" && change.action.destroys());
    let names = ended.flat_map(|change| {
        let names = ["id", "arn", "name", "bucket", "function_name"];
        let is_owner = OWNING.contains(&change.kind.as_str());
        names
            .into_iter()
            .filter(move |_| is_owner)
            .filter_map(|name| change.before[name].as_str())
    });
    names.map(str::to_owned).collect()
}

/// Types that others belong to.
const OWNING: [&str; 7] = [
    "aws_api_gateway_domain_name",
    "aws_api_gateway_rest_api",
    "aws_api_gateway_usage_plan",
    "aws_cognito_user_pool",
    "aws_iam_role",
    "aws_lambda_function",
    "aws_s3_bucket",
];

fn why(change: &Change, values: &Value) -> Option<&'static str> {
    why_it_counts(&Resource {
        address: change.address.clone(),
        mode: change.mode.clone(),
        kind: change.kind.clone(),
        values: values.clone(),
        obstacle: None,
    })
}

fn unclassified(address: String, what: What, why: &'static str) -> PlanFact {
    PlanFact::Unclassified { address, what, why }
}

fn argument_unclassified(change: &Change, argument: &str) -> PlanFact {
    let why = why(change, &change.after).unwrap_or("decides about access or data");
    unclassified(
        format!("{}.{argument}", change.address),
        What::Changed(Vec::new()),
        why,
    )
}

/// Returns whether rules judge a new resource of the type by its arguments.
fn has_rules_for_new(change: &Change) -> bool {
    change.kind == "aws_s3_bucket_public_access_block"
}

fn of_new_resource(change: &Change) -> impl Iterator<Item = PlanFact> + use<> {
    let address = change.address.clone();
    arguments::of_new_resource(&change.kind, &change.after)
        .into_iter()
        .map(move |(argument, after, kind, so)| PlanFact::Setting {
            address: address.clone(),
            argument,
            before: None,
            after: Some(after).filter(|value| !value.is_null()),
            meaning: Some((kind, so)),
        })
}

fn is_everywhere(name: &str) -> bool {
    resources::EVERYWHERE.iter().any(|(other, _)| *other == name)
}

/// A log group that keeps what it holds for less long. Of none, and of 0 days, it is kept for ever.
fn shorter_logs(change: &Change) -> Option<PlanFact> {
    let days = |values: &Value| values["retention_in_days"].as_u64().filter(|days| *days > 0);
    let (before, after) = (days(&change.before), days(&change.after)?);
    let is_shorter = change.kind == "aws_cloudwatch_log_group" && before.is_none_or(|before| after < before);
    is_shorter.then(|| PlanFact::ShortensLogs {
        address: change.address.clone(),
        log_group: text(&change.before, "name"),
        before,
        after,
    })
}

/// Provisioners of resources that are created or deleted, and actions that a plan invokes.
fn programs(plan: &Plan) -> impl Iterator<Item = PlanFact> {
    let is_made = |program: &str| {
        let Some((block, _)) = program.split_once(".provisioner.") else {
            return true;
        };
        plan.changes.iter().any(|change| {
            let is_run = change.action == Action::Create || change.action.destroys();
            is_run && without_keys(&change.address) == without_keys(block)
        })
    };
    let programs = plan.programs.iter().filter(move |program| is_made(program));
    programs.map(|program| unclassified(program.clone(), What::Runs, "runs a program during the apply"))
}

fn text(values: &Value, key: &str) -> String {
    values[key].as_str().unwrap_or_default().to_owned()
}
