//! The kinds of change: the vocabulary of a review and of `[review] accept`, and the policy for each kind.

/// The meaning of a kind of change for access and data. The class follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// No caller and no function can do more, and nothing is lost.
    Harmless,
    /// More is reachable or less is known, but a reader expects it, for this reason.
    Expected(&'static str),
    /// More callers get in, or callers can do more.
    Widens,
    /// More callers get in if a route is for signed-in users. Otherwise it is harmless.
    WidensSignIn,
    /// A function can do more: blocked if anyone can run it, or if it reaches far. Otherwise it is harmless.
    WidensFunction,
    /// Something is lost.
    Loses,
    /// The review or a plan is itself wrong. It holds what to do instead of accepting it.
    Wrong(&'static str),
}

/// The treatment of a kind of change in a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Shown and never blocked, so that a line for it would accept nothing.
    Info,
    /// Blocked, at least somewhere, until a line of `[review]` accepts it.
    Acceptable,
    /// Blocked, even with an `accept` entry. It holds advice.
    Unacceptable(&'static str),
}

/// The input that shows a kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Two specs.
    Specs,
    /// Terraform's files of a project.
    Files,
    /// A plan, and nothing else.
    Plan,
    /// The review itself.
    Review,
}

/// The section of a report that contains a kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Errors of the review itself: an invalid spec, an expired or unused `accept` entry.
    Review,
    /// Routes and requests: their callers and their functions.
    Routes,
    /// Other changes that may be blocked.
    AtRisk,
    /// All else.
    Rest,
}

/// The subject of a kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectKind {
    /// A route, requests or a path: `GET /orders`.
    Route,
    /// A function, by its name.
    Function,
    /// A client, by its name.
    Client,
    /// A function or a client, by its name.
    FunctionOrClient,
    /// An environment as a whole, by its name.
    Environment,
    /// A key or a table of the spec: `api.cors.allow_headers`. If the spec has no word for it, its address.
    Key,
    /// A resource, by its address, or by the table of the spec that makes it.
    Resource,
    /// A part of an environment's plan: `dev: authenticated`.
    InPlan,
    /// A file, and maybe a block in it.
    File,
    /// A program whose version is constrained.
    Program,
    /// One of the two revisions.
    Revision,
    /// An entry of `accept`.
    Entry,
}

/// The policy: a line a kind, with its name, its evidence, its section, what its subject names, and its effect. A kind
/// without one of them does not compile.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $evidence:ident, $section:ident, $subject:ident, $effect:expr;)*) => {
        /// A kind of change of a service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ChangeKind {
            $($(#[doc = $doc])* $variant,)*
        }

        impl ChangeKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in a spec and in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Its description, in sentences.
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),*).trim_ascii(),)*
                }
            }

            /// The input that shows it.
            pub fn evidence(self) -> Evidence {
                match self {
                    $(Self::$variant => Evidence::$evidence,)*
                }
            }

            /// Its section of a report.
            pub fn section(self) -> Section {
                match self {
                    $(Self::$variant => Section::$section,)*
                }
            }

            /// Its subject.
            pub fn subject(self) -> SubjectKind {
                match self {
                    $(Self::$variant => SubjectKind::$subject,)*
                }
            }

            /// Its meaning for access and data.
            pub fn effect(self) -> Effect {
                use Effect::{Expected, Harmless, Loses, Widens, WidensFunction, WidensSignIn, Wrong};
                match self {
                    $(Self::$variant => $effect,)*
                }
            }
        }
    };
}

