//! The shape of a surface: a contract as JSON. Fields may be added, none removed.
//!
//! Names that only an environment knows stand for themselves: `${partition}`, `${region}` and `${account}` in an ARN,
//! `${api}` for the beginning of an ARN of this API's routes, `${user_pool}` for the pool, `${architecture}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// The version of the JSON.
pub const FORMAT: u32 = 2;

/// Stands for a value that is unknown before the apply.
pub const UNKNOWN: &str = "(known after apply)";

/// The reachable parts of a service, and their callers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// [`FORMAT`].
    pub format: u32,
    /// The API.
    pub api: Api,
    /// Authorizers by name.
    pub authorizers: Vec<Authorizer>,
    /// Routes by path, then method.
    pub routes: Vec<Route>,
    /// Functions by name: who may invoke each, what its role may do.
    #[serde(default)]
    pub functions: Vec<Function>,
    /// The user pool whose users the authorizers admit: who can get a token.
    #[serde(default)]
    pub user_pool: Option<UserPool>,
    /// The generated tables by name: what protects their items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// The generated buckets by name: what protects their objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<Bucket>,
    /// The generated queues by name: their callers, and the destinations of their messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<Queue>,
    /// The generated topics by name: who may use them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// The gateway's own answers, by type.
    #[serde(default)]
    pub gateway_responses: Vec<GatewayResponse>,
    /// Arguments of all these that are not AWS's default and that nothing above says.
    #[serde(default)]
    pub other_arguments: Vec<Argument>,
    /// Addresses of resources that may let more people in or a function do more, and that nothing above says.
    #[serde(default)]
    pub others: Vec<String>,
    /// The values that a plan leaves open, by address and argument.
    #[serde(default)]
    pub unknown: Vec<Unknown>,
}

/// The REST API of a surface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// Its name.
    pub name: String,
    /// The name of its stage; `?` if a plan does not tell it.
    pub stage: String,
    /// The names of further stages that serve it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_stages: Vec<String>,
    /// `REGIONAL`, `EDGE` or `PRIVATE`.
    pub endpoint: String,
}

/// An authorizer of a surface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Authorizer {
    /// Its name.
    pub name: String,
    /// AWS's type, such as `COGNITO_USER_POOLS`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The header that holds the token.
    pub header: String,
    /// Seconds for which a verified token is remembered.
    pub ttl_seconds: u32,
    /// The pools whose users it admits: `${user_pool}`, or ARNs of others, sorted.
    #[serde(default)]
    pub pools: Vec<String>,
    /// The regular expression that a token has to match; of a Cognito authorizer its audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    /// The function that decides, of a Lambda authorizer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

/// A method of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The path, such as `/orders/{id}`; `?` if a plan does not tell it.
    pub path: String,
    /// The method, such as `GET` or `ANY`.
    pub method: String,
    /// `NONE`, `COGNITO_USER_POOLS`, `CUSTOM` or `AWS_IAM`. If it is uncertain, it is `?`, and the other fields of the
    /// authorization are empty.
    pub auth_type: String,
    /// Name of the authorizer.
    pub authorizer: Option<String>,
    /// Scopes of which a token needs one, sorted; none asks for an id token.
    pub scopes: Vec<String>,
    /// True if the route needs an API key.
    pub api_key_required: bool,
    /// AWS's type of what answers: `AWS_PROXY`, `MOCK`, …; empty if nothing does, `?` if it is uncertain.
    pub integration: String,
    /// The function that handles it: its name in the spec, or in AWS if no spec is known.
    pub function: Option<String>,
    /// The version or alias of the function that handles it, if that is not the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The integration's URI, if it is neither a function nor a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The answer to a preflight.
    pub cors: Option<Preflight>,
    /// The reasons why fields above are uncertain.
    #[serde(default, skip_serializing_if = "Uncertain::is_nothing")]
    pub uncertain: Uncertain,
}

/// The reason why a field of a route is `?`, by the name of the field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncertain {
    /// Of its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Of who may call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<String>,
    /// Of what answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
}

