//! The facts of a review, as values. `sentences` turns each into text, and no code compares that text.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::data_loss::Event;
use crate::own_files::Finding;
use crate::reach::Way;
use crate::review::lost::Lost;
use crate::review::without_spec::PlanFact;
use crate::review::{AcceptedChange, ChangeId, ChangeKind, PlannedError};
use crate::surface::Difference;
use crate::uses::Datum;
use portcullis_terraform_json::plan::Action;

/// The callers of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callers {
    /// Anyone: the route is public.
    Anyone,
    /// Users with a valid token, of whom an administrator creates each.
    SignedIn,
    /// Users with a valid token, which anyone can become.
    SelfSignUp,
    /// Callers that this function admits, which an authorizer asks.
    AdmittedBy(String),
}

/// Requests whose callers change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shifted {
    /// The narrowest `METHOD /path` that holds the requests.
    pub requests: String,
    /// The route that they went to, if that is another one.
    pub from: Option<String>,
    /// The route that they go to.
    pub to: String,
    /// The function of that route.
    pub function: String,
    /// Their callers before.
    pub before: Callers,
    /// Their callers now.
    pub after: Callers,
    /// Requests of this path that still require a sign-in.
    pub kept: Vec<String>,
}

/// The part of a request that pages of other origins choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Headers.
    Headers,
    /// Requests with a method.
    Methods,
}

impl Sent {
    /// The key that allows it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Headers => "api.cors.allow_headers",
            Self::Methods => "api.cors.allow_methods",
        }
    }
}

/// The change of the values that pages of allowed origins may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sendable {
    /// Everything.
    Every,
    /// These too.
    Also(Vec<String>),
    /// No longer everything, but these.
    Only(Vec<String>),
    /// No longer these.
    NoLonger(Vec<String>),
    /// The same as before, under other words.
    Same,
}

/// A program whose version constraint the generated files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Terraform.
    Terraform,
    /// The AWS provider.
    AwsProvider,
}

/// One of the two revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one before the change.
    Base,
    /// The one after it.
    Head,
}

impl Side {
    /// Its name as a subject.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Head => "head",
        }
    }
}

