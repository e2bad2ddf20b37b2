//! The identity of a fact, which is its kind and its subject, with its values and whether it is blocked.

use crate::review::fact::{Callers, EventChange, Fact, Program, Sendable, Shifted};
use crate::review::{ChangeId, ChangeKind, Effect};
use crate::spec::toml_text;
use crate::surface::{Difference, Subject};
use crate::uses::Kind;

impl Fact {
    /// Returns the kind of change.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::RouteAdded { callers, .. } => match callers {
                Callers::Anyone => ChangeKind::RouteAddedOpen,
                Callers::SignedIn | Callers::SelfSignUp | Callers::AdmittedBy(_) => {
                    ChangeKind::RouteAddedGuarded
                }
            },
            Self::RouteRemoved { .. } => ChangeKind::RouteRemoved,
            Self::RouteOpened(_) => ChangeKind::RouteOpened,
            Self::RouteGuarded(_) => ChangeKind::RouteGuarded,
            Self::RouteAuthorizerChanged(_) => ChangeKind::RouteAuthorizerChanged,
            Self::AuthorizerAdded { .. } => ChangeKind::AuthorizerAdded,
            Self::AuthorizerRemoved { .. } => ChangeKind::AuthorizerRemoved,
            Self::RouteFunctionChanged { .. } => ChangeKind::RouteFunctionChanged,
            Self::RouteParameterRenamed { .. } => ChangeKind::RouteParameterRenamed,
            Self::FunctionAdded { .. } => ChangeKind::FunctionAdded,
            Self::FunctionRemoved { .. } => ChangeKind::FunctionRemoved,
            Self::FunctionRenamed { .. } => ChangeKind::FunctionRenamed,
            Self::FunctionOpened { .. } => ChangeKind::FunctionOpened,
            Self::FunctionMayMore { .. } => ChangeKind::FunctionMayMore,
            Self::FunctionMayLess { .. } => ChangeKind::FunctionMayLess,
            Self::PermissionsWidened { .. } => ChangeKind::PermissionsWidened,
            Self::PermissionsNarrowed { .. } => ChangeKind::PermissionsNarrowed,
            Self::LogsDeleted { .. } => ChangeKind::LogsDeleted,
            Self::PoolAdded { .. } => ChangeKind::PoolAdded,
            Self::PoolReplaced { .. } | Self::PoolRemoved { .. } => ChangeKind::PoolReplaced,
            Self::PoolChanged { .. } => ChangeKind::PoolChanged,
            Self::UseAdded { public, .. } if public.is_empty() => ChangeKind::UseAdded,
            Self::UseAdded { .. } => ChangeKind::PublicUseAdded,
            Self::UseRemoved { .. } => ChangeKind::UseRemoved,
            Self::OwnModuleAdded => ChangeKind::OwnModuleAdded,
            Self::OwnModuleRemoved => ChangeKind::OwnModuleRemoved,
            Self::Event { change, .. } => match change {
                EventChange::Added => ChangeKind::EventAdded,
                EventChange::Removed(_) => ChangeKind::EventRemoved,
                EventChange::Widened(_) => ChangeKind::EventWidened,
                EventChange::Lossier(_) => ChangeKind::EventsLost,
                EventChange::Other(_) => ChangeKind::EventChanged,
            },
            Self::DataAdded(of) => match of.kind {
                Kind::Tables => ChangeKind::TableAdded,
                Kind::Buckets => ChangeKind::BucketAdded,
                Kind::Queues => ChangeKind::QueueAdded,
                Kind::Topics => ChangeKind::TopicAdded,
            },
            Self::DataDeleted(of) => match of.kind {
                Kind::Tables => ChangeKind::TableDeleted,
                Kind::Buckets => ChangeKind::BucketDeleted,
                Kind::Queues => ChangeKind::QueueDeleted,
                Kind::Topics => ChangeKind::TopicDeleted,
            },
            Self::DataReplaced { of, .. } => match of.kind {
                Kind::Tables => ChangeKind::TableReplaced,
                Kind::Buckets => ChangeKind::BucketReplaced,
                Kind::Queues => ChangeKind::QueueReplaced,
                Kind::Topics => ChangeKind::TopicReplaced,
            },
            Self::IndexAdded { .. } => ChangeKind::IndexAdded,
            Self::IndexDeleted { .. } => ChangeKind::IndexDeleted,
            Self::IndexRebuilt { .. } => ChangeKind::IndexRebuilt,
            Self::BucketCors { before, after, .. } => {
                if after.iter().all(|method| before.contains(method)) {
                    ChangeKind::SettingChanged
                } else {
                    ChangeKind::CorsWider
                }
            }
            Self::ClientAdded { .. } => ChangeKind::ClientAdded,
            Self::ClientDeleted { .. } => ChangeKind::ClientDeleted,
            Self::GroupAdded { .. } => ChangeKind::GroupAdded,
            Self::GroupDeleted { .. } => ChangeKind::GroupDeleted,
            Self::ClientRenamed { .. } => ChangeKind::ClientRenamed,
            Self::ClientFlowAdded { .. } => ChangeKind::ClientFlowAdded,
            Self::ClientFlowRemoved { .. } => ChangeKind::ClientFlowRemoved,
            Self::CorsAdded { .. } => ChangeKind::CorsAdded,
            Self::CorsRemoved => ChangeKind::CorsRemoved,
            Self::CorsOrigin { after, .. } if after == "*" => ChangeKind::CorsAnyOrigin,
            Self::CorsOrigin { .. } => ChangeKind::CorsOriginChanged,
            Self::CorsSends { now, .. } => match now {
                Sendable::Every | Sendable::Also(_) => ChangeKind::CorsWider,
                Sendable::Only(_) | Sendable::NoLonger(_) | Sendable::Same => ChangeKind::SettingChanged,
            },
            Self::EnvironmentAdded { .. } => ChangeKind::EnvironmentAdded,
            Self::EnvironmentRemoved { .. } => ChangeKind::EnvironmentRemoved,
            Self::StateMoved { .. } => ChangeKind::StateMoved,
            Self::ServiceAdded { .. } => ChangeKind::ServiceAdded,
            Self::ServiceRemoved { .. } => ChangeKind::ServiceRemoved,
            Self::Setting { meaning, .. } => meaning.map_or(ChangeKind::SettingChanged, |(kind, _)| kind),
            Self::FormerlyMissing { .. } => ChangeKind::FormerlyMissing,
            Self::GeneratedFilesDiffer { .. } => ChangeKind::GeneratedFilesDiffer,
            Self::OwnFileChanged { .. } => ChangeKind::OwnFileChanged,
            Self::TerraformReconfigured(_) => ChangeKind::TerraformReconfigured,
            Self::VersionConstraintLowered { .. } => ChangeKind::VersionConstraintLowered,
            Self::PlanDiffers { difference, .. } => difference.kind(),
            Self::PlanLoses { id, .. } => id.kind,
            Self::PlanDeletes { lost, .. } => lost.kind(),
            Self::WithoutSpec(fact) => fact.kind(),
            Self::PlanShortensLogs { .. } => ChangeKind::LogRetentionShorter,
            Self::PlanUnreadable { .. } => ChangeKind::PlanUnreadable,
            Self::SpecInvalid { .. } => ChangeKind::SpecInvalid,
            Self::AcceptedChangeUnused(_) => ChangeKind::AcceptedChangeUnused,
            Self::AcceptedChangeExpired(_) => ChangeKind::AcceptedChangeExpired,
        }
    }

    /// Returns the subject of the change, in the words of the spec: `GET /admin`, `functions.orders.memory_mb`, `prod`.
    /// An `accept` entry names the kind and the subject.
    pub fn of(&self) -> String {
        match self {
            Self::RouteAdded { route, .. }
            | Self::RouteRemoved { route, .. }
            | Self::RouteFunctionChanged { route, .. } => route.clone(),
            Self::AuthorizerAdded { authorizer, .. } | Self::AuthorizerRemoved { authorizer } => {
                toml_text::key(&["authorizers", authorizer.as_str()])
            }
            Self::RouteOpened(Shifted { requests, .. })
            | Self::RouteGuarded(Shifted { requests, .. })
            | Self::RouteAuthorizerChanged(Shifted { requests, .. }) => requests.clone(),
            Self::RouteParameterRenamed { path, .. } => path.clone(),
            Self::FunctionAdded { function, .. }
            | Self::FunctionRemoved { function }
            | Self::FunctionOpened { function, .. }
            | Self::FunctionMayMore { function, .. }
            | Self::FunctionMayLess { function, .. }
            | Self::PermissionsWidened { function, .. }
            | Self::PermissionsNarrowed { function, .. }
            | Self::LogsDeleted { function } => function.clone(),
            Self::FunctionRenamed { after, .. }
            | Self::ClientRenamed { after, .. }
            | Self::FormerlyMissing { after, .. } => after.clone(),
            Self::PoolAdded { .. } | Self::PoolReplaced { .. } | Self::PoolRemoved { .. } => {
                "user_pool".into()
            }
            Self::UseAdded { function, of, .. } | Self::UseRemoved { function, of, .. } => {
                toml_text::key(&["functions", function, "uses", &of.to_string()])
            }
            Self::OwnModuleAdded | Self::OwnModuleRemoved => "own".into(),
            Self::Event { function, event, .. } => toml_text::key(&["functions", function, "on", event]),
            Self::DataAdded(of) | Self::DataDeleted(of) | Self::DataReplaced { of, .. } => of.to_string(),
            Self::BucketCors { bucket, .. } => toml_text::key(&["buckets", bucket, "cors"]),
            Self::IndexAdded { table, index }
            | Self::IndexDeleted { table, index }
            | Self::IndexRebuilt { table, index } => toml_text::key(&["tables", table, "indexes", index]),
            Self::GroupAdded { group } | Self::GroupDeleted { group } => {
                toml_text::key(&["user_pool", "groups", group])
            }
            Self::ClientAdded { client, .. }
            | Self::ClientDeleted { client }
            | Self::ClientFlowAdded { client, .. }
            | Self::ClientFlowRemoved { client, .. } => client.clone(),
            Self::CorsAdded { .. } | Self::CorsRemoved => "api.cors".into(),
            Self::CorsSends { sent, .. } => sent.key().into(),
            Self::CorsOrigin { environment, .. }
            | Self::PoolChanged { environment, .. }
            | Self::EnvironmentAdded { environment, .. }
            | Self::EnvironmentRemoved { environment }
            | Self::StateMoved { environment, .. } => environment.clone(),
            Self::ServiceAdded { .. } | Self::ServiceRemoved { .. } => "service.name".into(),
            Self::Setting { of, .. } => of.clone(),
            Self::GeneratedFilesDiffer { .. } => "terraform".into(),
            Self::OwnFileChanged { file, .. } | Self::PlanUnreadable { file, .. } => file.clone(),
            Self::TerraformReconfigured(finding) => finding.of(),
            Self::VersionConstraintLowered { program, .. } => match program {
                Program::Terraform => "terraform".into(),
                Program::AwsProvider => "aws".into(),
            },
            Self::PlanDiffers {
                environment,
                difference,
            } => difference.of(environment),
            Self::PlanLoses { id, .. } => id.of.clone(),
            Self::PlanDeletes { of, .. } | Self::PlanShortensLogs { of, .. } => of.clone(),
            Self::SpecInvalid { side, .. } => side.as_str().into(),
            Self::WithoutSpec(fact) => fact.of(),
            Self::AcceptedChangeUnused(line) | Self::AcceptedChangeExpired(line) => {
                format!("{} of {}", line.change.as_str(), line.of)
            }
        }
    }

    /// Its kind and its subject.
    pub fn id(&self) -> ChangeId {
        ChangeId::new(self.kind(), self.of())
    }

    /// Returns the values before and after, if a word expresses them: a value of a setting as TOML writes it, the
    /// callers of a route, the function that handled it, an earlier name. `None` if there was no value, or if it is
    /// secret.
    pub fn values(&self) -> [Option<String>; 2] {
        let names = |before: &str, after: &str| [Some(before.into()), Some(after.into())];
        let lists = |list: &[String]| Some(toml_text::value(&list.to_vec().into()));
        match self {
            Self::RouteAdded { callers, .. } => [None, Some(callers.in_words())],
            Self::RouteRemoved { callers, .. } => [Some(callers.in_words()), None],
            Self::RouteOpened(shifted)
            | Self::RouteGuarded(shifted)
            | Self::RouteAuthorizerChanged(shifted) => {
                names(&shifted.before.in_words(), &shifted.after.in_words())
            }
            Self::RouteFunctionChanged { before, after, .. }
            | Self::RouteParameterRenamed { before, after, .. }
            | Self::FunctionRenamed { before, after }
            | Self::ClientRenamed { before, after, .. } => names(before, after),
            Self::PoolReplaced { before, after } => {
                [before, after].map(|name| Some(toml_text::value(&name.as_str().into())))
            }
            Self::CorsOrigin { before, after, .. } => [before.clone(), Some(after.clone())],
            Self::PoolChanged { before, after, .. } => [before.clone(), after.clone()],
            Self::DataReplaced { reasons, .. } => match &reasons[..] {
                [[_, before, after]] => names(before, after),
                _ => [None, None],
            },
            Self::BucketCors { before, after, .. } | Self::CorsSends { before, after, .. } => {
                [lists(before), lists(after)]
            }
            Self::Setting { is_secret: true, .. } => [None, None],
            Self::Setting { before, after, .. } => {
                [before, after].map(|value| value.as_ref().map(toml_text::value))
            }
            Self::FunctionAdded { .. }
            | Self::FunctionRemoved { .. }
            | Self::FunctionOpened { .. }
            | Self::FunctionMayMore { .. }
            | Self::FunctionMayLess { .. }
            | Self::PermissionsWidened { .. }
            | Self::PermissionsNarrowed { .. }
            | Self::LogsDeleted { .. }
            | Self::PoolAdded { .. }
            | Self::PoolRemoved { .. }
            | Self::UseAdded { .. }
            | Self::UseRemoved { .. }
            | Self::OwnModuleAdded
            | Self::OwnModuleRemoved
            | Self::Event { .. }
            | Self::AuthorizerAdded { .. }
            | Self::AuthorizerRemoved { .. }
            | Self::DataAdded(_)
            | Self::DataDeleted(_)
            | Self::IndexAdded { .. }
            | Self::IndexDeleted { .. }
            | Self::IndexRebuilt { .. }
            | Self::ClientAdded { .. }
            | Self::ClientDeleted { .. }
            | Self::GroupAdded { .. }
            | Self::GroupDeleted { .. }
            | Self::ClientFlowAdded { .. }
            | Self::ClientFlowRemoved { .. }
            | Self::CorsAdded { .. }
            | Self::CorsRemoved
            | Self::EnvironmentAdded { .. }
            | Self::EnvironmentRemoved { .. }
            | Self::StateMoved { .. }
            | Self::ServiceAdded { .. }
            | Self::ServiceRemoved { .. }
            | Self::FormerlyMissing { .. }
            | Self::GeneratedFilesDiffer { .. }
            | Self::OwnFileChanged { .. }
            | Self::TerraformReconfigured(_)
            | Self::VersionConstraintLowered { .. }
            | Self::PlanDiffers { .. }
            | Self::PlanLoses { .. }
            | Self::PlanDeletes { .. }
            | Self::PlanShortensLogs { .. }
            | Self::PlanUnreadable { .. }
            | Self::SpecInvalid { .. }
            | Self::WithoutSpec(_)
            | Self::AcceptedChangeUnused(_)
            | Self::AcceptedChangeExpired(_) => [None, None],
        }
    }

    /// Returns whether a review blocks it until it is accepted, by the policy for its kind.
    pub fn is_blocked(&self) -> bool {
        match self.kind().effect() {
            Effect::Harmless | Effect::Expected(_) => false,
            Effect::Widens | Effect::Loses | Effect::Wrong(_) => true,
            Effect::WidensFunction => match self {
                Self::FunctionMayMore { public, reach, .. } => !public.is_empty() || reach.is_some(),
                Self::WithoutSpec(fact) => fact.is_far_reaching(),
                _ => true,
            },
            Effect::WidensSignIn => match self {
                Self::CorsOrigin { signs_in, .. }
                | Self::PoolChanged { signs_in, .. }
                | Self::Setting { signs_in, .. } => *signs_in,
                _ => true,
            },
        }
    }

    /// The order of reading: blocked facts first, then by kind and subject.
    pub(crate) fn order(&self) -> impl Ord + use<> {
        (!self.is_blocked(), self.kind(), self.of())
    }
}

