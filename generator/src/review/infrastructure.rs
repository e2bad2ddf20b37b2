//! The effects of a change in AWS, from the files that both revisions generate. There is no second list of effects.

use crate::access_logs::AccessLogs;
use crate::hcl::Block;
use crate::modules;
use crate::review::comparison::{Comparison, counting};
use crate::service::{Environment, Service};

/// The environments whose API gets a new deployment, or a new API with one, in order. Those that are new or gone are
/// not among them.
///
/// The triggers of a deployment contain its snapshot. References in them are compared by value: the origin of an
/// environment, and the pool, which is another one if its name changes.
pub fn deployments(base: &Service, head: &Service) -> Vec<String> {
    let comparison = Comparison::new(base, head);
    let pool = |service: &Service| service.own_user_pool().map(|pool| pool.name.clone());
    let is_another = modules::snapshot(base) != modules::snapshot(head) || pool(base) != pool(head);
    let origin = |service: &Service, environment: &Environment| {
        let cors = service.api.cors.as_ref();
        cors.map(|_| environment.allow_origin.clone())
    };
    let names = comparison.environments.iter();
    let names = names.filter(|name| {
        let (before, after) = comparison.environment(name);
        is_another
            || is_elsewhere(before, after)
            || origin(base, before) != origin(head, after)
            || before.existing_user_pool != after.existing_user_pool
    });
    names.map(ToString::to_string).collect()
}

/// Returns whether anything of any environment changes in AWS or leaves a state.
pub fn infrastructure(base: &Service, head: &Service) -> bool {
    let names: Vec<&str> = counting(base).collect();
    if names != counting(head).collect::<Vec<_>>() || binaries(base) != binaries(head) {
        return true;
    }
    let mut head = head.clone();
    for name in &names {
        if let Some(after) = head.environments.get_mut(*name) {
            overlook(&base.environments[*name], after);
        }
    }
    let overrides = |service: &Service| {
        let days = service.api.access_log_retention_days();
        let mut environments = service.environments.values();
        environments.any(|one| {
            !one.functions.is_empty()
                || one.access_log_retention_days != days
                || one.throttle.is_some()
                || !one.usage_plans.is_empty()
        })
    };
    if !overrides(base) && !overrides(&head) {
        return tree(base, &names) != tree(&head, &names);
    }
    // A value that an environment overrides is a variable, but this makes no difference in AWS.
    let here = |service: &Service, name| tree(&of_one_environment(service, name), &[name]);
    names.iter().any(|name| here(base, name) != here(&head, name))
}

/// The binaries of functions. No generated file names them, because the build zips each under its function's name.
fn binaries(service: &Service) -> Vec<&str> {
    let functions = service.functions.iter();
    functions.map(|(name, function)| function.binary(name)).collect()
}

/// The service as it is in an environment, without what others override.
fn of_one_environment(service: &Service, name: &str) -> Service {
    let mut alone = service.clone();
    alone.api.throttle = service.throttle_of_stage(name);
    alone.usage_plans = service.all_here(&service.environments[name]);
    for (function, here) in alone.functions.iter_mut() {
        here.clone_from(service.function_in(name, function));
    }
    let days = service.environments[name].access_log_retention_days;
    alone.api.access_logs = days.map(|retention_days| AccessLogs { retention_days });
    for environment in alone.environments.values_mut() {
        environment.functions.clear();
        environment.access_log_retention_days = days;
        environment.throttle = None;
        environment.usage_plans.clear();
    }
    alone
}

/// Returns whether everything is recreated in another place.
fn is_elsewhere(before: &Environment, after: &Environment) -> bool {
    let accounts = before.account.as_ref().zip(after.account.as_ref());
    before.region != after.region || accounts.is_some_and(|(before, after)| before != after)
}

/// Equalizes settings that change the generated text and nothing else: an account that is pinned or unpinned, the
/// region of the same state's bucket, and a first user whom only the state names.
fn overlook(before: &Environment, after: &mut Environment) {
    if before.account.is_none() || after.account.is_none() {
        after.account.clone_from(&before.account);
    }
    if let (Some(before), Some(after)) = (&before.state, &mut after.state)
        && (&before.bucket, &before.key) == (&after.bucket, &after.key)
    {
        after.region.clone_from(&before.region);
    }
    if after.first_user.is_none() {
        after.first_user.clone_from(&before.first_user);
    }
}

/// Returns everything that Terraform would apply, file by file. It omits `moved` blocks, which only locate resources in
/// the state. Comments make no difference to blocks.
fn tree(service: &Service, environments: &[&str]) -> Vec<(String, Vec<Block>)> {
    let mut modules = modules::of_service(service);
    for name in environments {
        modules.push(modules::environment(service, &service.environments[*name]));
    }
    let files = modules.into_iter().flat_map(|module| {
        let files = module.files.into_iter();
        files.map(move |(file, blocks)| (format!("{}/{file}", module.folder), blocks))
    });
    let files = files.map(|(file, blocks)| {
        let blocks = blocks.into_iter().filter(|block| block.header != "moved");
        (file, blocks.collect())
    });
    files.collect()
}

#[cfg(test)]
mod tests {
    use crate::hcl::{argument, block, commented};

    #[test]
    fn a_comment_makes_no_difference_to_blocks() {
        let with = |comment, value| {
            block("resource", ["a", "this"])
                .attribute(commented(argument("name", value), comment))
                .build()
        };
        assert_eq!(commented(with("one", 1), "above"), with("another", 1));
        assert_ne!(with("one", 1), with("one", 2));
    }
}
