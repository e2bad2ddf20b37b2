//! The service: what the spec means, with nothing optional that is known.
//!
//! [`resolve()`] makes it from a [`Spec`](crate::spec::Spec) or reports every mistake. What has a `Service` in hand
//! need not ask whether a function exists, a name is too long or a range is kept.

mod architecture;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod tags;

pub use crate::api::Api;
pub use crate::cors::Cors;
pub use crate::environments::{Environment, LOCAL, S3State};
pub use crate::functions::Function;
pub use crate::review::{AcceptedChange, Answer, ChangeKind, Class, Evidence, answer};
pub use crate::routes::{Auth, Method, Route, RoutePath, Segment};
pub use crate::spec::Date;
pub use crate::user_pool::{Client, PasswordPolicy, UserPool};
pub use architecture::Architecture;
pub use meaning::{Handler, Handlers, resolve};

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

pub use crate::environments::is_email;

/// A resolved service.
///
/// Serialized, it is what a review compares: every field under the spec's own key, in values that the spec could hold.
/// A new field is compared from then on; one that is no setting says so with `skip`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Begins every name in AWS: `<service>-<environment>-<function>`.
    pub name: String,
    /// What the functions are built for.
    pub architecture: Architecture,
    /// The user pool and its clients.
    pub user_pool: UserPool,
    /// The REST API.
    pub api: Api,
    /// Functions by name.
    pub functions: BTreeMap<String, Function>,
    /// Routes by path, then method.
    #[serde(serialize_with = "by_key")]
    pub routes: BTreeMap<(RoutePath, Method), Route>,
    /// Environments by name; [`LOCAL`] is always among them.
    pub environments: BTreeMap<String, Environment>,
    /// Changes that somebody has said yes to, in the order of the text.
    #[serde(skip)]
    pub accepted_changes: Vec<AcceptedChange>,
}

/// Routes as the spec has them, each under its method and path.
fn by_key<S: Serializer>(
    routes: &BTreeMap<(RoutePath, Method), Route>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        routes
            .iter()
            .map(|((path, method), route)| (path.key(*method), route)),
    )
}

impl Service {
    /// The name of a function in AWS.
    pub fn function_name(&self, environment: &str, function: &str) -> String {
        format!("{}-{environment}-{function}", self.name)
    }

    /// The methods that a preflight of a path allows.
    pub fn preflight_methods(&self, path: &RoutePath, cors: &Cors) -> Vec<String> {
        let mut methods: Vec<String> = match &cors.allow_methods {
            Some(methods) => methods.clone(),
            None => self
                .methods(path)
                .flat_map(Method::answers)
                .map(String::from)
                .collect(),
        };
        methods.push("OPTIONS".into());
        methods.sort();
        methods.dedup();
        methods
    }

    /// The methods of a path's own routes.
    pub fn methods(&self, path: &RoutePath) -> impl Iterator<Item = Method> {
        self.routes
            .range((path.clone(), Method::Any)..)
            .take_while(|((other, _), _)| *other == *path)
            .map(|((_, method), _)| *method)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Every path that has a route, in order.
    pub fn paths(&self) -> Vec<&RoutePath> {
        let mut paths: Vec<_> = self.routes.keys().map(|(path, _)| path).collect();
        paths.dedup();
        paths
    }
}
