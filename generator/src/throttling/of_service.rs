//! The limits of a service's routes, by environment.

use crate::routes::{Auth, Route};
use crate::service::Service;
use crate::throttling::{OF_PUBLIC_ROUTES, Throttle};

/// The limits of every method of the stage that has no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OfStage {
    /// They are the same in every environment.
    Same(Option<Throttle>),
    /// Environments differ.
    Differ,
}

impl OfStage {
    /// Those of a service.
    pub(crate) fn of(service: &Service) -> Self {
        let of_api = service.api.throttle;
        let mut environments = service.environments.keys();
        match environments.all(|name| service.throttle_of_stage(name) == of_api) {
            true => Self::Same(of_api),
            false => Self::Differ,
        }
    }
}

impl Service {
    /// The limits of every method of the stage in an environment, if it has no others.
    pub(crate) fn throttle_of_stage(&self, environment: &str) -> Option<Throttle> {
        let own = self.environments.get(environment);
        own.and_then(|own| own.throttle).or(self.api.throttle)
    }

    /// The limits of a route in an environment. Without any, only those of the account hold.
    pub(crate) fn throttle_of_route(&self, environment: &str, route: &Route) -> Option<Throttle> {
        let of_stage = || self.throttle_of_stage(environment);
        route.throttle.or_else(of_stage).or_else(|| of_auth(&route.auth))
    }
}

/// The limits of a route that sets none, if its stage sets none either.
pub(crate) fn of_auth(auth: &Auth) -> Option<Throttle> {
    match auth {
        Auth::None => Some(OF_PUBLIC_ROUTES),
        // You know the callers of the function. The function of an authorizer runs for anyone, see docs/limits.md.
        Auth::UserPool | Auth::Authorizer(_) => None,
    }
}
