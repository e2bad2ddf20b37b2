//! The sentences of a plan that is reviewed without a spec.

use portcullis_foreign_text::printable::{code, line};
use portcullis_terraform_json::plan::Action;

use crate::review::ChangeKind;
use crate::review::without_spec::{AuthorizerChange, Gained, Guard, Handler, PlanFact, Relation, What};
use crate::sentences::difference::{callers, handler, may, may_invoke};
use crate::sentences::quoting::changed;
use crate::sentences::{names, plan};

impl PlanFact {
    /// Returns the sentence of a report: one line without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Self::ApiAdded { address, name } => format!("REST API {} is new ({})", code(name), code(address)),
            Self::ApiUnreadable { address, why } => {
                format!("Portcullis can't read {}: {}", code(address), line(why))
            }
            Self::NotDeployed { address } => format!(
                "the plan makes no new deployment of {}: its stages serve the former routes until the next one",
                code(address)
            ),
            Self::StageAdded { address, stage } => {
                format!(
                    "stage {} is new and serves the same API ({})",
                    code(stage),
                    code(address)
                )
            }
            Self::StageEnds { before, after, .. } => match after {
                Some(after) => format!(
                    "stage {} is renamed to {}: every URL changes, and the old ones **stop working**",
                    code(before),
                    code(after)
                ),
                None => format!("stage {} is deleted: its URLs **stop working**", code(before)),
            },
            Self::RouteAdded {
                route,
                guard,
                handler,
            } => format!(
                "{} is new, {}{}",
                code(route),
                of(guard),
                handled_by(handler.as_ref())
            ),
            Self::RouteRemoved { route, heirs, .. } => {
                let requests = match &heirs[..] {
                    [] => "are no longer handled".to_owned(),
                    heirs => format!("now go to {}", names(heirs)),
                };
                format!("{} is removed: its requests {requests}", code(route))
            }
            Self::Requests {
                requests,
                from,
                to,
                before,
                after,
                handler,
                relation,
            } => moved(
                requests,
                [from.as_ref(), to.as_ref()],
                [before, after],
                handler.as_ref(),
                *relation,
            ),
            Self::RouteHandler { route, before, after } => format!(
                "{} is handled by {} instead of {}",
                code(route),
                json(after, handler),
                json(before, handler)
            ),
            Self::Authorizer { of, change } => authorizer(of, change),
            Self::FunctionAdded { function } => format!("function {} is new", code(function)),
            Self::FunctionRemoved { function } => format!("function {} is deleted", code(function)),
            Self::FunctionOpened { function, routes } => format!(
                "function {} becomes **public** through {}: before, no public route led to it",
                code(function),
                names(routes)
            ),
            Self::FunctionUrl { function, auth } => match auth.as_str() {
                "NONE" => format!("function {} gets a **public** URL of its own", code(function)),
                auth => format!(
                    "function {} gets a URL of its own with {}",
                    code(function),
                    code(auth)
                ),
            },
            Self::MayMore {
                function,
                gained,
                public,
            } => {
                let mut sentence = format!("function {} may now {}", code(function), rights(gained));
                if let Some(reach) = gained.reach {
                    sentence.push_str(&format!(": {reach}"));
                }
                if !public.is_empty() {
                    sentence.push_str(&format!(", and anyone can run it through {}", names(public)));
                }
                sentence
            }
            Self::MayLess { function, lost } => {
                format!("function {} may no longer {}", code(function), rights(lost))
            }
            Self::RightsUnknown { function, arn } => format!(
                "function {} has the rights of {}, which are **not in the plan**",
                code(function),
                code(arn)
            ),
            Self::Boundary {
                function,
                before,
                after,
            } => {
                let policy = |arn: &Option<String>| arn.as_ref().map_or("none".to_owned(), |arn| code(arn));
                format!(
                    "the permissions boundary of function {} changes from {} to {}",
                    code(function),
                    policy(before),
                    policy(after)
                )
            }
            Self::AssumedBy { function, principals } => {
                format!(
                    "{} may now assume the role of function {}",
                    names(principals),
                    code(function)
                )
            }
            Self::Invoker { function, invoker } => {
                let function = format!("function {}", code(function));
                format!("{}, past the authorizers", may_invoke(invoker, &function))
            }
            Self::Event {
                function,
                source,
                kind,
            } => {
                let (function, source) = (code(function), code(source));
                match kind {
                    ChangeKind::EventRemoved => format!("{source} no longer invokes function {function}"),
                    ChangeKind::EventWidened => {
                        format!("{source} may invoke function {function} for **other events** than before")
                    }
                    ChangeKind::EventChanged => {
                        format!("{source} invokes function {function} in another way")
                    }
                    _ => format!("{source} now invokes function {function}"),
                }
            }
            Self::Added { address, .. } => format!("{} is new", code(address)),
            Self::Setting {
                address,
                argument,
                before,
                after,
                meaning,
            } => {
                let changed = changed(&format!("{address}.{argument}"), before.as_ref(), after.as_ref());
                meaning.map_or(changed.clone(), |(_, so)| format!("{changed}: {so}"))
            }
            Self::Unclassified { address, what, why } => unclassified(address, what, why),
            Self::Ends { address, action } => {
                let ends = match action {
                    Action::Replace { .. } => "is **replaced**".to_owned(),
                    Action::Forget => "is removed from the state".to_owned(),
                    Action::Other(actions) => format!("may end by {}", code(&actions.join(", "))),
                    _ => "is **deleted**".to_owned(),
                };
                format!(
                    "{} {ends}, and Portcullis doesn't know what is lost with it",
                    code(address)
                )
            }
            Self::Loses(event) => line(&event.sentence()),
            Self::Deletes {
                address,
                lost,
                action,
            } => line(&plan::deletes(lost, action, address)),
            Self::ShortensLogs {
                log_group,
                before,
                after,
                ..
            } => line(&plan::shortens_logs(log_group, *before, *after)),
            Self::Unknown(unknown) => line(&unknown.sentence()),
        }
    }
}

