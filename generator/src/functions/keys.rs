//! `[functions.NAME]`, and the tables of routes, which name them.

use crate::diagnostic::Diagnostics;
use crate::spec::{Reader, StringMap, Written};

/// `[functions.NAME]`.
#[derive(Debug, Default)]
pub struct FunctionTable {
    /// The name that the function had before.
    pub formerly: Option<Written<String>>,
    /// What the function does, for the Lambda console and the generated comments.
    pub description: Option<Written<String>>,
    /// Memory in MB.
    pub memory_mb: Option<Written<i64>>,
    /// Seconds after which Lambda ends an invocation.
    pub timeout_seconds: Option<Written<i64>>,
    /// Days for which the logs are kept.
    pub log_retention_days: Option<Written<i64>>,
    /// Environment variables.
    pub environment: StringMap,
}

/// A route's table.
#[derive(Debug, Default)]
pub struct RouteTable {
    /// Name of the function that answers.
    pub function: Option<Written<String>>,
    /// `none`, or `user_pool`, which is what holds when it is absent.
    pub auth: Option<Written<String>>,
}

impl FunctionTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            formerly: reader.string("formerly", diagnostics),
            description: reader.string("description", diagnostics),
            memory_mb: reader.integer("memory_mb", diagnostics),
            timeout_seconds: reader.integer("timeout_seconds", diagnostics),
            log_retention_days: reader.integer("log_retention_days", diagnostics),
            environment: reader.string_map("environment", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

impl RouteTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let function = reader.string("function", diagnostics);
        let table = Self {
            function: reader.require(function, "function", "\"…\"", diagnostics),
            auth: reader.string("auth", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}
