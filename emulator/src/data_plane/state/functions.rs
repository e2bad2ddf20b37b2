//! Lambda functions.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Error, Result};
use portcullis_foreign_text::printable;
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::lambda::{Function, FunctionReference};
use tokio::sync::Semaphore;

use crate::data_plane::api::{Code, FunctionConfiguration};
use crate::data_plane::runtime::Runtime;

/// Seconds. Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>, as of the names.
const LONGEST_TIMEOUT: u64 = 900;

/// Returns whether Lambda allows a name. It becomes a file's name, so it must not lead to another folder.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}

/// The code of a function, or why it can't run here.
fn code(values: &Function) -> Code {
    let runtime = values.runtime.as_deref().unwrap_or_default();
    if !is_name(&values.function_name) {
        return Code::Refused("invalid function name".to_owned());
    }
    if values.package_type.as_deref() == Some("Image") {
        return Code::Foreign("its code is a container image".to_owned());
    }
    if Runtime::of(runtime).is_none() {
        return Code::Foreign(format!(
            "its runtime is {}, but only Node.js, Python 3 and custom runtimes with a `bootstrap` can run here",
            printable::code(runtime)
        ));
    }
    match &values.filename {
        Some(file) => Code::File(file.into()),
        None => Code::Foreign("its code must be in a local file".to_owned()),
    }
}

pub(super) fn functions(index: &Index) -> Result<BTreeMap<String, FunctionConfiguration>> {
    let mut functions = BTreeMap::new();
    for part in index.applied::<Function>().map_err(Error::msg)? {
        let address = part.resource.address.clone();
        let values = part.values;
        let configuration = FunctionConfiguration {
            address,
            code: code(&values),
            runtime: Runtime::of(values.runtime.as_deref().unwrap_or_default()).unwrap_or(Runtime::Custom),
            layers: values.layers,
            version: values.version.unwrap_or("$LATEST".to_owned()),
            handler: values.handler.unwrap_or("bootstrap".to_owned()),
            memory: values.memory_size.unwrap_or(128),
            timeout: Duration::from_secs(values.timeout.unwrap_or(3).min(LONGEST_TIMEOUT)),
            environment: values.environment.variables,
            concurrency: values
                .reserved_concurrent_executions
                .and_then(|limit| usize::try_from(limit).ok())
                .map(|limit| limit.min(Semaphore::MAX_PERMITS)),
            log_group: values
                .logging_config
                .log_group
                .unwrap_or_else(|| format!("/aws/lambda/{}", values.function_name)),
            region: values.arn.split(':').nth(3).unwrap_or_default().to_owned(),
            arn: values.arn,
            architecture: values
                .architectures
                .into_iter()
                .next()
                .unwrap_or("x86_64".to_owned()),
            name: values.function_name.clone(),
        };
        functions.insert(values.function_name, configuration);
    }
    Ok(functions)
}

/// Returns the function with an ARN, perhaps with a version or an alias behind it. Fails if it is not in the state.
pub(super) fn referenced(
    arn: &str,
    functions: &BTreeMap<String, FunctionConfiguration>,
) -> Result<FunctionReference, String> {
    let function = FunctionReference::parse(arn);
    // A function of another account may have the name of one here.
    let unqualified = function.qualifier.as_ref();
    let unqualified = unqualified.and_then(|qualifier| arn.strip_suffix(qualifier)?.strip_suffix(':'));
    let is_here = |function: &FunctionConfiguration| function.arn == unqualified.unwrap_or(arn);
    match functions.get(&function.name).is_some_and(is_here) {
        true => Ok(function),
        false => Err(format!("its function `{arn}` is not in the state")),
    }
}
