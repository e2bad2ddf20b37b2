//! The applied API, resolved: what the pipeline works on. [`super::state`] makes it from a Terraform state.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::access_log::Format;
use super::authorizer;
use super::content::ContentHandling;
use super::lambda_authorizer::LambdaAuthorizer;
use super::limits::throttle::Throttle;
use super::limits::usage_plan::{StageMethod, UsagePlan};
use super::model::Model;
use super::runtime::Runtime;
use portcullis_terraform_json::expression::{Headers, Parameter};
use portcullis_terraform_json::lambda::{FunctionReference, Permission};
use portcullis_terraform_json::router::Router;
use portcullis_terraform_json::template::Template;
use regex::Regex;

/// A REST API with all that answers its requests.
#[derive(Debug)]
pub struct Api {
    /// Its names.
    pub identity: ApiIdentity,
    /// Its stages by name.
    pub stages: BTreeMap<String, Stage>,
    /// Usage plans that have one of its stages, by id.
    pub usage_plans: BTreeMap<String, UsagePlan>,
    /// The functions that its integrations name, by function name.
    pub functions: BTreeMap<String, FunctionConfiguration>,
    /// The functions that run without a route that needs them: all, if something else may invoke them.
    pub beside_routes: BTreeSet<String>,
    /// Permissions to invoke them, by function name.
    pub permissions: BTreeMap<String, Vec<Permission>>,
    /// Parts of the state that are not emulated. Routes that need them answer 501 to callers with access.
    pub unsupported: Vec<Unsupported>,
}

impl Api {
    /// Every route of every stage with its method.
    pub fn routes(&self) -> impl Iterator<Item = (&str, &Route, &Deployed)> {
        self.stages.values().flat_map(|stage| {
            let deployed = &*stage.deployed;
            let routes = deployed.router.routes().into_iter();
            routes.map(move |(method, route)| (method, route, deployed))
        })
    }
}

/// The contents of a deployment.
#[derive(Debug, Default)]
pub struct Deployed {
    /// Methods of resources.
    pub router: Router<Route>,
    /// Authorizers by id.
    pub authorizers: BTreeMap<String, Authorizer>,
    /// The gateway responses, which shape errors.
    pub gateway_responses: GatewayResponses,
    /// Media types whose bodies are bytes, such as `image/png` or `*/*`.
    pub binary_media_types: Vec<String>,
}

/// An authorizer.
#[derive(Debug)]
pub enum Authorizer {
    /// It verifies tokens of user pools.
    UserPools(authorizer::Authorizer),
    /// A function decides.
    Function(LambdaAuthorizer),
}

impl Authorizer {
    /// Its address in the state.
    pub fn address(&self) -> &str {
        match self {
            Self::UserPools(authorizer) => &authorizer.address,
            Self::Function(authorizer) => &authorizer.address,
        }
    }
}

impl Deployed {
    /// Returns the authorizer of a route, if it has one that is emulated.
    pub fn authorizer(&self, route: &Route) -> Option<&Authorizer> {
        let authorization = route.authorization.as_ref().ok()?.as_ref()?;
        self.authorizers.get(&authorization.authorizer)
    }
}

/// The names of an API.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiIdentity {
    /// `apiId`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Region of its execution ARN.
    pub region: String,
    /// Account of its execution ARN.
    pub account: String,
    /// `arn:aws:execute-api:<region>:<account>:<id>`.
    pub execution_arn: String,
}

/// A stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name, the first segment of every path.
    pub name: String,
    /// The id of the deployment that it serves.
    pub deployment: String,
    /// The contents of that deployment.
    pub deployed: Arc<Deployed>,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
    /// The API keys that open routes which want one.
    pub api_keys: Vec<ApiKey>,
    /// The limits of its methods, for all clients together.
    pub throttles: BTreeMap<StageMethod, Throttle>,
    /// The format of its access log, if it has one.
    pub access_log: Option<Format>,
}

/// An API key.
#[derive(Clone, PartialEq)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// The value that the client sends in `x-api-key`.
    pub value: String,
    /// Id of the usage plan by which it opens the stage.
    pub usage_plan: String,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ApiKey({})", self.id)
    }
}

/// Something of the state, or the reason why it is not emulated. A route that needs it answers 501.
pub type Emulated<T> = Result<T, NotEmulated>;

/// The sentence that says what is not emulated, by its address.
#[derive(Debug, Clone, PartialEq)]
pub struct NotEmulated(pub String);

