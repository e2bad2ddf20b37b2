//! Assertions about the protection of tables.

use crate::functions::access_test as functions;
use crate::hcl::{Block, Expression, argument, block, call, commented, equal, object, reference, string};
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked::{self, ENVIRONMENT};
use crate::references::Reference;
use crate::service::Service;
use crate::tables::{Table, in_service};
use crate::uses::{Attribute, Datum, Kind};

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let tables = service.tables.iter();
    tables
        .map(|(name, table)| self::table(service, name, table))
        .collect()
}

/// The ARN of each stream that a variable of a function contains: the provider makes up one for all.
pub(crate) fn overrides(service: &Service) -> Vec<Block> {
    let values = mocked::values(service);
    let tables = service.tables.keys().filter_map(|name| {
        let stream = Reference::Datum(Datum::new(Kind::Tables, name), Attribute::StreamArn);
        functions::is_compared(service, |one| *one == stream).then(|| (name, stream.text(&values)))
    });
    let overridden = tables.map(|(name, arn)| {
        block("override_resource", [])
            .attribute(argument("target", reference(in_service::address(name))))
            .attribute(argument("override_during", reference("plan")))
            .attribute(argument("values", object([("stream_arn", string(arn))])))
            .build()
    });
    overridden.collect()
}

fn table(service: &Service, name: &str, table: &Table) -> Block {
    let Table {
        partition_key,
        sort_key,
        indexes: _, // they contain what the table does
        expires_at,
        stream,
        capacity: _, // how much, not whose
        point_in_time_recovery,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = table;
    let of = |attribute: &str| format!("{}.{attribute}", in_service::address(name));
    let mut conditions: Vec<Expression> = vec![
        is(of("name"), string(service.name_in_aws(ENVIRONMENT, name))),
        is(of("deletion_protection_enabled"), true),
        is(of("point_in_time_recovery[0].enabled"), *point_in_time_recovery),
        is(of("hash_key"), string(&partition_key.name)),
    ];
    conditions.extend(sort_key.iter().map(|key| is(of("range_key"), string(&key.name))));
    conditions.extend(
        expires_at
            .iter()
            .map(|attribute| is(of("ttl[0].attribute_name"), string(attribute))),
    );
    if expires_at.is_none() {
        conditions.push(equal(call("length", [reference(of("ttl"))]), 0));
    }
    if let Some(stream) = stream {
        conditions.push(is(of("stream_view_type"), string(stream.in_aws())));
    }
    if let Some(key) = kms_key {
        // If it is off, DynamoDB encrypts with a key of its own and ignores this one.
        conditions.push(is(of("server_side_encryption[0].enabled"), true));
        conditions.push(is(of("server_side_encryption[0].kms_key_arn"), string(key)));
    }
    let backups = if *point_in_time_recovery {
        "have point-in-time recovery"
    } else {
        "have no point-in-time recovery"
    };
    let block = must(
        &format!("The table `{name}`"),
        &format!(
            "have the deletion protection of its environment, {backups}, and have the keys and expiry of the spec"
        ),
        conditions,
    );
    commented(block, &format!("Table {name}"))
}
