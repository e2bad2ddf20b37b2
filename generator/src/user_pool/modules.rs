//! Which modules the user pool has.

use crate::modules::module::Module;
use crate::service::Service;
use crate::user_pool::{OwnUserPool, UserPool, client_module, first_user_module, module};

/// The modules of this room, if there is a pool of the service's own, be it in `local` alone.
pub(crate) fn modules(service: &Service) -> Vec<Module> {
    let local;
    let pool = match &service.user_pool {
        None => return Vec::new(),
        Some(UserPool::Own(pool)) => pool,
        Some(UserPool::Existing { .. }) => {
            local = OwnUserPool::of_local(&service.name);
            &local
        }
    };
    vec![
        module::module(pool),
        client_module::module(),
        first_user_module::module(),
    ]
}
