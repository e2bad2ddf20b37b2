//! Functions: their code, what they may do, who may invoke them.

pub(crate) mod access_test;
pub(crate) mod architecture;
mod binaries;
pub(crate) mod common;
pub(crate) mod existing_role;
pub(crate) mod in_service;
pub(crate) mod keys;
mod limits;
mod log_groups;
pub(crate) mod may;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod picture;
pub(crate) mod powers;
pub(crate) mod review;
pub(crate) mod rights;
pub(crate) mod role_of;
pub(crate) mod secret_names;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod statement;
pub(crate) mod surface;
pub(crate) mod surface_of_service;
mod variables;

pub use architecture::{ARTIFACTS, LOCAL_ARTIFACTS};
use std::collections::BTreeMap;

use serde::Serialize;

use crate::events::Event;
use crate::functions::statement::Statement;
use crate::references::Template;
use crate::service::Architecture;
use crate::uses::{Datum, Uses};

/// A function.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Function {
    /// The name that it had before; no function has that name any more.
    pub formerly: Option<String>,
    /// The binary that it runs, if that has another name.
    pub binary: Option<String>,
    /// The processor that it is built for, if that is not the service's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// Its purpose; may be empty.
    pub description: String,
    /// Memory in MB.
    pub memory_mb: u32,
    /// Seconds after which Lambda ends an invocation.
    pub timeout_seconds: u32,
    /// Days for which the logs are kept.
    pub log_retention_days: u32,
    /// Name of the existing log group that it writes to instead of one of its own. No function of `local` has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group: Option<String>,
    /// Size of `/tmp` in MB.
    pub ephemeral_storage_mb: u32,
    /// Invocations that may run at once, if that is limited.
    pub reserved_concurrency: Option<u32>,
    /// Invocations that Lambda keeps ready.
    pub provisioned_concurrency: Option<u32>,
    /// Its subnets and security groups in a VPC, if it has one.
    pub network: Option<Network>,
    /// ARNs of layer versions, in the order in which Lambda unpacks them.
    pub layers: Vec<String>,
    /// The events that invoke it beside its routes, sorted by kind and name.
    pub on: Vec<Event>,
    /// The queue or topic that gets events that it could not handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<Datum>,
    /// Tries of asynchronous invocations, after the first one.
    pub retries: u32,
    /// Seconds after which Lambda no longer tries an asynchronous invocation.
    pub max_age_seconds: u32,
    /// The resources that it uses, with verbs.
    pub uses: Uses,
    /// ARN of the existing role that it has instead of one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The statements of `may`, sorted.
    pub may: Vec<Statement>,
    /// The statements of its role, beside those of every role: by `uses`, `secrets`, `may` and its events.
    #[serde(skip)]
    pub statements: Vec<Statement>,
    /// Names of secrets that it may read, by the variables that hold them.
    pub secrets: BTreeMap<String, Template>,
    /// Environment variables.
    pub environment: BTreeMap<String, Template>,
}

/// The parts of a function that decide about its rights and its code. Surface, access test and picture use only these.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access<'a> {
    /// Name of the existing log group that it writes to.
    pub(crate) log_group: Option<&'a str>,
    /// Its subnets and security groups in a VPC.
    pub(crate) network: Option<&'a Network>,
    /// ARNs of layer versions, whose code runs with its role.
    pub(crate) layers: &'a [String],
    /// The events that invoke it beside its routes.
    pub(crate) on: &'a [Event],
    /// The queue or topic that gets events that it could not handle.
    pub(crate) on_failure: Option<&'a Datum>,
    /// The resources that it uses, with verbs.
    pub(crate) uses: &'a Uses,
    /// ARN of the existing role that it has instead of one of its own.
    pub(crate) role: Option<&'a str>,
    /// The statements of `may`.
    pub(crate) may: &'a [Statement],
    /// All statements of its role beside what every role allows.
    pub(crate) statements: &'a [Statement],
    /// Names of secrets that it may read, by variable.
    pub(crate) secrets: &'a BTreeMap<String, Template>,
}

impl Function {
    /// The binary that it runs; `name` is its own.
    pub fn binary<'a>(&'a self, name: &'a str) -> &'a str {
        self.binary.as_deref().unwrap_or(name)
    }

    /// Returns the parts that decide about access. Everything else describes the function, tunes it, or is compared by
    /// itself.
    pub(crate) fn access(&self) -> Access<'_> {
        let Self {
            formerly: _,
            binary: _,       // the build compares it with the crates
            architecture: _, // the zip has a folder for each
            description: _,
            memory_mb: _,
            timeout_seconds: _,
            log_retention_days: _,
            log_group,
            ephemeral_storage_mb: _,
            reserved_concurrency: _,
            provisioned_concurrency: _,
            network,
            layers,
            on,
            on_failure,
            retries: _, // `asynchronous` has these
            max_age_seconds: _,
            uses,
            role,
            may,
            statements,
            secrets,
            environment: _, // see `in_service::environment_variables`
        } = self;
        Access {
            log_group: log_group.as_deref(),
            network: network.as_ref(),
            layers,
            on,
            on_failure: on_failure.as_ref(),
            uses,
            role: role.as_deref(),
            may,
            statements,
            secrets,
        }
    }
}

/// The subnets and security groups of a function in a VPC.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Network {
    /// Ids of subnets, sorted.
    pub subnets: Vec<String>,
    /// Ids of security groups, sorted.
    pub security_groups: Vec<String>,
}