/// The change of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventChange {
    /// It is new.
    Added,
    /// It is gone. Holds what becomes of the events.
    Removed(&'static str),
    /// More events invoke the function.
    Widened(Vec<ChangedKey>),
    /// Events are dropped. Each key has what it means.
    Lossier(Vec<(ChangedKey, &'static str)>),
    /// Something else.
    Other(Vec<ChangedKey>),
}

/// A key of an event with another value.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedKey {
    /// Its name, with those of the tables around it.
    pub key: String,
    /// The value before; none if there was none.
    pub before: Option<Value>,
    /// The value now.
    pub after: Option<Value>,
}

/// One thing that a review reports.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "`ChangeKind` documents each")]
pub enum Fact {
    RouteAdded {
        route: String,
        function: String,
        callers: Callers,
    },
    RouteRemoved {
        route: String,
        callers: Callers,
        /// The routes that its requests go to now.
        heirs: Vec<String>,
    },
    RouteOpened(Shifted),
    RouteGuarded(Shifted),
    RouteAuthorizerChanged(Shifted),
    RouteFunctionChanged {
        route: String,
        before: String,
        after: String,
    },
    RouteParameterRenamed {
        /// The path that ends with it, as it was.
        path: String,
        before: String,
        after: String,
        functions: Vec<String>,
    },
    AuthorizerAdded {
        authorizer: String,
        function: String,
    },
    AuthorizerRemoved {
        authorizer: String,
    },
    FunctionAdded {
        function: String,
        routes: usize,
    },
    FunctionRemoved {
        function: String,
    },
    FunctionRenamed {
        before: String,
        after: String,
    },
    FunctionOpened {
        function: String,
        requests: Vec<String>,
    },
    FunctionMayMore {
        function: String,
        /// Actions by resource, as the spec has them.
        grants: BTreeMap<String, Vec<String>>,
        /// The public routes that lead to it.
        public: Vec<String>,
        /// Its reach, if that is beyond single resources.
        reach: Option<&'static str>,
    },
    FunctionMayLess {
        function: String,
        /// Actions by resource, as the spec has them.
        grants: BTreeMap<String, Vec<String>>,
    },
    PermissionsWidened {
        function: String,
        routes: usize,
        patterns: Vec<String>,
    },
    PermissionsNarrowed {
        function: String,
        patterns: Vec<String>,
    },
    LogsDeleted {
        function: String,
    },
    PoolAdded {
        /// The ARNs of the pools that exist; none if the pool is the service's own.
        existing: Vec<String>,
    },
    PoolRemoved {
        /// The ARNs of the existing pools that take its place.
        existing: Vec<String>,
    },
    PoolChanged {
        environment: String,
        /// The ARN of the existing pool; none if it is the service's own.
        before: Option<String>,
        after: Option<String>,
        /// True if a route is for signed-in users.
        signs_in: bool,
    },
    UseAdded {
        function: String,
        /// The data that it uses.
        of: Datum,
        verbs: Vec<&'static str>,
        /// The ways from public routes to the function, if these are newly public.
        public: Vec<Way>,
    },
    UseRemoved {
        function: String,
        of: Datum,
        verbs: Vec<&'static str>,
    },
    OwnModuleAdded,
    OwnModuleRemoved,
    Event {
        function: String,
        /// The event's name within its function, such as `table orders`.
        event: String,
        /// The event, as sentences name it after "is invoked by".
        phrase: String,
        change: EventChange,
    },
    DataAdded(Datum),
    DataDeleted(Datum),
    DataReplaced {
        of: Datum,
        /// The keys that change, each with its value before and after.
        reasons: Vec<[String; 3]>,
    },
    IndexAdded {
        table: String,
        index: String,
    },
    IndexDeleted {
        table: String,
        index: String,
    },
    IndexRebuilt {
        table: String,
        index: String,
    },
    PoolReplaced {
        before: String,
        after: String,
    },
    ClientAdded {
        client: String,
        flows: Vec<&'static str>,
    },
    ClientDeleted {
        client: String,
    },
    ClientRenamed {
        before: String,
        after: String,
        /// True if its pool is replaced, so that its id changes too.
        with_pool: bool,
    },
    GroupAdded {
        group: String,
    },
    GroupDeleted {
        group: String,
    },
    ClientFlowAdded {
        client: String,
        flows: Vec<&'static str>,
    },
    ClientFlowRemoved {
        client: String,
        flows: Vec<&'static str>,
    },
    CorsAdded {
        /// The origin of each environment.
        origins: Vec<(String, String)>,
    },
    CorsRemoved,
    CorsOrigin {
        environment: String,
        before: Option<String>,
        after: String,
        /// True if a route is for signed-in users.
        signs_in: bool,
    },
    BucketCors {
        bucket: String,
        /// The methods that pages may send, before and after.
        before: Vec<String>,
        after: Vec<String>,
    },
    CorsSends {
        sent: Sent,
        before: Vec<String>,
        after: Vec<String>,
        now: Sendable,
    },
    EnvironmentAdded {
        environment: String,
        region: String,
    },
    EnvironmentRemoved {
        environment: String,
    },
    StateMoved {
        environment: String,
        /// The address of the state; a local file has none.
        before: Option<String>,
        after: Option<String>,
    },
    ServiceAdded {
        service: String,
        environments: Vec<String>,
    },
    ServiceRemoved {
        environments: Vec<String>,
    },
    /// A key of the spec has another value.
    Setting {
        path: Vec<String>,
        /// Its subject: the key, or the environment.
        of: String,
        before: Option<Value>,
        after: Option<Value>,
        /// True if its values must not be shown.
        is_secret: bool,
        /// The kind that this direction is of, and what follows from it. Else it is a `setting_changed`.
        meaning: Option<(ChangeKind, &'static str)>,
        /// True if a route is for signed-in users.
        signs_in: bool,
    },
    FormerlyMissing {
        /// `functions` or `user_pool.clients`.
        table: &'static str,
        before: String,
        after: String,
    },
    GeneratedFilesDiffer {
        files: Vec<String>,
    },
    OwnFileChanged {
        file: String,
        is_new: bool,
    },
    TerraformReconfigured(Finding),
    VersionConstraintLowered {
        program: Program,
        before: Option<String>,
        after: Option<String>,
    },
    /// A plan differs from the spec.
    PlanDiffers {
        environment: String,
        difference: Difference,
    },
    /// A plan loses identity data.
    PlanLoses {
        environment: String,
        event: Event,
        /// The kind and subject by which it is accepted.
        id: ChangeId,
    },
    /// A plan loses something else.
    PlanDeletes {
        environment: String,
        address: String,
        lost: Lost,
        action: Action,
        /// The subject by which it is accepted.
        of: String,
    },
    /// A plan keeps logs for a shorter time.
    PlanShortensLogs {
        environment: String,
        log_group: String,
        /// Days; none is for ever.
        before: Option<u64>,
        after: u64,
        /// The subject by which it is accepted.
        of: String,
    },
    PlanUnreadable {
        file: String,
        error: PlannedError,
    },
    SpecInvalid {
        side: Side,
        errors: usize,
    },
    /// A fact about a plan that is reviewed without a spec.
    WithoutSpec(PlanFact),
    AcceptedChangeUnused(AcceptedChange),
    AcceptedChangeExpired(AcceptedChange),
}
