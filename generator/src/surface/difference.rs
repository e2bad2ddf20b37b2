//! Differences of a plan from its spec, as values. `sentences` words them.

use serde_json::Value;

use super::of_resources::SurfaceError;
use super::types::{Statement, Unknown};

/// The subject of a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The API itself.
    Api,
    /// An authorizer, by name.
    Authorizer(String),
    /// A route: `METHOD /path`.
    Route(String),
    /// A function, by name.
    Function(String),
    /// An event that invokes a function, by its source.
    Event(String),
    /// The user pool.
    UserPool,
    /// A client, by name.
    Client(String),
    /// A table, by name.
    Table(String),
    /// A bucket, by name.
    Bucket(String),
    /// A queue, by name.
    Queue(String),
    /// A topic, by name.
    Topic(String),
    /// A usage plan, by name.
    UsagePlan(String),
    /// A response of the gateway itself, by type.
    GatewayResponse(String),
    /// An unclassified argument: `ADDRESS.ARGUMENT`.
    Argument(String),
    /// A resource that nothing else accounts for, by address.
    Other(String),
    /// Something that a plan leaves open: `ADDRESS.ARGUMENT`.
    Unknown(String),
}

/// One difference of a plan from its spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its subject.
    pub subject: Subject,
    /// The differing property.
    pub differing: Differing,
}

/// A differing property.
#[derive(Debug, Clone, PartialEq)]
pub enum Differing {
    /// A value of the surface.
    Value(DifferentValue),
    /// The plan leaves it open.
    Unknown(Unknown),
    /// A policy in the own module allows it to a function.
    OwnPolicy(Statement),
    /// The plan has no surface.
    NoSurface(SurfaceError),
    /// The region.
    Region {
        /// In the spec.
        expected: String,
        /// In the plan.
        found: String,
    },
    /// The invited first user.
    FirstUser {
        /// The e-mail address in the spec or its variable.
        expected: Option<String>,
        /// The e-mail address that the plan invites.
        found: Option<String>,
    },
    /// The variable of the first user has a default.
    FirstUserDefault,
    /// Another provider, or AWS's once more.
    Provider {
        /// Its address.
        address: String,
        /// Its source, unless that is AWS's provider.
        source: Option<String>,
    },
    /// An argument of the provider. Values are not shown: credentials may be among them.
    ProviderArgument {
        /// Its name.
        name: String,
        /// True if the spec sets it.
        is_expected: bool,
        /// True if the plan sets it.
        is_found: bool,
    },
    /// A module that is not generated.
    Module {
        /// Its address.
        address: String,
        /// Its source.
        source: String,
    },
}

/// A value of a surface that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferentValue {
    /// The path in the surface, with the names of items.
    pub path: Vec<String>,
    /// The same with `*` for the names.
    pub pattern: String,
    /// In the spec; null if it is not there.
    pub expected: Value,
    /// In the plan; null if it is not there.
    pub found: Value,
    /// True if it is an item of the list at the path.
    pub is_item: bool,
}
