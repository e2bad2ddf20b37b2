//! What can be told of a change: the vocabulary of a review, and of the lines of `[review]` that accept it.

/// What a review does about a kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Shown and never blocked, so that a line for it would accept nothing.
    Info,
    /// Blocked, at least somewhere, until a line of `[review]` accepts it.
    Acceptable,
    /// Blocked whatever `[review]` says. It holds what to do instead.
    Unacceptable(&'static str),
}

/// What a kind of change is seen in.
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

/// A kind is a name, its class and its evidence: one without a class does not compile.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $class:expr, $evidence:expr;)*) => {
        /// A kind of change of a service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ChangeKind {
            $($(#[$doc])* $variant,)*
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

            /// What a review does about it.
            pub fn class(self) -> Class {
                use Class::{Acceptable, Info, Unacceptable};
                match self {
                    $(Self::$variant => $class,)*
                }
            }

            /// What it is seen in.
            pub fn evidence(self) -> Evidence {
                use Evidence::{Files, Plan, Review, Specs};
                match self {
                    $(Self::$variant => $evidence,)*
                }
            }
        }
    };
}

kinds! {
    /// A route that was not there; anyone may call it.
    RouteAddedOpen = "route_added_open", Info, Specs;
    /// A route that was not there; who signed in may call it.
    RouteAddedGuarded = "route_added_guarded", Info, Specs;
    /// A route that is gone.
    RouteRemoved = "route_removed", Info, Specs;
    /// Requests that needed a sign-in are open to anyone.
    RouteOpened = "route_opened", Acceptable, Specs;
    /// Requests that were open need a sign-in.
    RouteGuarded = "route_guarded", Info, Specs;
    /// Another function answers a route.
    RouteFunctionChanged = "route_function_changed", Info, Specs;
    /// A path parameter has another name, which its function reads.
    RouteParameterRenamed = "route_parameter_renamed", Info, Specs;
    /// A function that was not there.
    FunctionAdded = "function_added", Info, Specs;
    /// A function that is gone.
    FunctionRemoved = "function_removed", Info, Specs;
    /// A function has another name: AWS has no rename, so it is replaced.
    FunctionRenamed = "function_renamed", Info, Specs;
    /// A function that only who signed in could reach runs for requests of anyone.
    FunctionOpened = "function_opened", Acceptable, Specs;
    /// API Gateway may invoke a function for a pattern of paths, because permissions for single routes are too many.
    PermissionsWidened = "permissions_widened", Info, Specs;
    /// API Gateway may no longer invoke a function for a pattern of paths.
    PermissionsNarrowed = "permissions_narrowed", Info, Specs;
    /// The log group of a function goes, and what it holds.
    LogsDeleted = "logs_deleted", Acceptable, Specs;
    /// Logs that are older than the new limit go.
    LogRetentionShorter = "log_retention_shorter", Acceptable, Specs;
    /// Another user pool: every user is lost.
    PoolReplaced = "pool_replaced", Acceptable, Specs;
    /// An attribute of the users is gone, or is another one.
    PoolSchemaChanged = "pool_schema_changed", Acceptable, Plan;
    /// The address of the sign-in pages is gone, or is another one.
    DomainDeleted = "domain_deleted", Acceptable, Plan;
    /// Anybody may register, and then call guarded routes.
    SelfSignUpOn = "self_sign_up_on", Acceptable, Specs;
    /// A rule of the password policy asks for less.
    PasswordWeaker = "password_weaker", Acceptable, Specs;
    /// A token is good for longer, or is not looked at again for longer.
    TokenLifetimeLonger = "token_lifetime_longer", Acceptable, Specs;
    /// A client that was not there.
    ClientAdded = "client_added", Info, Specs;
    /// A client that is gone, and its id, which programs hold.
    ClientDeleted = "client_deleted", Acceptable, Specs;
    /// The same client with another name; its id stays.
    ClientRenamed = "client_renamed", Info, Specs;
    /// A client may sign users in by one more way.
    ClientFlowAdded = "client_flow_added", Info, Specs;
    /// A client may sign users in by one way less.
    ClientFlowRemoved = "client_flow_removed", Info, Specs;
    /// Every address changes, the old ones answer no more.
    StageRenamed = "stage_renamed", Acceptable, Specs;
    /// Preflights and headers for browsers of other origins.
    CorsAdded = "cors_added", Info, Specs;
    /// None of them any more.
    CorsRemoved = "cors_removed", Info, Specs;
    /// An environment admits pages of every origin.
    CorsAnyOrigin = "cors_any_origin", Acceptable, Specs;
    /// An environment admits pages of another origin.
    CorsOriginChanged = "cors_origin_changed", Info, Specs;
    /// Browsers may send more.
    CorsWider = "cors_wider", Info, Specs;
    /// A whole service more.
    EnvironmentAdded = "environment_added", Info, Specs;
    /// What runs in an environment goes on running, and nothing here knows of it.
    EnvironmentRemoved = "environment_removed", Acceptable, Specs;
    /// Everything of an environment is made anew in another region.
    RegionChanged = "region_changed", Acceptable, Specs;
    /// Everything of an environment is made anew in another account.
    AccountChanged = "account_changed", Acceptable, Specs;
    /// Nothing says any more which account an environment may touch.
    AccountUnpinned = "account_unpinned", Info, Specs;
    /// Terraform looks elsewhere for an environment's state.
    StateMoved = "state_moved", Acceptable, Specs;
    /// The first user is another: the old one is deleted.
    UserReplaced = "user_replaced", Acceptable, Specs;
    /// AWS no longer refuses to delete the user pool, and every user with it.
    DeletionProtectionOff = "deletion_protection_off", Acceptable, Specs;
    /// The first spec.
    ServiceAdded = "service_added", Info, Specs;
    /// The spec is gone; what runs goes on running.
    ServiceRemoved = "service_removed", Acceptable, Specs;
    /// Every function, role and log group is replaced.
    ServiceRenamed = "service_renamed", Acceptable, Specs;
    /// An older Terraform or AWS provider may run.
    VersionConstraintLowered = "version_constraint_lowered", Acceptable, Files;
    /// The committed tree is not the one that the spec generates.
    GeneratedFilesDiffer = "generated_files_differ", Info, Files;
    /// A file of Terraform's beside the generated ones came or changed.
    OwnFileChanged = "own_file_changed", Info, Files;
    /// What is not generated below `terraform/` decides where Terraform connects or what it runs.
    TerraformReconfigured = "terraform_reconfigured", Acceptable, Files;
    /// What a plan makes of the tree is not what the spec says: somebody edited the tree.
    PlanDiffers = "plan_differs", Unacceptable(
        "undo the edit below `terraform/`, or write it into the spec and run `portcullis generate`, and delete this entry"
    ), Plan;
    /// A plan has a resource or an argument that may let more people in or a function do more, and of which no spec
    /// knows.
    PlanAdds = "plan_adds", Acceptable, Plan;
    /// A plan that is given can't be held against the spec.
    PlanUnreadable = "plan_unreadable", Unacceptable(
        "plan again from this spec, and delete this entry"
    ), Plan;
    /// A plan leaves open who may call, or what a function may do.
    PlanUnknown = "plan_unknown", Acceptable, Plan;
    /// A plan deletes or replaces the REST API: its address and every key that belongs to it.
    ApiDeleted = "api_deleted", Acceptable, Plan;
    /// Another value that no other kind tells.
    SettingChanged = "setting_changed", Info, Specs;
    /// Something new looks like something that is gone.
    FormerlyMissing = "formerly_missing", Info, Specs;
    /// A spec has mistakes, and nothing is compared.
    SpecInvalid = "spec_invalid", Unacceptable(
        "fix the mistakes that the review lists, and delete this entry"
    ), Review;
    /// A line of `[review]` answers nothing that is denied.
    AcceptedChangeUnused = "accepted_change_unused", Unacceptable(
        "delete this entry and the unused one"
    ), Review;
    /// A line of `[review]` would answer something, but its day is over.
    AcceptedChangeExpired = "accepted_change_expired", Unacceptable(
        "give the expired entry a later `until`, and delete this one"
    ), Review;
}

impl ChangeKind {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// Whether a review blocks it, at least somewhere.
    pub fn has_gate(self) -> bool {
        match self.class() {
            Class::Info => false,
            Class::Acceptable | Class::Unacceptable(_) => true,
        }
    }

    /// Whether a line of `[review]` can accept it.
    pub fn can_be_accepted(self) -> bool {
        match self.class() {
            Class::Acceptable => true,
            Class::Info | Class::Unacceptable(_) => false,
        }
    }

    /// Whether it is about the review itself, or about a plan that no line accepts.
    pub fn can_only_be_mended(self) -> bool {
        match self.class() {
            Class::Unacceptable(_) => true,
            Class::Info | Class::Acceptable => false,
        }
    }
}
