//! The keys of `access_logs` in `[api]`.

use crate::resources::cloudwatch_log_group::RETENTION_DAYS;
use crate::review::Meaning::Elsewhere;
use crate::spec::declaration::Kind::OneOfNumbers;
use crate::spec::declaration::Scope::Overridable;
use crate::spec::declaration::{Literal, default, keys};
use crate::spec::field::Set;

keys! {
    /// Access logs: API Gateway writes a line of JSON for each request to a log group of the environment. Each AWS account
    /// needs a role for this, once per region. See [Access logs](../access-logs.md).
    AccessLogTable {
        /// Time after which CloudWatch deletes a line.
        retention_days: Set<u32> = OneOfNumbers { values: &RETENTION_DAYS, unit: "days" }, default(Literal::Number(30)),
            Overridable("access_log_retention_days"), Elsewhere;
    }
}
