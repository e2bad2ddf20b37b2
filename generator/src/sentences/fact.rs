//! The sentence of a fact.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::{code, line};

use crate::reach::{self, Way};
use crate::resources::lambda_permission::POLICY_BYTES;
use crate::review::{Fact, Program};
use crate::sentences::event::event;
use crate::sentences::list::list;
use crate::sentences::quoting::{both_quoted, changed, quoted};
use crate::sentences::{cors, data, expired, names, plan, route};
use crate::spec::toml_text;
use crate::user_pool::id;
use crate::uses;

impl Fact {
    /// Returns the sentence of a report: one line without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::RouteAdded {
                route,
                function,
                callers,
            } => route::added(route, function, callers),
            Self::RouteRemoved { route, heirs, .. } => route::removed(route, heirs),
            Self::RouteOpened(shifted) => route::opened(shifted),
            Self::RouteGuarded(shifted) => route::guarded(shifted),
            Self::RouteAuthorizerChanged(shifted) => route::authorizer_changed(shifted),
            Self::AuthorizerAdded { authorizer, function } => format!(
                "authorizer {} is new: function {} decides who may call",
                code(authorizer),
                code(function)
            ),
            Self::AuthorizerRemoved { authorizer } => {
                format!("authorizer {} is deleted, and no route has it", code(authorizer))
            }
            Self::RouteFunctionChanged { route, before, after } => format!(
                "{} is handled by {} instead of {}",
                code(route),
                code(after),
                code(before)
            ),
            Self::RouteParameterRenamed {
                path,
                before,
                after,
                functions,
            } => format!(
                "{} in {} is renamed to {}: {} must read it by that name",
                code(before),
                code(path),
                code(after),
                names(functions)
            ),
            Self::FunctionAdded { function, routes } => {
                let routes = match routes {
                    0 => "handles no route".to_owned(),
                    1 => "handles 1 route".to_owned(),
                    routes => format!("handles {routes} routes"),
                };
                format!("function {} is new and {routes}", code(function))
            }
            Self::FunctionRemoved { function } => {
                format!("function {} is deleted, with its role", code(function))
            }
            Self::FunctionRenamed { before, after } => format!(
                "function {} is renamed to {}: Lambda can't rename, so function, role and log group are **replaced**",
                code(before),
                code(after)
            ),
            Self::FunctionOpened { function, requests } => format!(
                "function {} becomes **public** through {}: before, no public route led to it",
                code(function),
                names(requests)
            ),
            Self::FunctionMayMore {
                function,
                grants,
                public,
                reach,
            } => {
                let mut sentence = format!("{} may now {}", code(function), granted(grants));
                if let Some(reach) = reach {
                    sentence.push_str(&format!(": {reach}"));
                }
                if !public.is_empty() {
                    sentence.push_str(&format!(", and anyone can run it through {}", names(public)));
                }
                sentence
            }
            Self::FunctionMayLess { function, grants } => {
                format!("{} may no longer {}", code(function), granted(grants))
            }
            Self::PermissionsWidened {
                function,
                routes,
                patterns,
            } => format!(
                "API Gateway may invoke function {} for {}: permissions for each of its {routes} routes exceed the \
                 {POLICY_BYTES} bytes of its policy",
                code(function),
                names(patterns)
            ),
            Self::PermissionsNarrowed { function, patterns } => format!(
                "API Gateway may no longer invoke function {} for {}",
                code(function),
                names(patterns)
            ),
            Self::LogsDeleted { function } => {
                format!(
                    "the log group of function {} is **deleted**, with its logs",
                    code(function)
                )
            }
            Self::PoolAdded { existing } => match &existing[..] {
                [] => "the user pool is new and has no users yet".into(),
                existing => format!(
                    "routes for signed-in users admit the users of {}",
                    pools(existing)
                ),
            },
            Self::PoolRemoved { existing } => match &existing[..] {
                [] => "the user pool is **deleted**: every user is lost".into(),
                existing => format!(
                    "the user pool is **deleted**: every user is lost, and routes for signed-in users admit those of {}",
                    pools(existing)
                ),
            },
            Self::PoolChanged {
                environment,
                before,
                after,
                ..
            } => {
                let pool = |arn: &Option<String>| match arn {
                    Some(arn) => code(id(arn)),
                    None => "a new pool of its own".into(),
                };
                format!(
                    "in {}, routes for signed-in users admit **other users**: those of {} instead of {}",
                    code(environment),
                    pool(after),
                    pool(before)
                )
            }
            Self::PoolReplaced { .. } => {
                "the user pool is **replaced** because `user_pool.name` changes: every user is lost".into()
            }
            Self::UseAdded {
                function,
                of,
                verbs,
                public,
            } => {
                let can = uses::phrase(of, verbs);
                match &public[..] {
                    [] => format!("function {} may now {can}", code(function)),
                    [first, others @ ..] => {
                        format!("**anyone** can now {can}: {}", way(first, others.len()))
                    }
                }
            }
            Self::UseRemoved { function, of, verbs } => format!(
                "function {} may no longer {}",
                code(function),
                uses::phrase(of, verbs)
            ),
            Self::OwnModuleAdded => "the service calls `terraform/modules/own`, which is hand-written".into(),
            Self::OwnModuleRemoved => {
                "the service no longer calls `terraform/modules/own`, so **everything in it is deleted**"
                    .into()
            }
            Self::Event {
                function,
                phrase,
                change,
                ..
            } => event(function, phrase, change),
            Self::DataAdded(of) => data::added(of),
            Self::DataDeleted(of) => data::deleted(of),
            Self::DataReplaced { of, reasons } => data::replaced(of, reasons),
            Self::IndexAdded { table, index } => format!(
                "index {} of table {} is new, and DynamoDB fills it before it answers",
                code(index),
                code(table)
            ),
            Self::IndexDeleted { table, index } => format!(
                "index {} of table {} is deleted, and its queries fail",
                code(index),
                code(table)
            ),
            Self::IndexRebuilt { table, index } => format!(
                "index {} of table {} is deleted and created again, and its queries fail meanwhile",
                code(index),
                code(table)
            ),
            Self::ClientAdded { client, flows } => {
                format!(
                    "client {} is new and signs users in with {}",
                    code(client),
                    names(flows)
                )
            }
            Self::ClientDeleted { client } => format!(
                "client {} is **deleted**: programs that use its id can no longer sign users in",
                code(client)
            ),
            Self::GroupAdded { group } => format!("group {} is new and has no users yet", code(group)),
            Self::GroupDeleted { group } => format!(
                "group {} is **deleted**: its users are no longer in it",
                code(group)
            ),
            Self::ClientRenamed {
                before,
                after,
                with_pool,
            } => {
                let id = if *with_pool {
                    "gets another id with the new pool"
                } else {
                    "keeps its id"
                };
                format!("client {} is renamed to {} and {id}", code(before), code(after))
            }
            Self::ClientFlowAdded { client, flows } => {
                format!(
                    "client {} may also sign users in with {}",
                    code(client),
                    names(flows)
                )
            }
            Self::ClientFlowRemoved { client, flows } => {
                format!(
                    "client {} may no longer sign users in with {}",
                    code(client),
                    names(flows)
                )
            }
            Self::CorsAdded { origins } => cors::added(origins),
            Self::CorsRemoved => "CORS is removed: pages of other origins can no longer call the API".into(),
            Self::CorsOrigin {
                environment,
                before,
                after,
                signs_in,
            } => cors::origin(environment, before.as_deref(), after, *signs_in),
            Self::BucketCors {
                bucket,
                before,
                after,
            } => cors::of_bucket(bucket, before, after),
            Self::CorsSends { sent, now, .. } => cors::sends(*sent, now),
            Self::EnvironmentAdded { environment, region } => {
                format!("environment {} is new, in {}", code(environment), code(region))
            }
            Self::EnvironmentRemoved { environment } => format!(
                "environment {} is **removed** from the spec: it keeps running in AWS, and Portcullis no longer manages it",
                code(environment)
            ),
            Self::StateMoved {
                environment,
                before,
                after,
            } => {
                let [before, after] = match (before, after) {
                    (Some(before), Some(after)) => both_quoted(before, after),
                    (before, after) => [before, after]
                        .map(|address| address.as_ref().map_or("a local file".into(), |it| quoted(it))),
                };
                format!(
                    "the state of {} moves from {before} to {after}: unless you move it first, Terraform creates \
                     everything **again**",
                    code(environment)
                )
            }
            Self::ServiceAdded {
                service,
                environments,
            } => format!("first spec: {} deploys to {}", code(service), names(environments)),
            Self::ServiceRemoved { environments } => {
                format!(
                    "the spec is **removed**: the service keeps running in {}",
                    names(environments)
                )
            }
            Self::Setting {
                path,
                before,
                after,
                is_secret,
                meaning,
                ..
            } => {
                let key = toml_text::key(path);
                let (before, after) = (before.as_ref(), after.as_ref());
                if *is_secret {
                    let what = match (before, after) {
                        (None, _) => "is set",
                        (_, None) => "is removed",
                        _ => "has another value",
                    };
                    return format!("{} {what}", code(&key));
                }
                let changed = changed(&key, before, after);
                meaning.map_or(changed.clone(), |(_, so)| format!("{changed}: {so}"))
            }
            Self::FormerlyMissing { table, before, after } => format!(
                "{} looks like {}, which is removed: if it is the same, add {} to {}",
                code(after),
                code(before),
                code(&format!("formerly = \"{before}\"")),
                code(&format!("[{table}.{after}]"))
            ),
            Self::GeneratedFilesDiffer { files } => format!(
                "generated files are **not what the spec generates**, so this review is incomplete: {}",
                names(files)
            ),
            Self::OwnFileChanged { file, is_new } => format!(
                "{} {} and is **not generated**: this review doesn't cover what it does",
                code(&format!("terraform/{file}")),
                if *is_new { "is new" } else { "has changed" }
            ),
            Self::TerraformReconfigured(finding) => finding.sentence(),
            Self::VersionConstraintLowered {
                program,
                before,
                after,
            } => {
                let program = match program {
                    Program::Terraform => "Terraform",
                    Program::AwsProvider => "the AWS provider",
                };
                let constraint = |text: &Option<String>| code(text.as_deref().unwrap_or("none"));
                format!(
                    "an older version of {program} may run: its version constraint changes from {} to {}",
                    constraint(before),
                    constraint(after)
                )
            }
            Self::PlanDiffers {
                environment,
                difference,
            } => plan::in_plan(environment, &difference.sentence()),
            Self::PlanLoses {
                environment, event, ..
            } => plan::in_plan(environment, &event.sentence()),
            Self::PlanDeletes {
                environment,
                address,
                lost,
                action,
                ..
            } => plan::in_plan(environment, &plan::deletes(lost, action, address)),
            Self::PlanShortensLogs {
                environment,
                log_group,
                before,
                after,
                ..
            } => plan::in_plan(environment, &plan::shortens_logs(log_group, *before, *after)),
            Self::PlanUnreadable { file, error } => {
                format!(
                    "can't compare the plan {} with the spec: {}",
                    code(file),
                    line(&error.to_string())
                )
            }
            Self::WithoutSpec(fact) => fact.sentence(),
            Self::SpecInvalid { side, errors } => {
                let side = side.as_str();
                let errors = match errors {
                    1 => "an error".to_owned(),
                    count => format!("{count} errors"),
                };
                format!("the spec of the {side} has {errors}, so nothing is compared")
            }
            Self::AcceptedChangeUnused(line) => format!(
                "unused `accept` entry: {} of {} is not blocked by this change. Delete the entry: Git keeps its reason",
                code(line.change.as_str()),
                code(&line.of)
            ),
            Self::AcceptedChangeExpired(line) => expired(line),
        }
    }
}

/// A way from a route to a function, and how many others there are: `` `GET /orders` → `orders` ``.
fn way(way: &Way, others: usize) -> String {
    let others = match others {
        0 => String::new(),
        1 => ", and one more route".into(),
        others => format!(", and {others} more routes"),
    };
    format!("{} → {}{others}", code(&way.route), reach::chain(&way.steps))
}

/// Pools that exist, by their ids.
fn pools(arns: &[String]) -> String {
    list(arns.iter().map(|arn| code(id(arn))))
}

/// Actions and their resources, behind "may".
fn granted(grants: &BTreeMap<String, Vec<String>>) -> String {
    let each = grants
        .iter()
        .map(|(on, actions)| format!("call {} on {}", names(actions), code(on)));
    each.collect::<Vec<_>>().join(", and ")
}
