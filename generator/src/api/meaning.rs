//! What the keys of the API mean.

use crate::api::Api;
use crate::diagnostic::Diagnostic;
use crate::service::meaning::Resolver;
use crate::spec::{ApiTable, Spec};
use crate::user_pool::OWN_POOL;

impl Resolver<'_> {
    pub(crate) fn api(&mut self, spec: &Spec, table: &ApiTable, service: &str) -> Api {
        let ApiTable {
            span: _,
            name,
            stage,
            authorizer_ttl_seconds,
            max_timeout_seconds,
            cors,
        } = table;
        if let (Some(span), None) = (&authorizer_ttl_seconds.span, &spec.user_pool) {
            self.report(
                Diagnostic::new(span.clone(), "`authorizer_ttl_seconds` needs `[user_pool]`")
                    .label("there is no authorizer")
                    .help(format!("delete it, or add {OWN_POOL}"))
                    .missing("user_pool"),
            );
        }
        Api {
            name: name.value.clone().unwrap_or_else(|| service.into()),
            stage: stage.value.clone(),
            authorizer_ttl_seconds: authorizer_ttl_seconds.value,
            max_timeout_seconds: max_timeout_seconds.value,
            cors: cors.as_ref().map(|cors| self.cors(cors)),
        }
    }
}
