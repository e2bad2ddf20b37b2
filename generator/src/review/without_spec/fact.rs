//! The facts about a plan of Terraform that no spec is of, as values.

use serde_json::Value;

use crate::data_loss::Event;
use crate::review::without_spec::guard::{Guard, Handler, Relation};
use crate::review::without_spec::rights::Gained;
use crate::review::{ChangeKind, Lost};
use crate::surface::{Invoker, Unknown};
use portcullis_terraform_json::plan::Action;

/// A fact about a plan. Its subject is a route, a function by its name, an authorizer by its name, or an address. If a
/// plan has several REST APIs, the name of the API stands before a route and an authorizer.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanFact {
    /// A new REST API.
    ApiAdded {
        /// Its address.
        address: String,
        /// Its name.
        name: String,
    },
    /// A REST API whose content can't be read.
    ApiUnreadable {
        /// Its address.
        address: String,
        /// The reason.
        why: String,
    },
    /// The API changes, and its stages keep what they serve.
    NotDeployed {
        /// Address of the API.
        address: String,
    },
    /// A new stage of an API that exists.
    StageAdded {
        /// Its address.
        address: String,
        /// Its name.
        stage: String,
    },
    /// A stage has another name, or is gone.
    StageEnds {
        /// Its address.
        address: String,
        /// Its name before.
        before: String,
        /// Its name afterwards; none if it is deleted.
        after: Option<String>,
    },
    /// A new route.
    RouteAdded {
        /// The route, or the address of its method if its path is unknown.
        route: String,
        /// Its callers.
        guard: Guard,
        /// Its handler, if that is known.
        handler: Option<Handler>,
    },
    /// A removed route.
    RouteRemoved {
        /// The route.
        route: String,
        /// Its callers before.
        guard: Guard,
        /// The routes that its requests go to now.
        heirs: Vec<String>,
    },
    /// Requests with other callers.
    Requests {
        /// The narrowest `METHOD /path` that holds them.
        requests: String,
        /// The route that they went to, if it is another one.
        from: Option<String>,
        /// The route that they go to, if it is another one.
        to: Option<String>,
        /// Their callers before.
        before: Guard,
        /// Their callers now.
        after: Guard,
        /// The handler now.
        handler: Option<Handler>,
        /// The meaning for callers.
        relation: Relation,
    },
    /// Something else handles a route.
    RouteHandler {
        /// The route.
        route: String,
        /// The handler before.
        before: Handler,
        /// The handler now.
        after: Handler,
    },
    /// An authorizer admits other callers than before.
    Authorizer {
        /// Its name, with that of its API.
        of: String,
        /// The change.
        change: AuthorizerChange,
    },
    /// A new function.
    FunctionAdded {
        /// Its name.
        function: String,
    },
    /// A function is gone.
    FunctionRemoved {
        /// Its name.
        function: String,
    },
    /// A function that no public route led to is called by public ones.
    FunctionOpened {
        /// Its name.
        function: String,
        /// The public routes.
        routes: Vec<String>,
    },
    /// A function has an address of its own.
    FunctionUrl {
        /// Its name.
        function: String,
        /// `NONE` or `AWS_IAM`.
        auth: String,
    },
    /// A function may do more.
    MayMore {
        /// Its name.
        function: String,
        /// The rights.
        gained: Gained,
        /// The public routes that lead to it.
        public: Vec<String>,
    },
    /// A function may do less.
    MayLess {
        /// Its name.
        function: String,
        /// The rights that it loses.
        lost: Gained,
    },
    /// A function has rights that the plan doesn't show.
    RightsUnknown {
        /// Its name.
        function: String,
        /// The ARN of a role or a policy that is managed elsewhere.
        arn: String,
    },
    /// The policy that limits a function's role is another one, or gone.
    Boundary {
        /// The name of the function.
        function: String,
        /// Its ARN before.
        before: Option<String>,
        /// Its ARN now.
        after: Option<String>,
    },
    /// Someone else may assume a function's role.
    AssumedBy {
        /// The name of the function.
        function: String,
        /// The principals.
        principals: Vec<String>,
    },
    /// Something else may invoke a function.
    Invoker {
        /// The name of the function.
        function: String,
        /// The permission.
        invoker: Invoker,
    },
    /// An event invokes a function, or no longer does.
    Event {
        /// The name of the function.
        function: String,
        /// The source of the event.
        source: String,
        /// The kind of change.
        kind: ChangeKind,
    },
    /// A new resource that contains data or knows users.
    Added {
        /// Its address.
        address: String,
        /// The kind of change.
        kind: ChangeKind,
    },
    /// An argument has another value.
    Setting {
        /// Address of the resource.
        address: String,
        /// The argument, with the blocks around it.
        argument: String,
        /// The value before; none if it was not set.
        before: Option<Value>,
        /// The value now; none if it is no longer set.
        after: Option<Value>,
        /// The kind of change, and what follows from it.
        meaning: Option<(ChangeKind, &'static str)>,
    },
    /// A change that may let more callers in or a function do more, and that Portcullis can't judge.
    Unclassified {
        /// Address of the resource, of one of its arguments, or of a program.
        address: String,
        /// The change.
        what: What,
        /// The reason why it counts.
        why: &'static str,
    },
    /// A resource ends, and Portcullis doesn't know what it contains.
    Ends {
        /// Its address.
        address: String,
        /// The action.
        action: Action,
    },
    /// Identity data or other data is lost.
    Loses(Event),
    /// A client, a user, a REST API, a log group, a queue or a topic ends.
    Deletes {
        /// Its address.
        address: String,
        /// The resource, by its kind and name.
        lost: Lost,
        /// The action.
        action: Action,
    },
    /// Logs are kept for a shorter time.
    ShortensLogs {
        /// Address of the log group.
        address: String,
        /// Its name.
        log_group: String,
        /// Days; none is for ever.
        before: Option<u64>,
        /// Days.
        after: u64,
    },
    /// The plan leaves something open that may decide about access.
    Unknown(Unknown),
}

