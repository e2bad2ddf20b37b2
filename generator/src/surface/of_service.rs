//! The surface that a spec asks for: each room says its part.

use crate::api::surface_of_service::api;
use crate::authorizer::Authorizer;
use crate::authorizer::surface_of_service::authorizer;
use crate::buckets::surface_of_service::bucket;
use crate::cors::surface_of_service::{gateway_responses, preflight};
use crate::functions::surface_of_service::function;
use crate::lambda_authorizers::surface_of_service::authorizer as lambda_authorizer;
use crate::queues::surface_of_service::queue;
use crate::queues::with_failed;
use crate::references::Values;
use crate::routes::surface_of_service::route;
use crate::service::{ApiMethod, Environment, Service};
use crate::surface::names::Names;
use crate::surface::types::{FORMAT, Surface};
use crate::tables::surface_of_service::table;
use crate::topics::surface_of_service::topic;
use crate::usage_plans::surface_of_service::usage_plan;
use crate::user_pool::surface_of_service::user_pool;

/// The surface of a service in one of its environments.
pub fn of_service(service: &Service, environment: &Environment) -> Surface {
    let Service {
        required_version: _, // of this program
        name: _,             // in the names of functions
        architecture: _,     // `${architecture}`
        tracing: _,          // in the rights of roles
        user_pool: _,        // that of the environment
        api: own_api,
        authorizers,
        usage_plans,
        functions,
        tables,
        buckets,
        queues: _, // those of the environment
        topics,
        own: _,              // in what functions may do and know
        routes: _,           // `methods`
        environments: _,     // one of them
        accepted_changes: _, // of a review
    } = service;
    let Environment {
        name,
        region: _,  // `${region}`
        account: _, // `${account}`
        allow_origin,
        access_log_retention_days: _, // opens nothing
        first_user: _,                // `check --plan` looks at the invitation
        existing_user_pool,
        permissions_boundary: _, // of each function
        variables_kms_key: _,    // the generated test compares it
        logs_kms_key: _,         // the generated test compares it
        deletion_protection,
        throttle: _,    // `throttle_of_route`
        tags: _,        // label resources
        functions: _,   // `function_in`
        tables: _,      // `here`
        buckets: _,     // `here`
        queues: _,      // `all_here`
        topics: _,      // `here`
        usage_plans: _, // `here`
        state: _,       // where Terraform keeps what it made
    } = environment;
    let pool = service.user_pool_in(name);
    let admitted = match &pool {
        Some(_) => Some("${user_pool}".to_owned()),
        None => existing_user_pool.clone(),
    };
    let own_authorizer = Authorizer::of(service).zip(admitted);
    let cors = own_api.cors.as_ref();
    let routes = service.methods().map(|method| match method {
        ApiMethod::Route(path, method, own) => route(service, name, path, method, own),
        ApiMethod::Preflight(path, cors) => preflight(service, name, path, cors, allow_origin),
    });
    let values = Values::of(service, environment);
    let names = Names::of_environment(environment, &values);
    Surface {
        format: FORMAT,
        api: api(own_api, name),
        authorizers: own_authorizer
            .map(|(own, pool)| authorizer(own, pool))
            .into_iter()
            .chain(authorizers.iter().map(|(name, own)| lambda_authorizer(name, own)))
            .collect(),
        routes: routes.collect(),
        functions: functions
            .keys()
            .map(|function_name| function(service, environment, function_name))
            .collect(),
        user_pool: pool.map(|pool| user_pool(&pool, name, *deletion_protection)),
        tables: tables
            .keys()
            .map(|of| table(of, service.here(name, of), *deletion_protection, &values, &names))
            .collect(),
        buckets: buckets
            .keys()
            .map(|of| bucket(service, environment, of, service.here(name, of)))
            .collect(),
        queues: with_failed(&service.all_here(environment))
            .iter()
            .map(|(name, own)| queue(service, name, own, &values, &names))
            .collect(),
        topics: topics
            .keys()
            .map(|of| topic(of, service.here(name, of), &values, &names))
            .collect(),
        usage_plans: usage_plans
            .keys()
            .map(|of| usage_plan(of, service.here(name, of)))
            .collect(),
        gateway_responses: cors
            .map(|cors| gateway_responses(cors, allow_origin))
            .unwrap_or_default(),
        reach: Vec::new(), // `sorted`
        other_arguments: Vec::new(),
        others: Vec::new(),
        unknown: Vec::new(),
    }
    .sorted()
}
