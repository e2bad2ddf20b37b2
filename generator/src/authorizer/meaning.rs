//! From the authorizer's key and the user pool to the resolved type.

use crate::diagnostic::Diagnostic;
use crate::service::meaning::Resolver;
use crate::spec::Spec;
use crate::spec::field::Set;
use crate::user_pool::OWN_POOL;

impl Resolver<'_> {
    pub(crate) fn authorizer_ttl_seconds(&mut self, spec: &Spec, seconds: &Set<u32>) -> u32 {
        if let (Some(span), None) = (&seconds.span, &spec.user_pool) {
            self.report(
                Diagnostic::new(span.clone(), "`authorizer_ttl_seconds` needs `[user_pool]`")
                    .label("there is no authorizer")
                    .help(format!("delete it, or add {OWN_POOL}"))
                    .missing("user_pool"),
            );
        }
        seconds.value
    }
}
