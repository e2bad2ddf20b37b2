//! The snapshot of a deployment: the modules that it waits for, and the hashes that trigger another one.

use std::collections::BTreeMap;

use crate::api::{Api, module};
use crate::authorizer::{self, Authorizer};
use crate::cors::preflight_module;
use crate::hcl::{Block, Expression, commented, reference, string};
use crate::lambda_authorizers;
use crate::modules::module::{fingerprint, hash};
use crate::routes::{in_service as routes, integration_module};
use crate::service::{ApiMethod, Service};
use crate::user_pool::in_service::arn;

/// Returns the modules that the deployment waits for, sorted.
pub(super) fn deployed_modules(service: &Service) -> Vec<Expression> {
    let mut names = vec!["module.rest_api".to_string()];
    let authorizer = Authorizer::of(service);
    names.extend(authorizer.map(|_| authorizer::in_service::ADDRESS.to_string()));
    names.extend(
        service
            .authorizers
            .keys()
            .map(|name| lambda_authorizers::in_service::address(name)),
    );
    let methods = service.methods();
    names.extend(methods.map(|method| format!("module.{}", method.identifier())));
    names.sort();
    names.iter().map(reference).collect()
}

/// Returns the parts of a service that a deployment snapshots, by trigger. Another text of any trigger makes another
/// deployment. Values that only an environment knows stand there as references.
pub fn snapshot(service: &Service) -> BTreeMap<String, String> {
    let routes = routes::blocks(service, &[]);
    let triggers = triggers(service, &routes).into_iter();
    triggers.map(|(name, value)| (name, value.to_string())).collect()
}

/// Returns one entry for each shared setting, sorted, then one for each route, path by path. The hashes are of the very
/// blocks that a deployment snapshots, so that no change of the spec or of Portcullis is missed. `routes` are the
/// blocks of `routes.tf`. Values that only an environment knows stand there by value.
///
/// A comment above each route keeps its line from being aligned with others: a longer name would move them all, and
/// two pull requests that each add a route could not be merged.
pub(super) fn triggers(service: &Service, routes: &[Block]) -> Vec<(String, Expression)> {
    let Api {
        name: _,                   // not in a snapshot
        stage: _,                  // refers to a deployment, which does not contain it
        authorizer_ttl_seconds: _, // of the authorizer
        max_timeout_seconds,
        throttle: _, // of the stage
        ref cors,
        access_logs: _, // of the stage
    } = service.api;
    let mut triggers = Vec::new();
    if cors.is_some() {
        triggers.push(("allow_origin".to_string(), reference("var.allow_origin")));
    }
    if let Some(authorizer) = Authorizer::of(service) {
        triggers.push((
            "authorizer".to_string(),
            string(fingerprint(&authorizer::module::deployed(authorizer))),
        ));
    }
    for (name, authorizer) in &service.authorizers {
        // The block names the function's module; the snapshot holds its ARN, which the service's name is part of.
        let block = lambda_authorizers::in_service::block(service, name, authorizer);
        let function = format!("{}-{}", service.name, authorizer.function);
        let hash = hash(&[&fingerprint([&block]), &function]);
        let trigger = lambda_authorizers::access_test::trigger(name);
        triggers.push((
            trigger.to_string(),
            commented(string(hash), &format!("Authorizer {name}")),
        ));
    }
    // A snapshot holds the ARNs of the functions, whose names hold the environment's: one that is renamed and keeps
    // its state needs another snapshot.
    triggers.push(("environment".to_string(), reference("var.environment")));
    if cors.is_some() {
        triggers.push((
            "rest_api".to_string(),
            string(fingerprint(&module::deployed(cors.as_ref()))),
        ));
    }
    // A snapshot holds the ARN of the pool: another pool needs another snapshot.
    if let Some(pool) = &service.user_pool {
        triggers.push(("user_pool".to_string(), arn(pool)));
    }
    let blocks: BTreeMap<&str, &Block> = routes.iter().map(|block| (&*block.header, block)).collect();
    let integration = fingerprint(&integration_module::deployed(max_timeout_seconds));
    // Without CORS, no method is a preflight.
    let preflight = cors
        .as_ref()
        .map_or_else(String::new, |cors| fingerprint(&preflight_module::deployed(cors)));
    for method in service.methods() {
        let name = method.identifier();
        let path = method.path().to_string();
        let call = fingerprint([blocks[&*format!("module \"{name}\"")]]);
        let hash = match method {
            ApiMethod::Route(_, _, route) => {
                // The call names the function's module; the snapshot holds its ARN, which the service's name is part of.
                let function = format!("{}-{}", service.name, route.function);
                hash(&[&path, &call, &integration, &function])
            }
            ApiMethod::Preflight(..) => hash(&[&path, &call, &preflight]),
        };
        let title = format!("{} {path}", method.method());
        triggers.push((name.to_string(), commented(string(hash), &title)));
    }
    triggers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources;

    const SPEC: &str = include_str!("../../../portcullis.toml");

    #[test]
    fn every_deployed_type_is_in_the_snapshot() {
        let service = crate::service(SPEC, None).unwrap();
        let api = &service.api;
        let blocks = [
            authorizer::module::deployed(Authorizer::of(&service).unwrap()),
            integration_module::deployed(None),
            preflight_module::deployed(api.cors.as_ref().unwrap()),
            module::deployed(api.cors.as_ref()),
        ];
        for blocks in blocks {
            assert!(!blocks.is_empty());
            for block in blocks {
                let kind = block.header.split('"').nth(1).unwrap();
                assert!(resources::of(kind).is_some_and(|of| of.in_snapshot), "{kind}");
            }
        }
    }
}