/// The words of a surface's own sentences for something with the field names of a surface.
fn json<T: serde::Serialize>(value: &T, say: fn(&serde_json::Value) -> String) -> String {
    say(&serde_json::to_value(value).expect("the keys of a surface are strings"))
}

/// The callers, behind "is".
fn of(guard: &Guard) -> String {
    if guard.is_public() {
        return "**public**".to_owned();
    }
    if guard.auth_type == "NONE" {
        return "for anyone with an API key".to_owned();
    }
    json(guard, callers)
}

fn handled_by(handled: Option<&Handler>) -> String {
    match handled {
        Some(handled) => format!(", handled by {}", json(handled, handler)),
        None => String::new(),
    }
}

fn moved(
    requests: &str,
    [from, to]: [Option<&String>; 2],
    [before, after]: [&Guard; 2],
    handler: Option<&Handler>,
    relation: Relation,
) -> String {
    let now = match relation {
        Relation::Opened => "becomes **public**".to_owned(),
        Relation::Guarded | Relation::Same => format!("is now {}", of(after)),
        Relation::WiderScopes | Relation::Others => format!("is **now** {}", of(after)),
    };
    let route = match (from, to) {
        (None, None) => String::new(),
        (Some(from), None) => format!(", instead of {}", code(from)),
        (None, Some(to)) => format!(", because it goes to {}", code(to)),
        (Some(from), Some(to)) => format!(", because it goes to {} instead of {}", code(to), code(from)),
    };
    format!(
        "{} {now}{}{route}: before, it was {}",
        code(requests),
        handled_by(handler),
        of(before).replace("**", "")
    )
}

fn authorizer(of: &str, change: &AuthorizerChange) -> String {
    let text = |text: &Option<String>| text.as_ref().map_or("none".to_owned(), |text| code(text));
    let of = code(of);
    match change {
        AuthorizerChange::Admits(pools) => {
            format!("authorizer {of} now also admits the users of {}", names(pools))
        }
        AuthorizerChange::NoLongerAdmits(pools) => {
            format!("authorizer {of} no longer admits the users of {}", names(pools))
        }
        AuthorizerChange::DecidedBy { before, after } => {
            format!(
                "{} decides for authorizer {of} instead of {}",
                text(after),
                text(before)
            )
        }
        AuthorizerChange::Validation {
            before: Some(before),
            after: None,
        } => {
            format!(
                "authorizer {of} no longer checks that a token matches {}",
                code(before)
            )
        }
        AuthorizerChange::Validation { before, after } => format!(
            "authorizer {of} expects tokens that match {} instead of {}",
            text(after),
            text(before)
        ),
        AuthorizerChange::Ttl { before, after } => {
            format!("authorizer {of} remembers a decision for {after} instead of {before} seconds")
        }
        AuthorizerChange::Source { before, after } => {
            format!(
                "authorizer {of} reads the token from {} instead of {}",
                code(after),
                code(before)
            )
        }
    }
}

/// Rights, behind "may now" or "may no longer".
fn rights(gained: &Gained) -> String {
    let Gained {
        grants,
        statements,
        reach: _,
    } = gained;
    let grants = grants
        .iter()
        .map(|(on, actions)| format!("call {} on {}", names(actions), code(on)));
    let statements = statements.iter().map(|statement| {
        let may = may(statement);
        match statement.effect.as_str() {
            // A refusal that is gone.
            "Deny" => format!("do what was refused: it {may}"),
            _ => may.strip_prefix("may ").unwrap_or(&may).to_owned(),
        }
    });
    grants.chain(statements).collect::<Vec<_>>().join(", and ")
}

fn unclassified(address: &str, what: &What, why: &str) -> String {
    let address = code(address);
    let happens = match what {
        What::Added => "is new".to_owned(),
        What::Changed(arguments) if arguments.is_empty() => "changes".to_owned(),
        What::Changed(arguments) => format!("changes in {}", names(arguments)),
        What::Replaced => "is replaced".to_owned(),
        What::Gone => "is deleted".to_owned(),
        What::Runs => return format!("{address} {why}"),
    };
    format!("{address} {happens}, and Portcullis can't judge that: it {why}")
}