/// The change of something that is not classified.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A new resource.
    Added,
    /// A resource with other values of these arguments. The values may be secret.
    Changed(Vec<String>),
    /// A resource that is replaced.
    Replaced,
    /// A resource that is gone.
    Gone,
    /// A program that runs.
    Runs,
}

/// The change of an authorizer.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthorizerChange {
    /// Users of more pools are admitted.
    Admits(Vec<String>),
    /// Users of these pools are no longer admitted.
    NoLongerAdmits(Vec<String>),
    /// Another function or another type decides.
    DecidedBy {
        /// The function or type before.
        before: Option<String>,
        /// The function or type now.
        after: Option<String>,
    },
    /// Another text that a token has to match.
    Validation {
        /// Before.
        before: Option<String>,
        /// Now.
        after: Option<String>,
    },
    /// A decision is remembered for another time.
    Ttl {
        /// Seconds before.
        before: u32,
        /// Seconds now.
        after: u32,
    },
    /// The token is in another place of the request.
    Source {
        /// Before.
        before: String,
        /// Now.
        after: String,
    },
}

impl PlanFact {
    /// Returns the kind of change.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::ApiAdded { .. } => ChangeKind::ApiAdded,
            Self::ApiUnreadable { .. } | Self::Unclassified { .. } => ChangeKind::PlanUnclassified,
            Self::NotDeployed { .. } => ChangeKind::NotDeployed,
            Self::StageAdded { .. } => ChangeKind::StageAdded,
            Self::StageEnds { .. } => ChangeKind::StageRenamed,
            Self::RouteAdded { guard, .. } if guard.is_public() => ChangeKind::RouteAddedOpen,
            Self::RouteAdded { .. } => ChangeKind::RouteAddedGuarded,
            Self::RouteRemoved { .. } => ChangeKind::RouteRemoved,
            Self::Requests { relation, .. } => match relation {
                Relation::Opened => ChangeKind::RouteOpened,
                Relation::Guarded | Relation::Same => ChangeKind::RouteGuarded,
                Relation::WiderScopes => ChangeKind::RouteScopesWider,
                Relation::Others => ChangeKind::RouteCallersChanged,
            },
            Self::RouteHandler { .. } => ChangeKind::RouteFunctionChanged,
            Self::Authorizer { change, .. } => change.kind(),
            Self::FunctionAdded { .. } => ChangeKind::FunctionAdded,
            Self::FunctionRemoved { .. } => ChangeKind::FunctionRemoved,
            Self::FunctionOpened { .. } => ChangeKind::FunctionOpened,
            Self::FunctionUrl { auth, .. } if auth == "NONE" => ChangeKind::FunctionOpened,
            Self::FunctionUrl { .. } | Self::Invoker { .. } => ChangeKind::InvokerAdded,
            Self::MayMore { .. } => ChangeKind::FunctionMayMore,
            Self::MayLess { .. } => ChangeKind::FunctionMayLess,
            Self::RightsUnknown { .. } => ChangeKind::FunctionRoleUnknown,
            Self::Boundary { before: None, .. } => ChangeKind::SettingChanged,
            Self::Boundary { .. } => ChangeKind::BoundaryChanged,
            Self::AssumedBy { .. } => ChangeKind::AccessWidened,
            Self::Event { kind, .. } | Self::Added { kind, .. } => *kind,
            Self::Setting { meaning, .. } => meaning.map_or(ChangeKind::SettingChanged, |(kind, _)| kind),
            Self::Ends { .. } => ChangeKind::ResourceDeleted,
            Self::Loses(event) => event.kind(),
            Self::Deletes { lost, .. } => lost.kind(),
            Self::ShortensLogs { .. } => ChangeKind::LogRetentionShorter,
            Self::Unknown(_) => ChangeKind::PlanUnknown,
        }
    }

    /// Returns the subject of the change.
    pub fn of(&self) -> String {
        match self {
            Self::ApiAdded { address, .. }
            | Self::ApiUnreadable { address, .. }
            | Self::NotDeployed { address }
            | Self::StageAdded { address, .. }
            | Self::StageEnds { address, .. }
            | Self::Added { address, .. }
            | Self::Unclassified { address, .. }
            | Self::Ends { address, .. }
            | Self::Deletes { address, .. }
            | Self::ShortensLogs { address, .. } => address.clone(),
            Self::RouteAdded { route, .. }
            | Self::RouteRemoved { route, .. }
            | Self::RouteHandler { route, .. } => route.clone(),
            Self::Requests { requests, .. } => requests.clone(),
            Self::Authorizer { of, .. } => of.clone(),
            Self::FunctionAdded { function }
            | Self::FunctionRemoved { function }
            | Self::FunctionOpened { function, .. }
            | Self::FunctionUrl { function, .. }
            | Self::MayMore { function, .. }
            | Self::MayLess { function, .. }
            | Self::RightsUnknown { function, .. }
            | Self::Boundary { function, .. }
            | Self::AssumedBy { function, .. }
            | Self::Invoker { function, .. }
            | Self::Event { function, .. } => function.clone(),
            Self::Setting {
                address, argument, ..
            } => format!("{address}.{argument}"),
            Self::Loses(event) => event.address().to_owned(),
            Self::Unknown(unknown) if unknown.argument.is_empty() => unknown.address.clone(),
            Self::Unknown(unknown) => format!("{}.{}", unknown.address, unknown.argument),
        }
    }

    /// Returns whether a right of a function reaches public callers, or further than single resources. Only the facts of
    /// a kind that blocks for this ask it.
    pub(crate) fn is_far_reaching(&self) -> bool {
        match self {
            Self::MayMore { gained, public, .. } => !public.is_empty() || gained.reach.is_some(),
            _ => true,
        }
    }
}

impl AuthorizerChange {
    fn kind(&self) -> ChangeKind {
        match self {
            Self::Admits(_) | Self::DecidedBy { .. } => ChangeKind::AuthorizerChanged,
            // A text to match only refuses more.
            Self::Validation { before: None, .. } => ChangeKind::SettingChanged,
            Self::Validation { .. } => ChangeKind::AuthorizerChanged,
            Self::Ttl { before, after } if after > before => ChangeKind::TokenLifetimeLonger,
            Self::NoLongerAdmits(_) | Self::Ttl { .. } | Self::Source { .. } => ChangeKind::SettingChanged,
        }
    }
}
