//! The modules of the user pool.

use crate::modules::module::Module;
use crate::service::{LOCAL, Service};
use crate::user_pool::{client_module, first_user_module, module};

/// The modules of this room, if there is a pool of the service's own, be it in `local` alone.
pub(crate) fn modules(service: &Service) -> Vec<Module> {
    let Some(pool) = service.user_pool_in(LOCAL) else {
        return Vec::new();
    };
    vec![
        module::module(&pool),
        client_module::module(),
        first_user_module::module(),
    ]
}