/// A method of a resource. Requests go through its parts in this order, so a part that is not emulated refuses only
/// what the parts before it let through.
#[derive(Debug)]
pub struct Route {
    /// `resourceId`.
    pub resource_id: String,
    /// Path template, such as `/pets/{id}`.
    pub resource_path: String,
    /// Its method as it was applied, which may be `ANY`.
    pub http_method: String,
    /// Its callers. Without an authorization it is public.
    pub authorization: Emulated<Option<Authorization>>,
    /// An error if the method has another check of requests that is not emulated.
    pub admission: Emulated<()>,
    /// True if it needs an API key.
    pub api_key_required: bool,
    /// Names of the parameters that a validator requires.
    pub required: Vec<Parameter>,
    /// Models by content type that a validator holds bodies against; `$default` is for every type.
    pub models: Emulated<BTreeMap<String, Arc<Model>>>,
    /// Its integration.
    pub integration: Emulated<Integration>,
}

/// The authorization of a route.
#[derive(Debug, Clone, PartialEq)]
pub struct Authorization {
    /// Id of the authorizer.
    pub authorizer: String,
    /// Scopes of which a token needs one. If empty, the token must be an id token.
    pub scopes: Vec<String>,
}

/// The integration of a route.
#[derive(Debug)]
pub enum Integration {
    /// A function, by `AWS_PROXY`.
    Function(FunctionIntegration),
    /// Applied answers.
    Mock(Mock),
}

/// An `AWS_PROXY` integration with a function.
#[derive(Debug)]
pub struct FunctionIntegration {
    /// The function.
    pub function: FunctionReference,
    /// The method that API Gateway would call it by; any but `POST` fails.
    pub method: String,
    /// The conversion of bodies.
    pub content_handling: ContentHandling,
    /// Time limit for the answer.
    pub timeout: Duration,
}

/// A MOCK integration.
#[derive(Debug, Clone, Default)]
pub struct Mock {
    /// Request templates by media type.
    pub templates: BTreeMap<String, Template>,
    /// True if a body without a matching template is refused (`NEVER`, or `WHEN_NO_TEMPLATES` with templates).
    pub strict: bool,
    /// The conversion of a request's body.
    pub content_handling: ContentHandling,
    /// Integration responses.
    pub responses: Vec<MockResponse>,
}

/// One integration response of a mock.
#[derive(Debug, Clone)]
pub struct MockResponse {
    /// Status of the method response that it answers with.
    pub status: u16,
    /// The status codes it is for, matched as a whole; none is the default.
    pub pattern: Option<Regex>,
    /// The headers that the method response declares.
    pub headers: Headers,
    /// Template of the body by media type.
    pub templates: BTreeMap<String, Template>,
    /// The conversion of the template's text.
    pub content_handling: ContentHandling,
}

/// One gateway response as it was applied.
#[derive(Debug, Clone, Default)]
pub struct GatewayResponse {
    /// Status instead of the error's own.
    pub status: Option<u16>,
    /// Headers.
    pub headers: Headers,
    /// Templates of the body by media type.
    pub templates: BTreeMap<String, Template>,
}

/// All gateway responses of an API by response type.
#[derive(Debug, Clone, Default)]
pub struct GatewayResponses(pub BTreeMap<String, GatewayResponse>);

/// A Lambda function as it was applied.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionConfiguration {
    /// Its address in the state.
    pub address: String,
    /// Its name.
    pub name: String,
    /// Its ARN without a qualifier.
    pub arn: String,
    /// Version behind `$LATEST` or a number.
    pub version: String,
    /// `_HANDLER`.
    pub handler: String,
    /// Memory in MB. A process that uses more is ended, if the system reports its memory.
    pub memory: u64,
    /// Time limit of one invocation.
    pub timeout: Duration,
    /// Environment variables of its own.
    pub environment: BTreeMap<String, String>,
    /// Reserved concurrency.
    pub concurrency: Option<usize>,
    /// Its CloudWatch log group.
    pub log_group: String,
    /// Region, as in the ARN.
    pub region: String,
    /// Its code.
    pub code: Code,
    /// The runtime of its code. Code whose runtime can't run here is `Custom`, because other code may run in its place.
    pub runtime: Runtime,
    /// The ARNs of its layers, in their order.
    pub layers: Vec<String>,
    /// Its declared architecture, such as `x86_64`.
    pub architecture: String,
}

/// The code of a function as the state has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Code {
    /// `filename`, relative to the root that Terraform ran in.
    File(PathBuf),
    /// It can't run here, for this reason. Other code that the user names can run in its place.
    Foreign(String),
    /// No code may run for this function, for this reason.
    Refused(String),
}

/// Something in the state that is not emulated.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Unsupported {
    /// Its address in the state.
    pub address: String,
    /// The unsupported part and its effect.
    pub reason: String,
}
