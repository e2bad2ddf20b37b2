//! Warnings about a valid spec that may fail in an account, or surprise.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use portcullis_foreign_text::printable::code;

use crate::events::Event;
use crate::functions::existing_role;
use crate::functions::statement::Statement;
use crate::reach::Reach;
use crate::resources::api_gateway_method::SIGN_IN_SCOPE;
use crate::resources::dynamodb_table::MOST_READERS;
use crate::resources::iam_actions::covers;
use crate::resources::{api_gateway_resource, lambda_permission};
use crate::routes::permissions;
use crate::sentences::list::list;
use crate::service::Service;
use crate::uses::{Datum, Kind};

/// A warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// One sentence without a final period.
    pub summary: String,
    /// Help that starts with a verb.
    pub help: String,
}

/// Returns every warning about a service.
pub fn of_service(service: &Service) -> Vec<Warning> {
    let warnings = resources(service).into_iter().chain(patterns(service));
    let warnings = warnings.chain(scopes(service));
    let warnings = warnings.chain(existing_roles(service));
    let warnings = warnings.chain(loops(service)).chain(endless(service));
    warnings.chain(readers(service)).collect()
}

/// Warns of routes that no token of `local` opens, because its pool is not the one whose tokens have their scopes.
fn scopes(service: &Service) -> Option<Warning> {
    if service.own_user_pool().is_some() {
        return None;
    }
    let routes = service
        .routes
        .iter()
        .filter(|(.., route)| !route.scopes.is_empty() && !route.scopes.contains(SIGN_IN_SCOPE));
    let routes: Vec<_> = routes
        .map(|(path, method, _)| format!("`{}`", path.key(method)))
        .collect();
    (!routes.is_empty()).then(|| Warning {
        summary: format!(
            "in `local`, no token has the scopes of {}, because its user pool isn't the existing one",
            routes.join(", ")
        ),
        help: format!(
            "call these routes in AWS, or add the scope `{SIGN_IN_SCOPE}`, which tokens of users have"
        ),
    })
}

/// Warns of functions that may invoke themselves through a queue or topic. Lambda stops such a loop after 16 invocations:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>
fn loops(service: &Service) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let reach = LazyCell::new(|| Reach::of(service));
    for (name, function) in &service.functions {
        for event in &function.on {
            let (datum, verb, action) = match event {
                Event::Queue(event) => (&event.queue, "send", "sqs:SendMessage"),
                Event::Topic(event) => (&event.topic, "publish", "sns:Publish"),
                Event::Schedule(_) | Event::Rule(_) | Event::Objects(_) | Event::Stream(_) => continue,
            };
            let functions = reach.functions_on(datum);
            let own = functions.iter().find(|(other, _)| other == name);
            let invokes_itself =
                own.is_some_and(|(_, does)| does.iter().any(|does| does == verb || covers(does, action)));
            if invokes_itself {
                let noun = datum.kind.declaration().noun;
                warnings.push(Warning {
                    summary: format!(
                        "function `{name}` may {verb} to the {noun} `{}`, whose messages invoke it again",
                        datum.name
                    ),
                    help: format!(
                        "{verb} to another {noun}. Lambda stops such a loop after about 16 invocations"
                    ),
                });
            }
        }
    }
    warnings
}

/// Warns of functions that may change the table whose every change invokes them. Lambda doesn't stop such a loop:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>
fn endless(service: &Service) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let reach = LazyCell::new(|| Reach::of(service));
    for (name, function) in &service.functions {
        for event in &function.on {
            let Event::Stream(stream) = event else { continue };
            // A filter can leave out the function's own changes.
            if !stream.filters.is_empty() {
                continue;
            }
            let datum = Datum::new(Kind::Tables, &stream.table);
            let actions = Kind::Tables.declaration().verbs.iter();
            let changing = || actions.clone().filter(|verb| verb.causes_events);
            let changes = |does: &String| {
                changing()
                    .any(|verb| does == verb.name || verb.actions.iter().any(|action| covers(does, action)))
            };
            let functions = reach.functions_on(&datum);
            let own = functions.iter().find(|(other, _)| other == name);
            if own.is_some_and(|(_, does)| does.iter().any(changes)) {
                warnings.push(Warning {
                    summary: format!(
                        "function `{name}` may change items of the table `{}`, and each change invokes it again",
                        stream.table
                    ),
                    help: "add `filters` that leave out its own changes, or change another table. Lambda doesn't stop \
                           such a loop"
                        .into(),
                });
            }
        }
    }
    warnings
}

