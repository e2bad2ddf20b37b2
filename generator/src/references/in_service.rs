//! The expressions for references in `modules/service`.

use crate::hcl::{Expression, Part as HclPart, literal, string, template, value};
use crate::references::{Part, Reference, Template};
use crate::service::Service;
use crate::tables::in_service as tables;
use crate::user_pool::client_module;
use crate::user_pool::in_service::{arn, id};
use crate::uses::{Attribute, settings};

impl Reference {
    /// Returns its expression in `modules/service`.
    fn in_service(&self, service: &Service) -> Vec<HclPart> {
        let region = || value("data.aws_service.logs.region");
        let account = || value("data.aws_caller_identity.current.account_id");
        let partition = || value("data.aws_service.logs.partition");
        match self {
            Self::Environment => vec![value("var.environment")],
            Self::Region => vec![region()],
            Self::Account => vec![account()],
            Self::Partition => vec![partition()],
            Self::Service => vec![literal(&service.name)],
            // Not the stage's own URL: the stage waits for the functions, and so would wait for itself.
            Self::ApiUrl => vec![
                literal("https://"),
                value("module.rest_api.id"),
                literal("."),
                value("data.aws_service.execute_api.dns_name"),
                literal(format!("/{}", service.api.stage)),
            ],
            Self::ApiId => vec![value("module.rest_api.id")],
            Self::ApiStage => vec![literal(&service.api.stage)],
            Self::UserPoolId => service
                .user_pool
                .iter()
                .map(|pool| HclPart::Value(id(pool)))
                .collect(),
            Self::UserPoolArn => service
                .user_pool
                .iter()
                .map(|pool| HclPart::Value(arn(pool)))
                .collect(),
            Self::ClientId(name) => vec![value(&format!("module.{}.id", client_module::name(name)))],
            Self::Datum(datum, attribute) => match Template::of_datum(datum, *attribute) {
                Some(template) => template.parts_in_service(service),
                None if *attribute == Attribute::StreamArn => vec![value(&tables::stream_arn(&datum.name))],
                None => vec![HclPart::Value(settings::kms_key(service, datum))],
            },
            Self::SqsHost => vec![value("data.aws_service.sqs.dns_name")],
            Self::FunctionName(name) => Template::name_in_aws(name).parts_in_service(service),
            Self::FunctionArn(name) => Template::function_arn(name).parts_in_service(service),
            Self::Own(name) => vec![value(&format!("module.own.{name}"))],
        }
    }
}

impl Template {
    /// Returns its expression in `modules/service`.
    pub fn in_service(&self, service: &Service) -> Expression {
        let mut parts = self.parts_in_service(service);
        match parts.as_mut_slice() {
            [] => string(""),
            [HclPart::Literal(text)] => string(std::mem::take(text)),
            [HclPart::Value(_)] => match parts.remove(0) {
                HclPart::Value(expression) => expression,
                HclPart::Literal(text) => string(text),
            },
            _ => template(parts),
        }
    }

    fn parts_in_service(&self, service: &Service) -> Vec<HclPart> {
        let mut parts: Vec<HclPart> = Vec::new();
        for part in &self.parts {
            let more = match part {
                Part::Text(text) => vec![literal(text)],
                Part::Reference(reference) => reference.in_service(service),
            };
            for part in more {
                match (parts.last_mut(), part) {
                    (Some(HclPart::Literal(before)), HclPart::Literal(text)) => before.push_str(&text),
                    (_, part) => parts.push(part),
                }
            }
        }
        parts
    }
}
