//! What is right in a spec and may still fail in an account, or surprise: told, never refused.

use std::collections::BTreeSet;

use crate::resources::api_gateway_resource;
use crate::service::Service;

/// A warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// What it is about, in one sentence without a trailing period.
    pub summary: String,
    /// What to do about it.
    pub hint: String,
}

/// Every warning about a service.
pub fn of_service(service: &Service) -> Vec<Warning> {
    resources(service).into_iter().collect()
}

/// An API of more resources than an account may have without asking.
fn resources(service: &Service) -> Option<Warning> {
    let paths = service.paths().into_iter();
    let below_the_root: BTreeSet<_> = paths.flat_map(|path| path.resources()).collect();
    let count = below_the_root.len() + 1;
    (count > api_gateway_resource::QUOTA).then(|| Warning {
        summary: format!(
            "the API has {count} resources, and AWS allows {} unless you raise the quota",
            api_gateway_resource::QUOTA
        ),
        hint: "raise \"Resources per API\" of Amazon API Gateway in Service Quotas in every account that you deploy to, or \
               replace literal paths by parameters"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    fn warnings(routes: impl Iterator<Item = String>) -> Vec<Warning> {
        let mut spec = String::from(
            "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[user_pool.clients.cli]\n\
             auth_flows = [\"user_srp\"]\n[functions.open]\n[functions.other]\n[routes]\n",
        );
        for (place, route) in routes.enumerate() {
            // One function alone would have too many permissions.
            let function = if place % 2 == 0 { "open" } else { "other" };
            _ = writeln!(spec, "\"GET {route}\" = {{ function = \"{function}\" }}");
        }
        of_service(&crate::service(&spec, None).unwrap())
    }

    #[test]
    fn more_resources_than_the_quota_are_counted() {
        // `/a` and 298 below it, and the root, are 300: paths are counted once, parents that have no route as well.
        let below = |count: usize| (0..count).map(|number| format!("/a/{number}"));
        assert_eq!(warnings(below(298)), []);
        let found = warnings(below(299));
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].summary,
            "the API has 301 resources, and AWS allows 300 unless you raise the quota"
        );
        assert!(
            found[0].hint.contains("\"Resources per API\""),
            "{}",
            found[0].hint
        );
    }
}
