//! The modules of the buckets.

use crate::buckets::module;
use crate::modules::module::Module;
use crate::service::Service;

/// The module of this room, if there is a bucket.
pub(crate) fn modules(service: &Service) -> Vec<Module> {
    let module = (!service.buckets.is_empty()).then(|| module::module(service));
    module.into_iter().collect()
}
