//! The values of references in an environment.

use std::collections::BTreeMap;

use crate::references::{Part, Reference, Template};
use crate::resources::partition::Partition;
use crate::service::{Environment, Service};
use crate::user_pool::id;
use crate::uses::{Attribute, Datum, kms_keys};

/// Known values of an environment. A value that only AWS decides is a name in braces, as everywhere in a surface.
pub(crate) struct Values {
    pub(crate) service: String,
    pub(crate) stage: String,
    pub(crate) environment: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) partition: String,
    pub(crate) dns_suffix: String,
    pub(crate) api_id: String,
    pub(crate) user_pool_id: String,
    /// None if it is made of the id.
    pub(crate) user_pool_arn: Option<String>,
    pub(crate) client_id: fn(&str) -> String,
    pub(crate) own: fn(&str) -> String,
    /// Returns the ARN of a table's stream, from the path of the table in the spec and its ARN.
    pub(crate) stream_arn: fn(&Datum, &str) -> String,
    /// The ARNs of the KMS keys of data that has one.
    pub(crate) kms_keys: BTreeMap<Datum, String>,
}

impl Values {
    /// Of an environment, as a surface has them.
    pub(crate) fn of(service: &Service, environment: &Environment) -> Self {
        let Partition {
            name: partition,
            dns_suffix,
        } = Partition::of(&environment.region);
        let existing = environment.existing_user_pool.as_deref();
        Self {
            service: service.name.clone(),
            stage: service.api.stage.clone(),
            environment: environment.name.clone(),
            region: environment.region.clone(),
            account: "${account}".into(),
            partition: partition.into(),
            dns_suffix: dns_suffix.into(),
            api_id: "${api.id}".into(),
            user_pool_id: existing.map_or("${user_pool.id}", id).into(),
            user_pool_arn: existing.map(Into::into),
            client_id: |name| format!("${{user_pool.clients.{name}.id}}"),
            own: |name| format!("${{own.{name}}}"),
            stream_arn: |table, _| format!("${{{table}.stream_arn}}"),
            kms_keys: kms_keys::kms_keys(service, environment),
        }
    }

    /// Values as long as AWS's own are, to count characters with.
    pub(crate) fn example(service: &str, stage: &str, environment: &str, region: &str) -> Self {
        let Partition {
            name: partition,
            dns_suffix,
        } = Partition::of(region);
        Self {
            service: service.into(),
            stage: stage.into(),
            environment: environment.into(),
            region: region.into(),
            account: "123456789012".into(),
            partition: partition.into(),
            dns_suffix: dns_suffix.into(),
            api_id: "a1b2c3d4e5".into(),
            user_pool_id: format!("{region}_AbCdEfGhI"),
            user_pool_arn: None,
            client_id: |_| "1a2b3c4d5e6f7g8h9i0j1k2l3m".into(),
            own: |name| format!("arn:aws:dynamodb:us-east-1:123456789012:table/{name}"),
            // The label at its end is the time of its creation:
            // <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamDescription.html>
            stream_arn: |_, arn| format!("{arn}/stream/2026-11-28T12:00:00.000"),
            kms_keys: BTreeMap::new(),
        }
    }
}

impl Reference {
    /// Its value in an environment, made of what is known there.
    pub(crate) fn text(&self, values: &Values) -> String {
        let Values {
            service,
            stage,
            environment,
            region,
            account,
            partition,
            dns_suffix,
            api_id,
            user_pool_id,
            user_pool_arn,
            client_id,
            own,
            stream_arn,
            kms_keys,
        } = values;
        match self {
            Self::Environment => environment.clone(),
            Self::Region => region.clone(),
            Self::Account => account.clone(),
            Self::Partition => partition.clone(),
            Self::Service => service.clone(),
            Self::ApiUrl => format!("https://{api_id}.execute-api.{region}.{dns_suffix}/{stage}"),
            Self::ApiId => api_id.clone(),
            Self::ApiStage => stage.clone(),
            Self::UserPoolId => user_pool_id.clone(),
            Self::UserPoolArn => match user_pool_arn {
                Some(arn) => arn.clone(),
                None => format!("arn:{partition}:cognito-idp:{region}:{account}:userpool/{user_pool_id}"),
            },
            Self::ClientId(name) => client_id(name),
            Self::Datum(datum, attribute) => match Template::of_datum(datum, *attribute) {
                Some(template) => template.text(values),
                None if *attribute == Attribute::StreamArn => {
                    stream_arn(datum, &Template::arn_of(datum).text(values))
                }
                None => kms_keys.get(datum).cloned().unwrap_or_default(),
            },
            Self::SqsHost => format!("sqs.{region}.{dns_suffix}"),
            Self::FunctionName(name) => Template::name_in_aws(name).text(values),
            Self::FunctionArn(name) => Template::function_arn(name).text(values),
            Self::Own(name) => own(name),
        }
    }
}

impl Template {
    /// Its value in an environment, made of what is known there.
    pub(crate) fn text(&self, values: &Values) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Reference(reference) => reference.text(values),
        });
        parts.collect()
    }
}
