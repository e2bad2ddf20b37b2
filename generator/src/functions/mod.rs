//! Functions: their code, what they may do, who may invoke them.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod may;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod picture;
pub(crate) mod powers;
pub(crate) mod review;
pub(crate) mod rights;
pub(crate) mod settings;
pub(crate) mod statement;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::functions::statement::Statement;
use crate::references::Template;
use crate::uses::Uses;

/// A function.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Function {
    /// The name that it had before; no function has that name any more.
    pub formerly: Option<String>,
    /// What it does; may be empty.
    pub description: String,
    /// Memory in MB.
    pub memory_mb: u32,
    /// Seconds after which Lambda ends an invocation.
    pub timeout_seconds: u32,
    /// Days for which the logs are kept.
    pub log_retention_days: u32,
    /// Size of `/tmp` in MB.
    pub ephemeral_storage_mb: u32,
    /// Invocations that may run at once, if that is limited.
    pub reserved_concurrency: Option<u32>,
    /// Invocations that Lambda keeps ready.
    pub provisioned_concurrency: Option<u32>,
    /// Where it runs in a VPC, if it does.
    pub network: Option<Network>,
    /// ARNs of layer versions, in the order in which Lambda unpacks them.
    pub layers: Vec<String>,
    /// What it uses.
    pub uses: Uses,
    /// The statements of `may`, sorted.
    pub may: Vec<Statement>,
    /// What its role allows beside what every role does: by `uses`, then by `may`.
    #[serde(skip)]
    pub statements: Vec<Statement>,
    /// Environment variables.
    pub environment: BTreeMap<String, Template>,
}

/// Where a function runs in a VPC.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Network {
    /// Ids of subnets, sorted.
    pub subnets: Vec<String>,
    /// Ids of security groups, sorted.
    pub security_groups: Vec<String>,
}
