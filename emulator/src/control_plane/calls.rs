//! How often each operation was called.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::operation::Operation;

/// The path at which the proxy tells its counts: GET reads them, POST reads them and starts anew. No AWS service
/// has it.
pub const CALLS_PATH: &str = "/_portcullis/calls";

/// Counts by service and operation.
#[derive(Debug, Default)]
pub(super) struct Calls(Mutex<Counts>);

/// `{"total":3,"calls":{"cognito-idp":{"CreateUserPool":1},"iam":{"GetRole":2}}}`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Counts {
    total: u64,
    calls: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Calls {
    pub(super) fn count(&self, operation: &Operation) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total += 1;
        let service = counts.calls.entry(operation.service.clone()).or_default();
        *service.entry(operation.name.clone()).or_default() += 1;
    }

    pub(super) fn read(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads and resets in one step: no call falls between the two.
    pub(super) fn take(&self) -> Counts {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_service_and_operation_until_they_are_taken() {
        let calls = Calls::default();
        let operation = |service: &str, name: &str| Operation {
            service: service.into(),
            name: name.into(),
        };
        calls.count(&operation("iam", "GetRole"));
        calls.count(&operation("cognito-idp", "CreateUserPool"));
        calls.count(&operation("iam", "GetRole"));
        let text = r#"{"total":3,"calls":{"cognito-idp":{"CreateUserPool":1},"iam":{"GetRole":2}}}"#;
        assert_eq!(serde_json::to_string(&calls.read()).unwrap(), text);
        assert_eq!(serde_json::to_string(&calls.take()).unwrap(), text);
        assert_eq!(calls.read(), Counts::default());
    }
}