impl Callers {
    /// Them in words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Anyone => "anyone".into(),
            Self::SignedIn => "signed-in users".into(),
            Self::SelfSignUp => "anyone who signs up".into(),
            Self::AdmittedBy(function) => format!("callers that function {function} admits"),
        }
    }
}

impl Difference {
    /// Returns the kind of change. A difference can be accepted only by its address, and only if the spec has no word
    /// for it. The generated files have everything else from the spec, so they were edited by hand.
    pub fn kind(&self) -> ChangeKind {
        match &self.subject {
            Subject::Unknown(_) => ChangeKind::PlanUnknown,
            Subject::Argument(_) | Subject::Other(_) => ChangeKind::PlanAdds,
            Subject::Api
            | Subject::UserPool
            | Subject::Authorizer(_)
            | Subject::Route(_)
            | Subject::Function(_)
            | Subject::Event(_)
            | Subject::Client(_)
            | Subject::Table(_)
            | Subject::Bucket(_)
            | Subject::Queue(_)
            | Subject::Topic(_)
            | Subject::UsagePlan(_)
            | Subject::GatewayResponse(_) => ChangeKind::PlanDiffers,
        }
    }

    /// Its subject in a review of an environment.
    pub fn of(&self, environment: &str) -> String {
        let of = match &self.subject {
            Subject::Table(name) => return format!("{environment}: tables.{name}"),
            Subject::Bucket(name) => return format!("{environment}: buckets.{name}"),
            Subject::Queue(name) => return format!("{environment}: queues.{name}"),
            Subject::Topic(name) => return format!("{environment}: topics.{name}"),
            Subject::UsagePlan(name) => return format!("{environment}: usage_plans.{name}"),
            Subject::Api => "api",
            Subject::UserPool => "user_pool",
            Subject::Unknown(name)
            | Subject::Argument(name)
            | Subject::Other(name)
            | Subject::Authorizer(name)
            | Subject::Route(name)
            | Subject::Function(name)
            | Subject::Event(name)
            | Subject::Client(name)
            | Subject::GatewayResponse(name) => name,
        };
        format!("{environment}: {of}")
    }

    /// Its kind and its subject in a review of an environment.
    pub fn id(&self, environment: &str) -> ChangeId {
        ChangeId::new(self.kind(), self.of(environment))
    }
}
