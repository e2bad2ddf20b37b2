//! The REST API: its name, its stage, and how long it waits.

pub(crate) mod access_test;
pub(crate) mod deployment;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod modules;
pub(crate) mod surface_of_service;

use serde::Serialize;

use crate::access_logs::AccessLogs;
use crate::cors::Cors;
use crate::throttling::Throttle;

/// The REST API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Api {
    /// The name that the API Gateway console shows.
    pub name: String,
    /// Name of the stage.
    pub stage: String,
    /// Seconds for which API Gateway remembers a verified token.
    pub authorizer_ttl_seconds: u32,
    /// Seconds that API Gateway waits for a function, if the account's quota was raised.
    pub max_timeout_seconds: Option<u32>,
    /// The limits of every route that has none of its own, in environments that set none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// CORS, if the spec asks for it. The origin is the environment's.
    pub cors: Option<Cors>,
    /// Access logs, if the spec asks for them.
    pub access_logs: Option<AccessLogs>,
}

impl Api {
    /// Days for which access logs are kept, unless an environment has its own. None without access logs.
    pub(crate) fn access_log_retention_days(&self) -> Option<u32> {
        let logs = self.access_logs.as_ref()?;
        Some(logs.retention_days)
    }
}
