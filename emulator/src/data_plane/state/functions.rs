//! Lambda functions.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use portcullis_foreign_text::words;
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::{State, Texts, given};
use crate::data_plane::api::{Code, FunctionConfiguration};

#[derive(Deserialize)]
struct LambdaFunction {
    function_name: String,
    arn: String,
    version: Option<String>,
    handler: Option<String>,
    runtime: Option<String>,
    package_type: Option<String>,
    memory_size: Option<u64>,
    timeout: Option<u64>,
    environment: Option<Vec<Environment>>,
    reserved_concurrent_executions: Option<i64>,
    logging_config: Option<Vec<Logging>>,
    layers: Option<Vec<String>>,
    architectures: Option<Vec<String>>,
    filename: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Environment {
    variables: Option<Texts>,
}

#[derive(Deserialize)]
struct Logging {
    log_group: Option<String>,
}

/// Seconds. Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>, as of the names.
const LONGEST_TIMEOUT: u64 = 900;

/// Whether Lambda takes a name. It becomes a file's, so what leads elsewhere must not pass.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}

/// The code of a function, or why it can't run here.
fn code(values: &LambdaFunction) -> Code {
    let runtime = values.runtime.as_deref().unwrap_or_default();
    let has_layers = values.layers.as_ref().is_some_and(|layers| !layers.is_empty());
    let file = values
        .filename
        .as_ref()
        .filter(|path| !path.as_os_str().is_empty());
    if !is_name(&values.function_name) {
        return Code::Refused("its name is not one that Lambda takes".to_owned());
    }
    if values.package_type.as_deref() == Some("Image") {
        return Code::Foreign("its code is a container image".to_owned());
    }
    if !runtime.starts_with("provided") {
        return Code::Foreign(format!(
            "its runtime is {}, and only a `bootstrap` of its own can run here",
            words::code(runtime)
        ));
    }
    if has_layers {
        return Code::Foreign("it has layers, which are not loaded".to_owned());
    }
    match file {
        Some(file) => Code::File(file.clone()),
        None => Code::Foreign("its code is not in a local file".to_owned()),
    }
}

pub(super) fn functions(state: &State) -> Result<BTreeMap<String, FunctionConfiguration>> {
    let mut functions = BTreeMap::new();
    for (address, values) in state.all::<LambdaFunction>("aws_lambda_function")? {
        let code = code(&values);
        let logging = values.logging_config.unwrap_or_default().into_iter().next();
        let log_group = logging.and_then(|logging| given(logging.log_group));
        let environment = values.environment.unwrap_or_default().into_iter().next();
        let configuration = FunctionConfiguration {
            address: address.to_owned(),
            version: given(values.version).unwrap_or("$LATEST".to_owned()),
            handler: given(values.handler).unwrap_or("bootstrap".to_owned()),
            memory: values.memory_size.unwrap_or(128),
            timeout: Duration::from_secs(values.timeout.unwrap_or(3).min(LONGEST_TIMEOUT)),
            environment: environment
                .and_then(|environment| environment.variables)
                .unwrap_or_default(),
            concurrency: values
                .reserved_concurrent_executions
                .and_then(|limit| usize::try_from(limit).ok())
                .map(|limit| limit.min(Semaphore::MAX_PERMITS)),
            log_group: log_group.unwrap_or_else(|| format!("/aws/lambda/{}", values.function_name)),
            region: values.arn.split(':').nth(3).unwrap_or_default().to_owned(),
            arn: values.arn,
            code,
            architecture: values
                .architectures
                .unwrap_or_default()
                .into_iter()
                .next()
                .unwrap_or("x86_64".to_owned()),
            name: values.function_name.clone(),
        };
        functions.insert(values.function_name, configuration);
    }
    Ok(functions)
}
