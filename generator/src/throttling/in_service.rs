//! The limits' part of `modules/service`: `throttling.tf`.

use crate::hcl::{
    Attribute, Block, Expression, argument, call, commented, conditional, equal, object, reference, string,
};
use crate::modules::module::Variable;
use crate::resources::api_gateway_method_settings::{self, Limits, UNLIMITED};
use crate::routes::{Method, Route, RoutePath};
use crate::service::Service;
use crate::throttling::Throttle;
use crate::throttling::of_service::{OfStage, of_auth};

/// The variable of the stage's limits, if environments differ.
const VARIABLE: &str = "throttle";

/// The label of the settings of all methods. Those of a method begin with its name.
pub(crate) const ALL: &str = "all";

/// The settings of all methods, and of those that have others.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let of_stage = OfStage::of(service);
    let mut blocks: Vec<Block> = all(of_stage)
        .map(|limits| {
            let block = api_gateway_method_settings::of_all(ALL, limits);
            commented(block, "Every method that has no limits of its own")
        })
        .into_iter()
        .collect();
    for (path, method, route) in service.routes.iter() {
        if let Some(limits) = of_route(of_stage, route) {
            blocks.push(commented(block(path, method, limits), &path.key(method)));
        }
    }
    blocks
}

fn block(path: &RoutePath, method: Method, limits: Limits) -> Block {
    let label = path.identifier_of(method);
    api_gateway_method_settings::of_method(label.as_str(), &path.to_string(), method.as_str(), limits)
}

/// The limits of all methods, if some environment has them.
fn all(of_stage: OfStage) -> Option<Limits> {
    match of_stage {
        OfStage::Same(limits) => limits.map(literal),
        OfStage::Differ => Some(Limits {
            rate: or_else("rate", UNLIMITED.into()),
            burst: or_else("burst", UNLIMITED.into()),
        }),
    }
}

/// The limits of a route, if they may be other than those of all methods.
fn of_route(of_stage: OfStage, route: &Route) -> Option<Limits> {
    match (route.throttle, of_stage) {
        (Some(own), _) => Some(literal(own)),
        (None, OfStage::Same(Some(_))) => None,
        (None, OfStage::Same(None)) => of_auth(&route.auth).map(literal),
        (None, OfStage::Differ) => of_auth(&route.auth).map(|limits| Limits {
            rate: or_else("rate", limits.rate.into()),
            burst: or_else("burst", limits.burst.into()),
        }),
    }
}

fn literal(limits: Throttle) -> Limits {
    let Throttle { rate, burst } = limits;
    Limits {
        rate: rate.into(),
        burst: burst.into(),
    }
}

/// A limit of the environment, or another one if it sets none.
fn or_else(limit: &str, other: Expression) -> Expression {
    let variable = || reference(format!("var.{VARIABLE}"));
    conditional(
        equal(variable(), Expression::null()),
        other,
        reference(format!("var.{VARIABLE}.{limit}")),
    )
}

/// The variable of `modules/service`, if environments differ.
pub(crate) fn variables(service: &Service) -> Option<Variable> {
    if OfStage::of(service) != OfStage::Differ {
        return None;
    }
    let number = || reference("number");
    let description = "Limits of every method that has none of its own: requests a second, and at once.";
    let mut variable = Variable::new(VARIABLE, "any", description);
    variable.kind = call("object", [object([("burst", number()), ("rate", number())])]);
    let is_null = |environment: &String| service.throttle_of_stage(environment).is_none();
    Some(match service.environments.keys().any(is_null) {
        true => variable.default(Expression::null()),
        false => variable,
    })
}

/// The argument of an environment's root for them.
pub(crate) fn arguments(service: &Service, environment: &str) -> Option<Attribute> {
    variables(service)?;
    let Throttle { rate, burst } = service.throttle_of_stage(environment)?;
    let limits = object([("burst", Expression::from(burst)), ("rate", rate.into())]);
    Some(argument(VARIABLE, limits))
}

/// The name that the settings of a route have for it.
pub(crate) fn method_path(path: &RoutePath, method: Method) -> Expression {
    string(api_gateway_method_settings::method_path(
        &path.to_string(),
        method.as_str(),
    ))
}

/// Returns whether all methods have settings, and whether a route has.
pub(crate) fn has_settings(service: &Service, route: Option<&Route>) -> bool {
    let of_stage = OfStage::of(service);
    match route {
        None => all(of_stage).is_some(),
        Some(route) => of_route(of_stage, route).is_some(),
    }
}
