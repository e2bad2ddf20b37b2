//! CORS: what pages of other origins may send and read.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod picture;
pub(crate) mod preflight_module;
pub(crate) mod review;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

use serde::Serialize;

/// The rights of browsers on pages of other origins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cors {
    /// The methods of every preflight; none stands for those of the path.
    pub allow_methods: Option<Vec<String>>,
    /// The headers of every preflight; `Authorization` is always among them, because `*` does not cover it:
    /// <https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name>
    pub allow_headers: Vec<String>,
    /// True if browsers may send cookies.
    pub allow_credentials: bool,
    /// Seconds for which a browser remembers a preflight.
    pub max_age_seconds: Option<u32>,
}
