//! The usage plans' part of `modules/service`: `usage_plans.tf`.

use crate::environments::setting;
use crate::hcl::{Attribute, Block, Expression, commented, literal, template, value};
use crate::identifier::Identifier;
use crate::modules::module::Variable;
use crate::resources::api_gateway_usage_plan::{Arguments, Quota, Throttle};
use crate::resources::{api_gateway_api_key, api_gateway_usage_plan, api_gateway_usage_plan_key};
use crate::service::Service;
use crate::usage_plans::{UsagePlan, settings};

/// Every plan and its keys.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (name, plan) in &service.usage_plans {
        let UsagePlan {
            api_keys,
            quota,
            throttle,
        } = plan;
        // An environment sets its own only if there are some.
        let block = api_gateway_usage_plan::resource_block(Arguments {
            label: &Identifier::new(name),
            name: name_in_aws(service, name),
            quota: quota.map(|_| Quota {
                limit: settings::QUOTA_LIMIT.in_service(service, name),
                period: settings::QUOTA_PERIOD.in_service(service, name),
            }),
            throttle: throttle.map(|_| Throttle {
                rate: settings::RATE_LIMIT.in_service(service, name),
                burst: settings::BURST_LIMIT.in_service(service, name),
            }),
        });
        blocks.push(commented(block, &format!("Usage plan {name}")));
        for key in api_keys {
            let label = Identifier::new(key);
            let block = api_gateway_api_key::resource_block(&label, name_in_aws(service, key));
            let title = format!("API key {key}: AWS generates its value, which states and plans contain");
            blocks.push(commented(block, &title));
            blocks.push(api_gateway_usage_plan_key::resource_block(
                &label,
                &Identifier::new(name),
            ));
        }
    }
    blocks
}

/// The name of a plan or a key in AWS.
fn name_in_aws(service: &Service, name: &str) -> Expression {
    template([
        literal(format!("{}-", service.name)),
        value("var.environment"),
        literal(format!("-{name}")),
    ])
}

/// The variables of `modules/service` for what environments decide.
pub(crate) fn variables(service: &Service) -> Vec<Variable> {
    setting::variables(service, &settings::ALL)
}

/// The arguments of an environment's root for them.
pub(crate) fn arguments(service: &Service, environment: &str) -> Vec<Attribute> {
    let mut arguments = setting::arguments(service, environment, &settings::ALL);
    if let Some(first) = arguments.first_mut() {
        *first = commented(
            first.clone(),
            "Limits of usage plans that some environment overrides.",
        );
    }
    arguments
}
