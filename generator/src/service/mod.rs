//! The service: what the spec means, with nothing optional that is known.
//!
//! [`resolve()`] makes it from a [`Spec`](crate::spec::Spec) or reports every error. Code that has a `Service` need not
//! check that a function exists, that a name is short enough or that a value is in range.

mod api_method;
mod architecture;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod required_version;
pub(crate) mod tags;

pub use crate::api::Api;
pub use crate::buckets::Bucket;
pub use crate::cors::Cors;
pub use crate::environments::{Environment, LOCAL, S3State};
pub use crate::functions::Function;
pub use crate::lambda_authorizers::LambdaAuthorizer;
pub use crate::own::OwnModule;
pub use crate::queues::Queue;
pub use crate::routes::{Auth, Method, Route, RoutePath, Routes, Segment};
pub use crate::tables::Table;
pub use crate::topics::Topic;
pub use crate::usage_plans::UsagePlan;
pub use crate::user_pool::{Client, ExistingUserPool, Group, OwnUserPool, PasswordPolicy, UserPool};
pub use api_method::ApiMethod;
pub use architecture::Architecture;
pub use meaning::{Handler, Handlers, resolve};

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::review::AcceptedChange;
use crate::sentences::list::list;

/// A resolved service.
///
/// A review compares the serialized service: every field under the spec's own key, in values that the spec could hold.
/// A new field is compared automatically. Fields that are not settings have `skip`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Begins every name in AWS: `<service>-<environment>-<function>`.
    pub name: String,
    /// The versions of Portcullis that may read the spec.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_version: Option<String>,
    /// The processor that the functions are built for.
    pub architecture: Architecture,
    /// True if X-Ray traces the API and its functions.
    pub tracing: bool,
    /// The user pool whose users are the signed-in users. None if no route is for them.
    pub user_pool: Option<UserPool>,
    /// The REST API.
    pub api: Api,
    /// Lambda authorizers by name.
    pub authorizers: BTreeMap<String, LambdaAuthorizer>,
    /// Usage plans by name.
    pub usage_plans: BTreeMap<String, UsagePlan>,
    /// Functions by name.
    pub functions: BTreeMap<String, Function>,
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
    /// Buckets by name.
    pub buckets: BTreeMap<String, Bucket>,
    /// The hand-written module that the service calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnModule>,
    /// Queues by name, without those of failed messages.
    pub queues: BTreeMap<String, Queue>,
    /// Topics by name.
    pub topics: BTreeMap<String, Topic>,
    /// Routes by path, then method.
    pub routes: Routes,
    /// Environments by name; [`LOCAL`] is always among them.
    pub environments: BTreeMap<String, Environment>,
    /// Accepted changes, in the order of the text.
    #[serde(skip)]
    pub accepted_changes: Vec<AcceptedChange>,
}

impl Service {
    /// The user pool that is generated. None if there is no pool, or it exists.
    pub fn own_user_pool(&self) -> Option<&OwnUserPool> {
        match &self.user_pool {
            Some(UserPool::Own(pool)) => Some(pool),
            Some(UserPool::Existing { .. }) | None => None,
        }
    }

    /// The user pool that is generated in an environment. `local` has one in place of an existing one.
    pub fn user_pool_in(&self, environment: &str) -> Option<Cow<'_, OwnUserPool>> {
        match &self.user_pool {
            Some(UserPool::Own(pool)) => Some(Cow::Borrowed(pool)),
            Some(UserPool::Existing { .. }) if environment == LOCAL => {
                Some(Cow::Owned(OwnUserPool::of_local(&self.name)))
            }
            Some(UserPool::Existing { .. }) | None => None,
        }
    }

    /// Returns whether a function decides who may call, as that of an authorizer.
    pub(crate) fn decides(&self, function: &str) -> bool {
        let mut authorizers = self.authorizers.values();
        authorizers.any(|authorizer| authorizer.function == function)
    }

    /// Names the data that the deletion protection of an environment protects. `None` if nothing needs it.
    pub fn protected(&self) -> Option<String> {
        let all = [
            (self.own_user_pool().is_some(), "the user pool"),
            (!self.tables.is_empty(), "the tables"),
            (!self.buckets.is_empty(), "the buckets"),
        ];
        let protected = all.into_iter().filter(|(is_there, _)| *is_there);
        let protected: Vec<String> = protected.map(|(_, what)| what.to_owned()).collect();
        (!protected.is_empty()).then(|| list(protected))
    }

    /// The name of a function in AWS.
    pub fn function_name(&self, environment: &str, function: &str) -> String {
        self.name_in_aws(environment, function)
    }

    /// The name in AWS of something that the spec names.
    pub fn name_in_aws(&self, environment: &str, name: &str) -> String {
        [&*self.name, "-", environment, "-", name].concat()
    }

    /// A function as it is in an environment.
    ///
    /// # Panics
    ///
    /// If there is no function of this name.
    pub fn function_in(&self, environment: &str, function: &str) -> &Function {
        let environment = self.environments.get(environment);
        let own = environment.and_then(|environment| environment.functions.get(function));
        own.unwrap_or_else(|| &self.functions[function])
    }

    /// The methods that a preflight of a path allows.
    pub fn preflight_methods(&self, path: &RoutePath, cors: &Cors) -> Vec<String> {
        let mut methods: Vec<String> = match &cors.allow_methods {
            Some(methods) => methods.clone(),
            None => self
                .routes
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
}