kinds! {
    /// A new public route.
    RouteAddedOpen = "route_added_open", Specs, Routes, Route, Expected("a new route is what the change is for");
    /// A new route for signed-in users, or for callers that a function admits.
    RouteAddedGuarded = "route_added_guarded", Specs, Routes, Route, Harmless;
    /// A removed route.
    RouteRemoved = "route_removed", Specs, Routes, Route, Harmless;
    /// Requests that required a sign-in or an authorizer are public.
    RouteOpened = "route_opened", Specs, Routes, Route, Widens;
    /// Public requests require a sign-in or an authorizer.
    RouteGuarded = "route_guarded", Specs, Routes, Route, Harmless;
    /// Requests that needed a scope are accepted with another one, or without.
    RouteScopesWider = "route_scopes_wider", Specs, Routes, Route, Widens;
    /// Another authorizer decides about requests, or the user pool instead of one.
    RouteAuthorizerChanged = "route_authorizer_changed", Specs, Routes, Route, Widens;
    /// A new authorizer whose function decides.
    AuthorizerAdded = "authorizer_added", Specs, Rest, Key, Expected("routes that have it are reported by themselves");
    /// An authorizer is gone, which no route has any longer.
    AuthorizerRemoved = "authorizer_removed", Specs, Rest, Key, Harmless;
    /// The function of an authorizer decides about more requests, or another function decides.
    AuthorizerWider = "authorizer_wider", Specs, AtRisk, Key, Widens;
    /// Public requests no longer need an API key.
    RouteApiKeyRemoved = "route_api_key_removed", Specs, Routes, Route, Widens;
    /// A new API key.
    ApiKeyAdded = "api_key_added", Specs, Rest, Key, Expected("it opens the routes that need a key, and `auth` still decides about them");
    /// An API key is deleted with its value, which clients send.
    ApiKeyDeleted = "api_key_deleted", Specs, AtRisk, Key, Loses;
    /// API Gateway lets more requests through to routes.
    ThrottleRaised = "throttle_raised", Specs, Rest, Key, Expected("the callers stay the same");
    /// Another function handles a route.
    RouteFunctionChanged = "route_function_changed", Specs, Routes, Route, Harmless;
    /// A path parameter has another name, which its function reads.
    RouteParameterRenamed = "route_parameter_renamed", Specs, Routes, Route, Harmless;
    /// A new function.
    FunctionAdded = "function_added", Specs, Rest, Function, Expected("it runs only for what its routes and events let in");
    /// A removed function.
    FunctionRemoved = "function_removed", Specs, Rest, Function, Harmless;
    /// A function has another name. Lambda can't rename, so it is replaced.
    FunctionRenamed = "function_renamed", Specs, Rest, Function, Harmless;
    /// A function that no public route led to runs for public requests.
    FunctionOpened = "function_opened", Specs, AtRisk, Function, Widens;
    /// The role of a function allows more. It is blocked if a public route leads to the function, or if it reaches further
    /// than single resources.
    FunctionMayMore = "function_may_more", Specs, AtRisk, Function, WidensFunction;
    /// The role of a function allows less.
    FunctionMayLess = "function_may_less", Specs, Rest, Function, Harmless;
    /// A function uses an existing role, or another one. Portcullis doesn't know what it allows.
    FunctionRoleUnknown = "function_role_unknown", Specs, AtRisk, Key, Widens;
    /// API Gateway may invoke a function for a pattern of paths, because it has too many routes for single permissions.
    PermissionsWidened = "permissions_widened", Specs, Rest, Function, Expected("API Gateway still invokes it for its own routes alone");
    /// API Gateway may no longer invoke a function for a pattern of paths.
    PermissionsNarrowed = "permissions_narrowed", Specs, Rest, Function, Harmless;
    /// The log group of a function is deleted, with its logs.
    LogsDeleted = "logs_deleted", Specs, AtRisk, Function, Loses;
    /// Logs that are older than the new limit are deleted.
    LogRetentionShorter = "log_retention_shorter", Specs, AtRisk, Key, Loses;
    /// The access log of each environment is deleted, with its lines.
    AccessLogsDeleted = "access_logs_deleted", Specs, AtRisk, Key, Loses;
    /// A function may do more with what it uses, and no public route leads to it.
    UseAdded = "use_added", Specs, Rest, Key, Expected("only its own routes and events make the function do it");
    /// Anyone can newly make a function do something with what it uses.
    PublicUseAdded = "public_use_added", Specs, AtRisk, Key, Widens;
    /// More routes may reach data, as far as `reachable_by` says.
    ReachableByWider = "reachable_by_wider", Specs, AtRisk, Key, Widens;
    /// A function may do less with what it uses.
    UseRemoved = "use_removed", Specs, Rest, Key, Harmless;
    /// The service calls the own module.
    OwnModuleAdded = "own_module_added", Specs, Rest, Key, Expected("only hand-written files decide what is in it");
    /// The service no longer calls the own module.
    OwnModuleRemoved = "own_module_removed", Specs, AtRisk, Key, Loses;
    /// Something new invokes a function beside its routes.
    EventAdded = "event_added", Specs, Rest, Key, Expected("a new event is what the change is for");
    /// Something no longer invokes a function.
    EventRemoved = "event_removed", Specs, Rest, Key, Harmless;
    /// More events than before invoke a function.
    EventWidened = "event_widened", Specs, AtRisk, Key, Widens;
    /// Events are dropped that were handled or kept before.
    EventsLost = "events_lost", Specs, AtRisk, Key, Loses;
    /// Another schedule, input or batch.
    EventChanged = "event_changed", Specs, Rest, Key, Harmless;
    /// A new table.
    TableAdded = "table_added", Specs, Rest, Key, Expected("it is empty, and only functions that use it reach it");
    /// A table is deleted, with its items.
    TableDeleted = "table_deleted", Specs, AtRisk, Key, Loses;
    /// A table is replaced by an empty one.
    TableReplaced = "table_replaced", Specs, AtRisk, Key, Loses;
    /// DynamoDB deletes items of a table after a time.
    ItemsExpire = "items_expire", Specs, AtRisk, Key, Loses;
    /// The backups of a table are deleted.
    BackupsOff = "backups_off", Specs, AtRisk, Key, Loses;
    /// A new index of a table.
    IndexAdded = "index_added", Specs, Rest, Key, Expected("it contains what the table does");
    /// An index of a table is deleted. The items stay.
    IndexDeleted = "index_deleted", Specs, Rest, Key, Harmless;
    /// An index of a table is deleted and created again. The items stay.
    IndexRebuilt = "index_rebuilt", Specs, Rest, Key, Harmless;
    /// A new bucket.
    BucketAdded = "bucket_added", Specs, Rest, Key, Expected("it is empty, and only functions that use it reach it");
    /// A bucket is deleted, with its objects.
    BucketDeleted = "bucket_deleted", Specs, AtRisk, Key, Loses;
    /// A bucket is replaced by an empty one.
    BucketReplaced = "bucket_replaced", Specs, AtRisk, Key, Loses;
    /// S3 keeps no more old versions of objects.
    VersioningSuspended = "versioning_suspended", Specs, AtRisk, Key, Loses;
    /// S3 deletes objects or old versions after a time, or earlier than before.
    ObjectsExpire = "objects_expire", Specs, AtRisk, Key, Loses;
    /// A new queue.
    QueueAdded = "queue_added", Specs, Rest, Key, Expected("it is empty, and only functions that use it reach it");
    /// A queue is deleted, with its messages.
    QueueDeleted = "queue_deleted", Specs, AtRisk, Key, Loses;
    /// A queue is replaced by an empty one.
    QueueReplaced = "queue_replaced", Specs, AtRisk, Key, Loses;
    /// SQS deletes messages that are older than the new limit.
    MessageRetentionShorter = "message_retention_shorter", Specs, AtRisk, Key, Loses;
    /// A new topic.
    TopicAdded = "topic_added", Specs, Rest, Key, Expected("nothing is subscribed to it, and only functions that use it publish");
    /// A topic is deleted, with its subscriptions.
    TopicDeleted = "topic_deleted", Specs, AtRisk, Key, Loses;
    /// A topic is replaced by one without subscriptions.
    TopicReplaced = "topic_replaced", Specs, AtRisk, Key, Loses;
    /// The first user pool, or the first existing one.
    PoolAdded = "pool_added", Specs, Rest, Key, Expected("routes for its users are reported by themselves, and self sign-up is");
    /// The user pool is replaced or deleted: every user is lost.
    PoolReplaced = "pool_replaced", Specs, AtRisk, Key, Loses;
    /// An environment admits the users of another pool, and the existing one of before stays.
    PoolChanged = "pool_changed", Specs, AtRisk, Environment, WidensSignIn;
    /// An attribute of the users is removed or changed.
    PoolSchemaChanged = "pool_schema_changed", Plan, AtRisk, Resource, Loses;
    /// The domain of the sign-in pages is deleted or changed.
    DomainDeleted = "domain_deleted", Plan, AtRisk, Resource, Loses;
    /// Anyone may sign up, and then call routes for signed-in users.
    SelfSignUpOn = "self_sign_up_on", Specs, AtRisk, Key, WidensSignIn;
    /// A rule of the password policy asks for less.
    PasswordWeaker = "password_weaker", Specs, AtRisk, Key, Widens;
    /// Cognito asks fewer users for the code of an authenticator app.
    MfaWeaker = "mfa_weaker", Specs, AtRisk, Key, Widens;
    /// A token is valid for longer, can't be revoked, or is verified less often.
    TokenLifetimeLonger = "token_lifetime_longer", Specs, AtRisk, Key, Widens;
    /// A new client.
    ClientAdded = "client_added", Specs, Rest, Client, Expected("users need a password to sign in through it");
    /// A client is deleted with its id, which programs use.
    ClientDeleted = "client_deleted", Specs, AtRisk, Client, Loses;
    /// The same client with another name. Its id stays.
    ClientRenamed = "client_renamed", Specs, Rest, Client, Harmless;
    /// A client may sign users in by one more auth flow.
    ClientFlowAdded = "client_flow_added", Specs, Rest, Client, Expected("users need a password to sign in by it");
    /// A client may sign users in by one auth flow less.
    ClientFlowRemoved = "client_flow_removed", Specs, Rest, Client, Harmless;
    /// A new group of users.
    GroupAdded = "group_added", Specs, Rest, Key, Expected("it has no users yet, and functions decide what it means");
    /// A group is deleted, and its users are no longer in it.
    GroupDeleted = "group_deleted", Specs, AtRisk, Key, Loses;
    /// Every URL changes and the old ones stop working.
    StageRenamed = "stage_renamed", Specs, AtRisk, Key, Loses;
    /// CORS is new: preflights, and headers for pages of other origins.
    CorsAdded = "cors_added", Specs, Rest, Key, Expected("an origin that matters is `cors_any_origin`");
    /// CORS is removed.
    CorsRemoved = "cors_removed", Specs, Rest, Key, Harmless;
    /// An environment allows every origin.
    CorsAnyOrigin = "cors_any_origin", Specs, AtRisk, Environment, WidensSignIn;
    /// An environment allows another origin.
    CorsOriginChanged = "cors_origin_changed", Specs, Rest, Environment, Expected("one origin takes the place of another");
    /// Pages of allowed origins may send more.
    CorsWider = "cors_wider", Specs, Rest, Key, Expected("the origin stays the same");
    /// A new environment.
    EnvironmentAdded = "environment_added", Specs, Rest, Environment, Expected("it brings what the service has");
    /// An environment is removed from the spec, and keeps running in AWS.
    EnvironmentRemoved = "environment_removed", Specs, AtRisk, Environment, Loses;
    /// An environment is recreated in another region.
    RegionChanged = "region_changed", Specs, AtRisk, Environment, Loses;
    /// An environment is recreated in another account.
    AccountChanged = "account_changed", Specs, AtRisk, Environment, Loses;
    /// An environment is no longer pinned to an account.
    AccountUnpinned = "account_unpinned", Specs, Rest, Environment, Expected("the credentials decide, as they did before the first pin");
    /// The roles of an environment's functions have another permissions boundary, or none any longer.
    BoundaryChanged = "boundary_changed", Specs, AtRisk, Key, Widens;
    /// Terraform looks for an environment's state in another place.
    StateMoved = "state_moved", Specs, AtRisk, Environment, Loses;
    /// The first user is another one. The old one is deleted.
    UserReplaced = "user_replaced", Specs, AtRisk, Environment, Loses;
    /// AWS no longer refuses to delete the user pool, the tables and the buckets.
    DeletionProtectionOff = "deletion_protection_off", Specs, AtRisk, Key, Loses;
    /// The first spec.
    ServiceAdded = "service_added", Specs, Rest, Key, Expected("its routes, CORS and sign-up are reported by themselves");
    /// The spec is removed. The service keeps running.
    ServiceRemoved = "service_removed", Specs, AtRisk, Key, Loses;
    /// Every function, role and log group is replaced.
    ServiceRenamed = "service_renamed", Specs, AtRisk, Key, Loses;
    /// An older Terraform or AWS provider may run.
    VersionConstraintLowered = "version_constraint_lowered", Files, AtRisk, Program, Widens;
    /// The committed files are not those that the spec generates.
    GeneratedFilesDiffer = "generated_files_differ", Files, Rest, File, Expected("`generate --check` fails, and a plan shows the rest");
    /// A Terraform file that is not generated is new or has changed.
    OwnFileChanged = "own_file_changed", Files, Rest, File, Expected("its blocks are judged one by one");
    /// A hand-written file decides where Terraform connects or what it runs.
    TerraformReconfigured = "terraform_reconfigured", Files, AtRisk, File, Widens;
    /// A plan differs from the spec: the generated files were edited by hand.
    PlanDiffers = "plan_differs", Plan, Review, InPlan, Wrong(
        "undo the edit below `terraform/`, or write it into the spec and run `portcullis generate`, and delete this entry"
    );
    /// A plan has a resource or an argument outside the spec that may let more callers in or a function do more.
    PlanAdds = "plan_adds", Plan, AtRisk, InPlan, Widens;
    /// A plan can't be compared with the spec.
    PlanUnreadable = "plan_unreadable", Plan, Review, File, Wrong(
        "plan again from this spec, and delete this entry"
    );
    /// A plan can't tell yet who may call a route or what a function may do.
    PlanUnknown = "plan_unknown", Plan, AtRisk, InPlan, Widens;
    /// A plan deletes or replaces the REST API with its URL and API keys.
    ApiDeleted = "api_deleted", Plan, AtRisk, Resource, Loses;
    /// A plan has another REST API.
    ApiAdded = "api_added", Plan, Rest, Resource, Expected("its routes are reported by themselves");
    /// Other callers than before may call a route, or more.
    RouteCallersChanged = "route_callers_changed", Plan, Routes, Route, Widens;
    /// An authorizer admits other callers than before, or more.
    AuthorizerChanged = "authorizer_changed", Plan, AtRisk, Key, Widens;
    /// A new stage of an API that exists.
    StageAdded = "stage_added", Plan, Rest, Resource, Expected("it serves the routes of the other stages");
    /// The API changes, and its stages keep what they serve.
    NotDeployed = "not_deployed", Plan, Rest, Resource, Harmless;
    /// Something else than a route or an event may invoke a function.
    InvokerAdded = "invoker_added", Plan, AtRisk, Function, Widens;
    /// A resource lets more callers in.
    AccessWidened = "access_widened", Plan, AtRisk, Resource, Widens;
    /// A plan changes something that may let more callers in or a function do more, and that Portcullis can't judge.
    PlanUnclassified = "plan_unclassified", Plan, AtRisk, Resource, Widens;
    /// A resource ends, and Portcullis doesn't know what it contains.
    ResourceDeleted = "resource_deleted", Plan, AtRisk, Resource, Loses;
    /// Another value that no other kind covers.
    SettingChanged = "setting_changed", Specs, Rest, Key, Harmless;
    /// Something new looks like something removed.
    FormerlyMissing = "formerly_missing", Specs, Rest, FunctionOrClient, Harmless;
    /// A spec is invalid, so nothing is compared.
    SpecInvalid = "spec_invalid", Review, Review, Revision, Wrong(
        "fix the errors that the review lists, and delete this entry"
    );
    /// An `accept` entry matches no blocked change.
    AcceptedChangeUnused = "accepted_change_unused", Review, Review, Entry, Wrong(
        "delete this entry and the unused one"
    );
    /// An `accept` entry matches a blocked change, but its last day is over.
    AcceptedChangeExpired = "accepted_change_expired", Review, Review, Entry, Wrong(
        "give the expired entry a later `until`, and delete this one"
    );
}

impl ChangeKind {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// Its treatment in a review.
    pub fn class(self) -> Class {
        match self.effect() {
            Effect::Harmless | Effect::Expected(_) => Class::Info,
            Effect::Widens | Effect::WidensFunction | Effect::WidensSignIn | Effect::Loses => {
                Class::Acceptable
            }
            Effect::Wrong(instead) => Class::Unacceptable(instead),
        }
    }

    /// Returns whether an `accept` entry can accept it.
    pub fn can_be_accepted(self) -> bool {
        match self.class() {
            Class::Acceptable => true,
            Class::Info | Class::Unacceptable(_) => false,
        }
    }
}
