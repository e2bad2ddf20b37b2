//! The surface of an API: what is reachable, by whom.
//!
//! The meeting point of everything: the spec's surface, the planned one and the one that was applied must be equal. A
//! review compares two. The surface of a state and the gateway read the same `rest_api::Snapshot`, so Portcullis prints what
//! it enforces.
//!
//! For each concern, a file reads resources of a state or plan ([`of_state()`], [`of_plan()`]) and records which of
//! them it accounts for. Other resources and arguments that may matter are in the surface's `other_arguments` and
//! `others`. Hand-written additions are therefore visible, even if this crate does not know them.

mod arguments;
mod check_plan;
mod compare;
mod difference;
pub(crate) mod names;
mod of_resources;
mod of_service;
mod other_resources;
pub(crate) mod policy;
mod providers_and_modules;
pub(crate) mod resources;
#[cfg(test)]
mod tests;
pub(crate) mod types;
pub(crate) mod unknown;

use crate::authorizer::surface as authorizers;
use crate::buckets::surface as buckets;
use crate::cors::surface as gateway_responses;
use crate::functions::surface as functions;
use crate::queues::surface as queues;
use crate::reach::surface::reached;
use crate::routes::surface as routes;
use crate::tables::surface as tables;
use crate::topics::surface as topics;
use crate::user_pool::surface as user_pool;
pub use crate::user_pool::surface::is_first_user;
pub use arguments::is_harmless;
pub(crate) use arguments::is_unset;
pub use check_plan::{CheckError, CheckedPlan, check_plan};
pub use compare::compare;
pub use difference::{Difference, DifferentValue, Differing, Subject};
pub(crate) use of_resources::of_rest_api;
pub use of_resources::{SurfaceError, of_plan, of_state};
pub use of_service::of_service;
pub use other_resources::why as why_it_counts;
pub use types::{
    Api, Argument, Authorizer, Bucket, Client, FORMAT, Function, GatewayResponse, Invoker, Password,
    Preflight, Question, Queue, Reached, ReachedBy, Route, Statement, Step, Surface, Table, Topic, UNKNOWN,
    Uncertain, Unknown, UserPool,
};

impl Surface {
    fn sorted(mut self) -> Self {
        self.authorizers.sort();
        self.routes
            .sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
        self.functions.sort_by(|a, b| a.name.cmp(&b.name));
        self.tables.sort_by(|a, b| a.name.cmp(&b.name));
        self.buckets.sort_by(|a, b| a.name.cmp(&b.name));
        self.queues.sort_by(|a, b| a.name.cmp(&b.name));
        self.topics.sort_by(|a, b| a.name.cmp(&b.name));
        self.usage_plans.sort_by(|a, b| a.name.cmp(&b.name));
        self.gateway_responses.sort_by(|a, b| a.kind.cmp(&b.kind));
        self.unknown.sort();
        self.reach = reached(&self);
        self
    }
}