/// Warns of streams that invoke more functions than DynamoDB has readers for:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>
fn readers(service: &Service) -> Vec<Warning> {
    let mut readers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, function) in &service.functions {
        for event in &function.on {
            if let Event::Stream(stream) = event {
                readers.entry(&stream.table).or_default().push(code(name));
            }
        }
    }
    readers.retain(|_, functions| functions.len() > MOST_READERS);
    let warnings = readers.into_iter().map(|(table, functions)| Warning {
        summary: format!(
            "the stream of the table `{table}` invokes {} functions, and DynamoDB may throttle more than {MOST_READERS}: {}",
            functions.len(),
            list(functions)
        ),
        help: "let one function hand the changes to a topic, which invokes the others".into(),
    });
    warnings.collect()
}

/// Warns of existing roles that Lambda needs rights of.
fn existing_roles(service: &Service) -> Vec<Warning> {
    let functions = service.functions.iter();
    let warnings = functions.filter_map(|(name, function)| {
        let role = function.role.as_ref()?;
        let needs = existing_role::needs(service, name);
        let phrases: Vec<String> = needs.iter().map(Statement::phrase).collect();
        (!phrases.is_empty()).then(|| Warning {
            summary: format!("function `{name}` fails if its existing role lacks a right that Lambda needs"),
            help: format!("let {} {}", code(role), phrases.join(", and ")),
        })
    });
    warnings.collect()
}

/// Warns of functions that have too many routes for one permission per route.
fn patterns(service: &Service) -> Vec<Warning> {
    let permissions = permissions::of_service(service).into_iter();
    let warnings = permissions.filter_map(|(function, permissions)| {
        let sources = permissions
            .iter()
            .filter(|permission| permission.is_pattern())
            .map(|permission| format!("`{}`", permission.source(&service.api.stage)));
        let sources: Vec<_> = sources.collect();
        let routes = service.routes.iter();
        let count = routes.filter(|(.., route)| route.function == function).count();
        (!sources.is_empty()).then(|| Warning {
            summary: format!(
                "function `{function}` has {count} routes, and one permission per route would exceed the {} bytes of its policy",
                lambda_permission::POLICY_BYTES
            ),
            help: format!(
                "check the permissions that API Gateway gets instead: {}. If they are too wide, split the routes over several \
                 functions",
                sources.join(", ")
            ),
        })
    });
    warnings.collect()
}

