//! From the keys of access logs to the resolved types.

use crate::access_logs::AccessLogs;
use crate::diagnostic::Diagnostic;
use crate::service::meaning::Resolver;
use crate::spec::{AccessLogTable, Given, Spec};

impl Resolver<'_> {
    pub(crate) fn access_logs(table: &AccessLogTable) -> AccessLogs {
        let AccessLogTable {
            span: _,
            retention_days,
        } = table;
        AccessLogs {
            retention_days: retention_days.value,
        }
    }

    /// The days in an environment: its own, or those of the service. None without access logs.
    pub(crate) fn access_log_retention_days(&mut self, spec: &Spec, own: &Given<u32>) -> Option<u32> {
        let Some(table) = &spec.api.access_logs else {
            if let Some(span) = &own.span {
                self.report(
                    Diagnostic::new(
                        span.clone(),
                        "`access_log_retention_days` needs `access_logs` in `[api]`",
                    )
                    .label("it overrides nothing")
                    .help("add `access_logs = { retention_days = 30 }` to `[api]`, or delete it"),
                );
            }
            return None;
        };
        Some(own.value.unwrap_or(table.retention_days.value))
    }
}
