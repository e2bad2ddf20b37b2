//! A REST API of a state or a plan, read once into types.
//!
//! Both readers of an API use them: `surface` prints the same values that the gateway enforces. A part of a resource
//! that is not understood is its [`obstacle`](crate::Resource::obstacle), beside the values.

mod authorizers;
mod chosen;
mod custom_domains;
mod gateway_responses;
pub(crate) mod incomplete;
mod integrations;
mod methods;
mod settings;
mod snapshot;
mod stages;
mod throttles;
mod usage_plans;
mod validation;

pub use authorizers::{Authorizer, COGNITO_USER_POOLS, DEFAULT_TTL_SECONDS, REQUEST, TOKEN, TokenSource};
pub use chosen::{RestApi, rest_api};
pub use custom_domains::{CustomDomains, Domain, Mapping, custom_domains};
pub use gateway_responses::GatewayResponse;
pub use integrations::{DEFAULT_TIMEOUT_MILLISECONDS, Integration, IntegrationResponse};
pub use methods::{Method, MethodResponse};
pub use settings::{Endpoint, Settings};
pub use snapshot::{Route, Snapshot};
pub use stages::{AccessLogSettings, DeploymentSettings, Stage, StageSettings, stages};
pub use throttles::{ALL_METHODS, Throttle, Throttles, named_method};
pub use usage_plans::{
    ApiKey, ApiStage, MethodSetting, MethodSettings, MethodThrottle, Period, QuotaSettings, ThrottleSettings,
    UsagePlan, UsagePlanKey,
};
pub use validation::{Model, Validator};
