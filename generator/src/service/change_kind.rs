//! What can be told of a change: the vocabulary of a review, and of the lines of `[review]` that answer it.

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
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
        }
    };
}

kinds! {
    /// A route that was not there; anyone may call it.
    RouteAddedOpen = "route_added_open",
    /// A route that was not there; who signed in may call it.
    RouteAddedGuarded = "route_added_guarded",
    /// A route that is gone.
    RouteRemoved = "route_removed",
    /// Requests that needed a sign-in are open to anyone.
    RouteOpened = "route_opened",
    /// Requests that were open need a sign-in.
    RouteGuarded = "route_guarded",
    /// Another function answers a route.
    RouteFunctionChanged = "route_function_changed",
    /// A path parameter has another name, which its function reads.
    RouteParameterRenamed = "route_parameter_renamed",
    /// A function that was not there.
    FunctionAdded = "function_added",
    /// A function that is gone.
    FunctionRemoved = "function_removed",
    /// A function has another name: AWS has no rename, so it is replaced.
    FunctionRenamed = "function_renamed",
    /// A function that only who signed in could reach runs for requests of anyone.
    FunctionOpened = "function_opened",
    /// The log group of a function goes, and what it holds.
    LogsDeleted = "logs_deleted",
    /// Logs that are older than the new limit go.
    LogRetentionShorter = "log_retention_shorter",
    /// Another user pool: every user is lost.
    PoolReplaced = "pool_replaced",
    /// An attribute of the users is gone, or is another one.
    PoolSchemaChanged = "pool_schema_changed",
    /// The address of the sign-in pages is gone, or is another one.
    DomainDeleted = "domain_deleted",
    /// Anybody may register, and then call guarded routes.
    SelfSignUpOn = "self_sign_up_on",
    /// A rule of the password policy asks for less.
    PasswordWeaker = "password_weaker",
    /// A token is good for longer, or is not looked at again for longer.
    TokenLifetimeLonger = "token_lifetime_longer",
    /// A client that was not there.
    ClientAdded = "client_added",
    /// A client that is gone, and its id, which programs hold.
    ClientDeleted = "client_deleted",
    /// The same client with another name; its id stays.
    ClientRenamed = "client_renamed",
    /// A client may sign users in by one more way.
    ClientFlowAdded = "client_flow_added",
    /// A client may sign users in by one way less.
    ClientFlowRemoved = "client_flow_removed",
    /// Every address changes, the old ones answer no more.
    StageRenamed = "stage_renamed",
    /// Preflights and headers for browsers of other origins.
    CorsAdded = "cors_added",
    /// None of them any more.
    CorsRemoved = "cors_removed",
    /// An environment admits pages of every origin.
    CorsAnyOrigin = "cors_any_origin",
    /// An environment admits pages of another origin.
    CorsOriginChanged = "cors_origin_changed",
    /// Browsers may send more.
    CorsWider = "cors_wider",
    /// A whole service more.
    EnvironmentAdded = "environment_added",
    /// What runs in an environment goes on running, and nothing here knows of it.
    EnvironmentRemoved = "environment_removed",
    /// Everything of an environment is made anew in another region.
    RegionChanged = "region_changed",
    /// Everything of an environment is made anew in another account.
    AccountChanged = "account_changed",
    /// Nothing says any more which account an environment may touch.
    AccountUnpinned = "account_unpinned",
    /// Terraform looks elsewhere for an environment's state.
    StateMoved = "state_moved",
    /// The first user is another: the old one is deleted.
    UserReplaced = "user_replaced",
    /// AWS no longer refuses to delete the user pool, and every user with it.
    DeletionProtectionOff = "deletion_protection_off",
    /// The first spec.
    ServiceAdded = "service_added",
    /// The spec is gone; what runs goes on running.
    ServiceRemoved = "service_removed",
    /// Every function, role and log group is replaced.
    ServiceRenamed = "service_renamed",
    /// An older Terraform or AWS provider may run.
    FloorLowered = "floor_lowered",
    /// The committed tree is not the one that the spec generates.
    TreeDiffers = "tree_differs",
    /// A file of Terraform's beside the generated ones came or changed.
    TreeAdds = "tree_adds",
    /// What a plan makes of the tree is not what the spec says: somebody edited the tree.
    PlanDiffers = "plan_differs",
    /// A plan has a resource or an argument that may let more people in or a function do more, and of which no spec
    /// knows.
    PlanAdds = "plan_adds",
    /// A plan that is given can't be held against the spec.
    PlanUnreadable = "plan_unreadable",
    /// A plan leaves open who may call, or what a function may do.
    PlanUnknown = "plan_unknown",
    /// A plan deletes or replaces the REST API: its address and every key that belongs to it.
    ApiDeleted = "api_deleted",
    /// Another value that no other kind tells.
    SettingChanged = "setting_changed",
    /// Something new looks like something that is gone.
    FormerlyMissing = "formerly_missing",
    /// A spec has mistakes, and nothing is compared.
    SpecInvalid = "spec_invalid",
    /// A line of `[review]` answers nothing that is denied.
    AcknowledgementUnused = "acknowledgement_unused",
    /// A line of `[review]` would answer something, but its day is over.
    AcknowledgementExpired = "acknowledgement_expired",
}

impl ChangeKind {
    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// Whether a gate of the review denies it, at least somewhere.
    pub fn has_gate(self) -> bool {
        matches!(
            self,
            Self::RouteOpened
                | Self::FunctionOpened
                | Self::LogsDeleted
                | Self::LogRetentionShorter
                | Self::PoolReplaced
                | Self::PoolSchemaChanged
                | Self::DomainDeleted
                | Self::SelfSignUpOn
                | Self::PasswordWeaker
                | Self::TokenLifetimeLonger
                | Self::ClientDeleted
                | Self::StageRenamed
                | Self::CorsAnyOrigin
                | Self::EnvironmentRemoved
                | Self::RegionChanged
                | Self::AccountChanged
                | Self::StateMoved
                | Self::UserReplaced
                | Self::DeletionProtectionOff
                | Self::ServiceRemoved
                | Self::ServiceRenamed
                | Self::FloorLowered
                | Self::PlanAdds
                | Self::PlanUnknown
                | Self::ApiDeleted
        ) || !self.can_be_acknowledged()
    }

    /// Whether a line of `[review]` can answer it: mistakes are mended.
    pub fn can_be_acknowledged(self) -> bool {
        !matches!(
            self,
            Self::SpecInvalid
                | Self::AcknowledgementUnused
                | Self::AcknowledgementExpired
                | Self::PlanDiffers
                | Self::PlanUnreadable
        )
    }

    /// Whether only a plan tells it, and no comparison of specs.
    pub fn needs_a_plan(self) -> bool {
        matches!(
            self,
            Self::PlanDiffers
                | Self::PlanAdds
                | Self::PlanUnreadable
                | Self::PlanUnknown
                | Self::ApiDeleted
                | Self::PoolSchemaChanged
                | Self::DomainDeleted
        )
    }
}