impl Uncertain {
    /// Returns whether everything is certain.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The answer to a preflight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// The origin that may call, or `*`.
    pub allow_origin: String,
    /// Methods in the order of the header.
    pub allow_methods: Vec<String>,
    /// Headers in the order of the header.
    pub allow_headers: Vec<String>,
    /// True if browsers may send cookies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_credentials: bool,
    /// Seconds for which a browser remembers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// Other headers of the answer, as API Gateway takes them: static values in single quotes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_headers: BTreeMap<String, String>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its name in the spec, or in AWS if no spec is known.
    pub name: String,
    /// The source of its code: a file, `s3://BUCKET/KEY` or an image.
    pub code: String,
    /// The entry point of the code.
    pub handler: String,
    /// Lambda's runtime.
    pub runtime: String,
    /// Ids of the subnets that it runs in, sorted. None if it is in no VPC.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<String>,
    /// Ids of the security groups that decide what it reaches in the VPC, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// ARNs of the layers whose code runs with it, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// Environment variables, each with the beginning of its value's SHA-256: values may be secret.
    pub environment: BTreeMap<String, String>,
    /// The principals that may assume its role, as the trust policy names them: `Service:lambda.amazonaws.com`, sorted.
    pub assumed_by: Vec<String>,
    /// The ARN of its role, if that is managed elsewhere. The role's rights are then unknown here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// ARN of the policy that limits its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The statements of its role, of every policy that is known here, sorted.
    pub statements: Vec<Statement>,
    /// ARNs of its role's managed policies whose statements are not known here, sorted.
    pub managed_policies: Vec<String>,
    /// The callers that its own policy admits, sorted.
    pub invokers: Vec<Invoker>,
    /// The events by which the generated files invoke it, by source. The rights for that are among `invokers` and
    /// `statements`, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The authorization of its own address: `NONE` is anyone, `AWS_IAM` the callers that IAM allows. None if it has no
    /// address.
    pub url_auth: Option<String>,
}

/// Something that invokes a function beside its routes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The source: a schedule, a rule, the stream of a table or the ARN of another source.
    pub source: String,
    /// The version or alias that is invoked; none is the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The times of a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The time zone of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Patterns, of which an event must match one. Without patterns, every event matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Value>,
    /// The function's input instead of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// The destination of events that the function failed to handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures: Option<String>,
    /// The state, if that is not `ENABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The role by which a schedule invokes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// A role of something else than a function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The principals that may take it on, sorted.
    pub assumed_by: Vec<String>,
    /// ARN of the policy that limits what it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The statements of its policies, sorted.
    pub statements: Vec<Statement>,
    /// ARNs of its managed policies whose statements are not known here, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed_policies: Vec<String>,
}

/// The source of an event that is a schedule of this name in AWS.
pub(crate) fn schedule_source(name: &str) -> String {
    format!("schedule {name}")
}

/// The source of an event that is a rule of this name in AWS.
pub(crate) fn rule_source(bus: &str, name: &str) -> String {
    format!("rule {bus}/{name}")
}

/// The source of an event that is the stream of a table of the spec.
pub(crate) fn stream_source(table: &str) -> String {
    format!("stream of tables.{table}")
}

/// A statement of a policy; its `Sid` means nothing and is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// `Allow` or `Deny`.
    pub effect: String,
    /// Actions, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Or every action but these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_actions: Vec<String>,
    /// ARNs, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Or everything but these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_resources: Vec<String>,
    /// The condition under which it counts, as AWS writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// A caller that may invoke a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Invoker {
    /// A service such as `apigateway.amazonaws.com`, an account or an ARN; `*` is anyone.
    pub principal: String,
    /// The permitted action, such as `lambda:InvokeFunction`.
    pub action: String,
    /// The source of the call: `${api}/v1/GET/open`. None allows any source; [`UNKNOWN`] if a plan does not tell it.
    pub source: Option<String>,
    /// The account that the source has to be of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_account: Option<String>,
    /// The organization whose accounts it is allowed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_org_id: Option<String>,
    /// The `authorization_type` that a function URL must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_url_auth_type: Option<String>,
    /// The version or alias that may be invoked; none is all of the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
}

/// The user pool: who can get a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPool {
    /// Its name.
    pub name: String,
    /// The attributes that users sign in with in place of a user name, sorted.
    pub sign_in_with: Vec<String>,
    /// The attributes that Cognito verifies by itself, sorted.
    pub verified: Vec<String>,
    /// The attributes that change only after the new value is verified.
    pub verified_before_update: Vec<String>,
    /// True if a user name in another case is another user.
    pub case_sensitive: bool,
    /// True if anyone may register.
    pub self_sign_up: bool,
    /// Rules for passwords.
    pub password: Password,
    /// `OFF`, `OPTIONAL` or `ON`.
    pub mfa: String,
    /// True if AWS refuses to delete it.
    pub deletion_protection: bool,
    /// Clients by name.
    pub clients: Vec<Client>,
}

/// Rules for passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the spec's")]
pub struct Password {
    pub minimum_length: u64,
    pub lowercase: bool,
    pub uppercase: bool,
    pub numbers: bool,
    pub symbols: bool,
    pub temporary_password_validity_days: u64,
}

