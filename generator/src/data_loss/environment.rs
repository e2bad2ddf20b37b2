//! The environment of a service that a plan is of. A plan of Terraform without a spec has none.

use crate::service::{Environment, Service};

/// The environment of a service that a plan is of.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) service: &'a Service,
    pub(super) name: &'a str,
    pub(super) environment: &'a Environment,
}

/// The region that Terraform looks in; empty if neither a spec nor a constant of the plan tells it.
pub(super) fn looks_in(of: Option<Of<'_>>, constant: Option<&str>) -> String {
    let in_spec = of.map(|of| of.environment.region.as_str());
    in_spec.or(constant).unwrap_or_default().to_owned()
}
