//! The limits of a route, read from resources and from the resolved types.

use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::rest_api::{self, MethodSettings, Throttles};
use serde_json::Number;

use crate::surface::resources::Resources;
use crate::surface::types;
use crate::throttling::Throttle;

/// Returns the limits that settings give to the methods of a stage.
pub(crate) fn throttles(resources: &mut Resources<'_>, stage: &str) -> Throttles {
    let parts: Vec<Part<'_, MethodSettings>> = resources.index.parts();
    let own: Vec<_> = parts.iter().filter(|part| part.stage_name == stage).collect();
    for part in &own {
        resources.account(part.resource);
    }
    Throttles::of(own.iter().map(|part| &part.values))
}

/// The limits in a surface.
pub(crate) fn of_applied(limits: rest_api::Throttle) -> types::Throttle {
    let rest_api::Throttle { rate, burst } = limits;
    types::Throttle {
        rate: number(rate),
        burst: number(burst),
    }
}

/// The same of a spec.
pub(crate) fn of_spec(limits: Throttle) -> types::Throttle {
    let Throttle { rate, burst } = limits;
    types::Throttle {
        rate: rate.into(),
        burst: burst.into(),
    }
}

/// A number, without a fraction if it has none.
fn number(value: f64) -> Number {
    let whole = value as u64;
    match whole as f64 == value {
        true => whole.into(),
        false => Number::from_f64(value).unwrap_or_else(|| 0.into()),
    }
}
