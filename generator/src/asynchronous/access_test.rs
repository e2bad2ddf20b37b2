//! Tries and destinations of asynchronous invocations.

use crate::asynchronous::Asynchronous;
use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, call, equal, reference, string};
use crate::identifier::Identifier;
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked::{self, ENVIRONMENT};
use crate::references::Template;
use crate::resources::lambda_alias;
use crate::resources::lambda_function_event_invoke_config::address;
use crate::service::Service;

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let functions = service.functions.keys();
    let set = functions.filter_map(|name| Some((name, Asynchronous::if_set(service, name)?)));
    set.map(|(name, settings)| self::function(service, name, settings))
        .collect()
}

fn function(service: &Service, name: &str, settings: Asynchronous<'_>) -> Block {
    let Asynchronous {
        on_failure,
        retries,
        max_age_seconds,
    } = settings;
    let of = |argument: &str| format!("{}.{argument}", address(&Identifier::new(name)));
    let mut conditions: Vec<Expression> = vec![
        is(
            of("function_name"),
            string(service.function_name(ENVIRONMENT, name)),
        ),
        is(of("maximum_retry_attempts"), retries),
        is(of("maximum_event_age_in_seconds"), max_age_seconds),
    ];
    let alias = functions::alias(service, name);
    conditions.extend(alias.map(|_| is(of("qualifier"), string(lambda_alias::LIVE))));
    let fate = match on_failure {
        Some(to) => {
            let arn = Template::arn_of(to).text(&mocked::values(service));
            let destination = "destination_config[0].on_failure[0].destination";
            conditions.push(is(of(destination), string(arn)));
            format!(
                "keep events that it could not handle in the {} `{}`",
                to.kind.declaration().noun,
                to.name
            )
        }
        None => {
            let destinations = call("length", [reference(of("destination_config"))]);
            conditions.push(equal(destinations, 0));
            "try events as often and as long as the spec says".to_owned()
        }
    };
    must(&format!("`{name}`"), &fate, conditions)
}
