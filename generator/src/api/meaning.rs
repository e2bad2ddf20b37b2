//! From the keys of the API to the resolved type.

use crate::api::Api;
use crate::service::meaning::Resolver;
use crate::spec::{ApiTable, Spec};
use crate::throttling::Throttle;

impl Resolver<'_> {
    pub(crate) fn api(&mut self, spec: &Spec, table: &ApiTable, service: &str) -> Api {
        let ApiTable {
            span: _,
            name,
            stage,
            authorizer_ttl_seconds,
            max_timeout_seconds,
            throttle,
            cors,
            access_logs,
        } = table;
        Api {
            name: name.value.clone().unwrap_or_else(|| service.into()),
            stage: stage.value.clone(),
            authorizer_ttl_seconds: self.authorizer_ttl_seconds(spec, authorizer_ttl_seconds),
            max_timeout_seconds: max_timeout_seconds.value,
            throttle: throttle.as_ref().map(Throttle::of),
            cors: cors.as_ref().map(|cors| {
                let mut routes = spec.routes.iter();
                self.cors(cors, routes.any(|(_, route)| route.api_key.value))
            }),
            access_logs: access_logs.as_ref().map(Self::access_logs),
        }
    }
}
