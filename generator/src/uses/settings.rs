//! Settings of data that environments decide.

use crate::environments::setting;
use crate::hcl::{Attribute, Expression, commented};
use crate::modules::module::Variable;
use crate::service::Service;
use crate::uses::{Datum, Kind};
use crate::{buckets, queues, tables, topics};

/// The variables of `modules/service`.
pub(crate) fn variables(service: &Service) -> Vec<Variable> {
    let of = |kind| match kind {
        Kind::Tables => setting::variables(service, &tables::settings::ALL),
        Kind::Buckets => setting::variables(service, &buckets::settings::ALL),
        Kind::Queues => setting::variables(service, &queues::settings::ALL),
        Kind::Topics => setting::variables(service, &topics::settings::ALL),
    };
    Kind::ALL.into_iter().flat_map(of).collect()
}

/// The arguments of an environment's root for them. `local` overrides nothing.
pub(crate) fn arguments(service: &Service, environment: &str) -> Vec<Attribute> {
    let of = |kind| match kind {
        Kind::Tables => setting::arguments(service, environment, &tables::settings::ALL),
        Kind::Buckets => setting::arguments(service, environment, &buckets::settings::ALL),
        Kind::Queues => setting::arguments(service, environment, &queues::settings::ALL),
        Kind::Topics => setting::arguments(service, environment, &topics::settings::ALL),
    };
    let mut arguments: Vec<Attribute> = Kind::ALL.into_iter().flat_map(of).collect();
    if let Some(first) = arguments.first_mut() {
        *first = commented(first.clone(), "Settings of data that some environment overrides.");
    }
    arguments
}

/// The ARN of the KMS key that encrypts data, in `modules/service`. The data has one.
pub(crate) fn kms_key(service: &Service, datum: &Datum) -> Expression {
    let name = &datum.name;
    match datum.kind {
        Kind::Tables => tables::settings::KMS_KEY_ARN.in_service(service, name),
        Kind::Buckets => buckets::settings::KMS_KEY_ARN.in_service(service, name),
        Kind::Queues => {
            queues::settings::KMS_KEY_ARN.in_service(service, queues::declared_as(&service.queues, name))
        }
        Kind::Topics => topics::settings::KMS_KEY_ARN.in_service(service, name),
    }
}
