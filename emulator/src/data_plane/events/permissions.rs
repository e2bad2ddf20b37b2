//! A function's permissions for the services that invoke it.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>.

use std::collections::BTreeMap;

use anyhow::{Error, Result};
use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::lambda::{FunctionReference, Permission};

/// Permissions by the name of the function.
pub type Permissions = BTreeMap<String, Vec<Permission>>;

/// Returns the permissions of an applied state.
pub fn of(index: &Index) -> Result<Permissions> {
    let mut permissions = Permissions::new();
    for permission in index.applied::<Permission>().map_err(Error::msg)? {
        let of = permissions.entry(permission.function().name).or_default();
        of.push(permission.values);
    }
    Ok(permissions)
}

/// Fails with the permission that is missing for a service to invoke a function for a resource.
pub fn check(
    permissions: &Permissions,
    service: &str,
    function: &FunctionReference,
    source: &str,
    account: &str,
) -> Result<(), String> {
    let mut own = permissions.get(&function.name).into_iter().flatten();
    if own.any(|permission| permission.allows_service(service, function, source, account)) {
        return Ok(());
    }
    let name = match &function.qualifier {
        Some(qualifier) => format!("{}:{qualifier}", function.name),
        None => function.name.clone(),
    };
    Err(format!(
        "missing `aws_lambda_permission` for the principal `{service}` and the source {} to invoke {}",
        code(source),
        code(&name)
    ))
}
