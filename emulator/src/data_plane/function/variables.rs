//! The environment variables of a function's process: what Lambda sets, and over it what the function sets. Nothing of
//! the host's.
//!
//! `AWS_EXECUTION_ENV` and `_X_AMZN_TRACE_ID` are missing, because Lambda omits them for the runtime `provided`. A
//! runtime sets the latter itself from the header of each invocation. Source:
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.

use std::path::Path;

use time::OffsetDateTime;

use crate::data_plane::api::FunctionConfiguration;
use crate::data_plane::aws::Access;

/// The variables of a process with this Runtime API, in the folder of its code.
pub fn variables(
    function: &FunctionConfiguration,
    access: &Access,
    runtime_api: &str,
    code: &Path,
) -> Vec<(String, String)> {
    let memory = function.memory.to_string();
    let code = code.display().to_string();
    let libraries = format!("/lib64:/usr/lib64:{code}:{code}/lib:/opt/lib");
    let stream = log_stream(&function.version);
    let credentials = &access.credentials;
    let defaults = [
        // A call of AWS's must not leave this machine.
        ("AWS_ENDPOINT_URL", access.endpoint.as_str()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:9"),
        ("LANG", "en_US.UTF-8"),
        ("LD_LIBRARY_PATH", &libraries),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("TZ", ":UTC"),
    ];
    let reserved = [
        ("_HANDLER", function.handler.as_str()),
        ("AWS_ACCESS_KEY_ID", &credentials.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key),
        ("AWS_SESSION_TOKEN", &credentials.session_token),
        ("AWS_REGION", &function.region),
        ("AWS_DEFAULT_REGION", &function.region),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &function.version),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &function.log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &stream),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("LAMBDA_TASK_ROOT", &code),
        ("LAMBDA_RUNTIME_DIR", &code),
    ];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let own = function
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    defaults
        .iter()
        .map(owned)
        .chain(own)
        .chain(reserved.iter().map(owned))
        .collect()
}

/// A stream for each environment, such as `2026/11/24/[$LATEST]60cefc4c4d174d898e4dbb301f9f10ef`.
fn log_stream(version: &str) -> String {
    let now = OffsetDateTime::now_utc();
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    format!(
        "{year}/{month:02}/{day:02}/[{version}]{}",
        uuid::Uuid::new_v4().simple()
    )
}

#[cfg(test)]
mod tests {
    use portcullis_terraform_json::aws::RESERVED_VARIABLES;

    use super::*;
    use crate::data_plane::state;

    #[test]
    fn no_variable_of_a_function_replaces_one_that_is_reserved() {
        let shop = include_str!("../../../tests/fixtures/shop/state.json");
        let mut function = state::tests::read(shop).unwrap().functions["shop-open"].clone();
        let own = RESERVED_VARIABLES
            .iter()
            .map(|name| ((*name).to_owned(), "own".to_owned()));
        function.environment = own.collect();
        let set: std::collections::BTreeMap<String, String> =
            variables(&function, &Access::of_tests(), "127.0.0.1:1", Path::new("/code"))
                .into_iter()
                .collect();
        // Lambda leaves these two out, see above, and sets the third under its newer name.
        let left_out = ["AWS_EXECUTION_ENV", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY"];
        for name in RESERVED_VARIABLES {
            assert_eq!(set[name] == "own", left_out.contains(&name), "{name}");
        }
    }
}