/// A client of the pool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Client {
    /// Its name.
    pub name: String,
    /// Cognito's names of the flows by which it may sign users in, sorted.
    pub auth_flows: Vec<String>,
    /// True if it has a secret.
    pub generate_secret: bool,
    /// True if a wrong password and an unknown user get the same answer.
    pub hides_users: bool,
    /// OAuth flows, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oauth_flows: Vec<String>,
    /// OAuth scopes, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oauth_scopes: Vec<String>,
    /// The addresses that codes and tokens are sent to, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback_urls: Vec<String>,
    /// Other services that may identify users, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_providers: Vec<String>,
}

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name in the spec, or in AWS if no spec is known.
    pub name: String,
    /// The attribute that items are found by, with its type, as in `customer: S`.
    pub partition_key: String,
    /// The attribute that items of a partition are sorted by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_key: Option<String>,
    /// The attribute that ends an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The content of its stream; none if it has no stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// True if it can be restored to any second of the past 35 days.
    pub point_in_time_recovery: bool,
    /// ARN of the KMS key that encrypts it; none is a key of DynamoDB's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// True if AWS refuses to delete it.
    pub deletion_protection: bool,
}

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name in the spec. Without a spec, its name in AWS.
    pub name: String,
    /// No policy and no ACL can open it to the public.
    pub public_access_blocked: bool,
    /// The owner of its objects; `BucketOwnerEnforced` turns ACLs off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_ownership: Option<String>,
    /// The statements of its policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<String>,
    /// The algorithm that encrypts new objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sse_algorithm: Option<String>,
    /// ARN of the KMS key that encrypts new objects; none is keys of S3's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// `Enabled` if it keeps old versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versioning: Option<String>,
    /// Days after which S3 deletes an object; none is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_days: Option<u32>,
    /// Days after which S3 deletes an old version; none is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_old_versions_days: Option<u32>,
    /// The requests that pages of other origins may send, as in `GET, PUT from https://app.example.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cors: Vec<String>,
    /// AWS refuses to delete it while it contains objects.
    pub deletion_protection: bool,
}

/// An SQS queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name in the spec. Without a spec, its name in AWS without `.fifo`.
    pub name: String,
    /// It delivers messages in their order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fifo: bool,
    /// `SSE-SQS` if SQS encrypts with a key of its own, or the ARN of a KMS key. None is not encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_with: Option<String>,
    /// The destination of messages that were received too often, as in `arn:… after 3 times`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letters: Option<String>,
    /// The statements of its policy, as in `Allow AWS:… to sqs:SendMessage on arn:…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<String>,
}

/// An SNS topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Its name in the spec. Without a spec, its name in AWS without `.fifo`.
    pub name: String,
    /// It passes messages on in their order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fifo: bool,
    /// ARN of the KMS key that encrypts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The statements of its policy, as in `Allow AWS:… to sns:Publish on arn:…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<String>,
}

/// An answer of the gateway itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayResponse {
    /// AWS's type, such as `DEFAULT_4XX`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status, if it is not the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Headers, as API Gateway takes them: static values in single quotes.
    pub headers: BTreeMap<String, String>,
    /// Templates of the body by media type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<String, String>,
}

/// An argument that nothing else of a surface says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// Address of the resource.
    pub address: String,
    /// The argument, with the blocks around it: `canary_settings.percent_traffic`.
    pub argument: String,
    /// Its value; of one that may be secret the beginning of its SHA-256.
    pub value: Value,
}

/// The property that an unknown value makes uncertain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "`Unknown::what` says it in words")]
pub enum Question {
    Routes,
    ApiSetting,
    Path,
    WhoCalls,
    WhatAnswers,
    Preflight,
    WhoIsAdmitted,
    WhoInvokes,
    OnWhoseBehalf,
    WhatFunction,
    Variables,
    WhoTakesRoles,
    Rights,
    WhoGetsTokens,
    Policy,
    #[default]
    Setting,
    PartOfTheApi,
}

/// Something that is uncertain: a plan leaves it open until the apply, or it is not understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unknown {
    /// Address of the resource.
    pub address: String,
    /// The argument, with the blocks around it; empty for the whole resource.
    pub argument: String,
    /// The kind of what is not known therefore.
    #[serde(default)]
    pub question: Question,
    /// The subjects of the question, such as `GET /open`.
    #[serde(default)]
    pub of: Vec<String>,
    /// Both in words, such as `what function \`open\` may do`.
    pub what: String,
    /// Its dependencies, as far as a plan tells them.
    pub references: Vec<String>,
    /// The reason why it is unknown.
    pub why: String,
    /// True if a check must fail. It need not if only this API's own ARN, or the pool's, is unknown.
    pub fails: bool,
}

/// The one thing that Terraform does to a string.
pub(crate) fn composed(text: &str) -> String {
    text.nfc().collect()
}