/// Warns of an API that has more resources than an account may have by default.
fn resources(service: &Service) -> Option<Warning> {
    let paths = service.routes.paths();
    let below_the_root: BTreeSet<_> = paths.flat_map(|(path, _)| path.resources()).collect();
    let count = below_the_root.len() + 1;
    (count > api_gateway_resource::QUOTA).then(|| Warning {
        summary: format!(
            "the API has {count} resources, but AWS allows only {} unless you raise the quota",
            api_gateway_resource::QUOTA
        ),
        help: "raise \"Resources per API\" of Amazon API Gateway in Service Quotas in every account that you deploy to, or \
               replace literal paths with parameters"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    fn warnings(routes: impl Iterator<Item = String>) -> Vec<Warning> {
        let mut spec = String::from(
            "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[user_pool.clients.cli]\n\
             auth_flows = [\"user_srp\"]\n[functions.open]\n[functions.other]\n[routes]\n",
        );
        for (place, route) in routes.enumerate() {
            let function = if place % 2 == 0 { "open" } else { "other" };
            _ = writeln!(spec, "\"GET {route}\" = {{ function = \"{function}\" }}");
        }
        of_service(&crate::service(&spec, None).unwrap())
    }

    #[test]
    fn more_resources_than_the_quota_are_counted() {
        let warnings = |count: usize| {
            let mut warnings = warnings((0..count).map(|number| format!("/a/{number}")));
            warnings.retain(|warning| warning.summary.contains("resources"));
            warnings
        };
        // `/a` and 298 below it, and the root, are 300: paths are counted once, parents that have no route as well.
        assert_eq!(warnings(298), []);
        let found = warnings(299);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].summary,
            "the API has 301 resources, but AWS allows only 300 unless you raise the quota"
        );
        assert!(
            found[0].help.contains("\"Resources per API\""),
            "{}",
            found[0].help
        );
    }

    #[test]
    fn functions_that_invoke_themselves_are_named() {
        let warnings = |on: &str, uses: &str| {
            let spec = format!(
                "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[queues.jobs]\n[queues.more]\n[topics.news]\n\
                 [functions.a]\non = [{{ {on} }}]\nuses = {{ {uses} }}\n[routes]\n\
                 \"GET /a\" = {{ function = \"a\", auth = \"none\" }}\n"
            );
            of_service(&crate::service(&spec, None).unwrap())
        };
        let found = warnings("queue = \"jobs\"", "\"queues.jobs\" = [\"send\"]");
        assert_eq!(
            found[0].summary,
            "function `a` may send to the queue `jobs`, whose messages invoke it again"
        );
        let found = warnings("topic = \"news\"", "\"topics.news\" = [\"publish\"]");
        assert_eq!(
            found[0].summary,
            "function `a` may publish to the topic `news`, whose messages invoke it again"
        );
        assert_eq!(warnings("queue = \"jobs\"", "\"queues.more\" = [\"send\"]"), []);
        assert_eq!(
            warnings("queue = \"jobs\"", "\"queues.jobs\" = [\"receive\"]"),
            []
        );
    }

    #[test]
    fn functions_that_change_the_table_that_invokes_them_are_named() {
        let warnings = |on: &str, rights: &str| {
            let spec = format!(
                "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[tables.orders]\npartition_key = \"id\"\n\
                 stream = \"new_image\"\n[functions.a]\non = [{{ {on} }}]\n{rights}\n[routes]\n\
                 \"GET /a\" = {{ function = \"a\", auth = \"none\" }}\n"
            );
            of_service(&crate::service(&spec, None).unwrap())
        };
        let every = "table = \"orders\"";
        for rights in [
            "uses = { \"tables.orders\" = [\"write\"] }",
            "uses = { \"tables.orders\" = [\"delete\"] }",
            "may = [{ actions = [\"dynamodb:UpdateItem\"], resources = [\"${tables.orders.arn}\"] }]",
        ] {
            let found = warnings(every, rights);
            assert_eq!(found.len(), 1, "{rights}");
            assert_eq!(
                found[0].summary,
                "function `a` may change items of the table `orders`, and each change invokes it again"
            );
        }
        assert_eq!(
            warnings(every, "uses = { \"tables.orders\" = [\"read\", \"scan\"] }"),
            []
        );
        assert_eq!(
            warnings(
                "table = \"orders\", filters = [{ eventName = [\"INSERT\"] }]",
                "uses = { \"tables.orders\" = [\"write\"] }"
            ),
            []
        );
    }

    #[test]
    fn streams_with_more_than_two_readers_are_named() {
        let warnings = |count: usize| {
            let mut spec = String::from(
                "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[tables.orders]\npartition_key = \"id\"\n\
                 stream = \"new_image\"\n",
            );
            for name in ["a", "b", "c"].iter().take(count) {
                _ = write!(spec, "[functions.{name}]\non = [{{ table = \"orders\" }}]\n");
            }
            spec += "[routes]\n\"GET /a\" = { function = \"a\", auth = \"none\" }\n";
            of_service(&crate::service(&spec, None).unwrap())
        };
        assert_eq!(warnings(2), []);
        assert_eq!(
            warnings(3)[0].summary,
            "the stream of the table `orders` invokes 3 functions, and DynamoDB may throttle more than 2: `a`, `b` and `c`"
        );
    }

    #[test]
    fn actions_that_lambda_needs_of_an_existing_role_are_listed() {
        let warnings = |keys: &str| {
            let spec = format!(
                "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[queues.jobs]\n[functions.a]\n\
                 role = \"arn:aws:iam::123456789012:role/a\"\n{keys}\n[routes]\n\
                 \"GET /a\" = {{ function = \"a\", auth = \"none\" }}\n"
            );
            of_service(&crate::service(&spec, None).unwrap())
        };
        assert_eq!(warnings(""), []);
        let found = warnings("on = [{ queue = \"jobs\" }]");
        assert_eq!(
            found[0].summary,
            "function `a` fails if its existing role lacks a right that Lambda needs"
        );
        assert_eq!(
            found[0].help,
            "let `arn:aws:iam::123456789012:role/a` call `sqs:DeleteMessage`, `sqs:GetQueueAttributes`, \
             `sqs:ReceiveMessage` on `${queues.jobs.arn}`"
        );
    }

    #[test]
    fn routes_that_no_token_of_local_opens_are_named() {
        let warnings = |scopes: &str| {
            let spec = format!(
                "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[user_pool]\n\
                 existing = \"arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A\"\n[functions.a]\n\
                 [routes]\n\"GET /a\" = {{ function = \"a\" }}\n\
                 \"GET /b\" = {{ function = \"a\", scopes = [{scopes}] }}\n"
            );
            of_service(&crate::service(&spec, None).unwrap())
        };
        let found = warnings("\"a/read\", \"a/all\"");
        assert_eq!(
            found[0].summary,
            "in `local`, no token has the scopes of `GET /b`, because its user pool isn't the existing one"
        );
        assert_eq!(warnings("\"a/read\", \"aws.cognito.signin.user.admin\""), []);
    }

    #[test]
    fn permissions_that_became_patterns_are_told_with_the_patterns() {
        let below = |count: usize| (0..count).map(|number| format!("/a/{}/{number}", number % 2));
        assert_eq!(warnings(below(40)), []);
        let found = warnings(below(140));
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0].summary,
            "function `open` has 70 routes, and one permission per route would exceed the 20480 bytes of its policy"
        );
        assert!(
            found[0].help.contains("instead: `/v1/GET/a/0/*`."),
            "{}",
            found[0].help
        );
        assert!(
            found[1].help.contains("instead: `/v1/GET/a/1/*`."),
            "{}",
            found[1].help
        );
    }
}
