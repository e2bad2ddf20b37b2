//! Connections, identities and programs of Terraform: the providers and modules of a plan, compared with the generated
//! ones. Values are not shown, because they may contain credentials.

use serde_json::Map;

use super::difference::{Difference, Differing, Subject};
use crate::modules::planned_provider;
use crate::service::Environment;
use portcullis_terraform_json::plan::{Plan, Provider};

/// The address and the source of the only generated provider.
const AWS: (&str, &str) = ("provider.aws", "registry.terraform.io/hashicorp/aws");

/// The provider that is part of Terraform itself, and has nothing to configure.
const BUILTIN: &str = "terraform.io/builtin/terraform";

/// Returns the hand-written parts of a plan's configuration.
pub(crate) fn differences(plan: &Plan, environment: &Environment) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut push =
        |subject: Subject, differing: Differing| differences.push(Difference { subject, differing });
    let mut generated = None;
    for provider in &plan.providers {
        let address = &provider.address;
        if provider.source == BUILTIN || is_inherited(provider) {
            continue;
        }
        if (address.as_str(), provider.source.as_str()) == AWS {
            generated = Some(&provider.arguments);
            continue;
        }
        let differing = Differing::Provider {
            address: address.clone(),
            source: (provider.source != AWS.1).then(|| provider.source.clone()),
        };
        push(Subject::Other(address.clone()), differing);
    }
    let nothing = Map::new();
    let mut found = generated.unwrap_or(&nothing).clone();
    let mut expected = planned_provider(environment);
    // The region has a sentence of its own if it is known.
    if plan.root.region.is_some() {
        found.remove("region");
        expected.remove("region");
    }
    let mut names: Vec<&String> = found.keys().chain(expected.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (found, expected) = (found.get(name), expected.get(name));
        if found != expected {
            let differing = Differing::ProviderArgument {
                name: name.clone(),
                is_expected: expected.is_some(),
                is_found: found.is_some(),
            };
            push(Subject::Argument(format!("{}.{name}", AWS.0)), differing);
        }
    }
    for (address, source) in &plan.other_modules {
        let differing = Differing::Module {
            address: address.clone(),
            source: source.clone(),
        };
        push(Subject::Other(address.clone()), differing);
    }
    differences
}

/// Returns whether a module only needs AWS's provider, and sets nothing.
fn is_inherited(provider: &Provider) -> bool {
    let is_aws = provider.source == AWS.1 && provider.address.ends_with(AWS.0);
    is_aws && !provider.is_root && provider.arguments.is_empty()
}
