//! The data of the listener: the target of calls, the callers, and the state that decides about calls.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use super::call::Names;
use super::credentials::Registry;
use crate::data_plane::iam::Rights;
use crate::upstream::Upstream;

/// All that a request is answered with.
pub struct Inner {
    /// The listener's address.
    pub address: SocketAddr,
    /// The emulated AWS, and the access key there; none if there is none.
    pub upstream: Option<(Upstream, String)>,
    /// The functions' credentials.
    pub registry: Registry,
    /// The state that is served.
    pub applied: RwLock<Arc<Applied>>,
}

/// The part of the served state that decides about calls.
#[derive(Default)]
pub struct Applied {
    /// Rights by function.
    pub rights: BTreeMap<String, Rights>,
    /// Names that stand for ARNs.
    pub names: Names,
}

impl Inner {
    /// The state that is served now.
    pub fn applied(&self) -> Arc<Applied> {
        self.applied
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
