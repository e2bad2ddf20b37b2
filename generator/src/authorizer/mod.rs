//! The authorizer: it admits signed-in users to the routes that are for them. Without a user pool there is none.
//!
//! Its key, `authorizer_ttl_seconds`, is in `[api]` and declared there.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod picture;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

use crate::service::{Service, UserPool};

/// The authorizer of a service.
#[derive(Debug, Clone, Copy)]
pub struct Authorizer<'a> {
    /// Seconds for which API Gateway remembers a verified token.
    pub ttl_seconds: u32,
    /// The pool whose users it admits.
    pub pool: &'a UserPool,
}

impl<'a> Authorizer<'a> {
    /// The authorizer of a service. None if it has no user pool.
    pub fn of(service: &'a Service) -> Option<Self> {
        let ttl_seconds = service.api.authorizer_ttl_seconds;
        let pool = service.user_pool.as_ref()?;
        Some(Self { ttl_seconds, pool })
    }
}
