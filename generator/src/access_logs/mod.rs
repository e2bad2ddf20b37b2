//! Access logs: a line for each request, and the role that API Gateway needs to write it.

pub(crate) mod access_test;
pub(crate) mod account;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod review;

use serde::Serialize;

/// The prefix of the log group's name. Names of log groups belong to the account and region.
const PREFIX: &str = "/aws/apigateway/";

/// Access logs of an API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccessLogs {
    /// Days after which CloudWatch deletes a line. An environment may have its own.
    pub retention_days: u32,
}

/// The name of the log group of a service in an environment. It does not contain the stage's name, so a renamed stage keeps its log.
pub fn log_group(service: &str, environment: &str) -> String {
    [PREFIX, service, "-", environment].concat()
}
