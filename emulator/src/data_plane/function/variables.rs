//! The environment variables of a function's process: what Lambda sets, and over it what the function sets. Nothing of
//! the host's.
//!
//! `_X_AMZN_TRACE_ID` is missing, because a runtime sets it itself from the header of each invocation. So is
//! `AWS_EXECUTION_ENV` for a `bootstrap`, because Lambda omits it for the runtime `provided`. Source:
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.

use time::OffsetDateTime;

use super::executable::{Entry, Executable};
use crate::data_plane::api::FunctionConfiguration;
use crate::data_plane::aws::Access;
use crate::data_plane::runtime::Language;

/// The variables of a process with this Runtime API.
pub fn variables(
    function: &FunctionConfiguration,
    access: &Access,
    runtime_api: &str,
    executable: &Executable,
) -> Vec<(String, String)> {
    let memory = function.memory.to_string();
    let code = executable.task.display().to_string();
    let Paths {
        libraries,
        programs,
        runtime,
        node_path,
        execution_environment,
    } = paths(executable);
    let stream = log_stream(&function.version);
    let credentials = &access.credentials;
    let defaults = [
        // A call of AWS's must not leave this machine.
        ("AWS_ENDPOINT_URL", access.endpoint.as_str()),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:9"),
        ("LANG", "en_US.UTF-8"),
        ("LD_LIBRARY_PATH", &libraries),
        ("PATH", &programs),
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
        ("LAMBDA_RUNTIME_DIR", &runtime),
    ];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let named = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
    let own = function.environment.iter();
    let own = own.map(|(name, value)| (name.clone(), executable.led_here(value)));
    let defaults = defaults.iter().map(owned).chain(named("NODE_PATH", node_path));
    let reserved = reserved.iter().map(owned);
    let reserved = reserved.chain(named("AWS_EXECUTION_ENV", execution_environment));
    defaults.chain(own).chain(reserved).collect()
}

/// The variables that hold paths or depend on the runtime.
struct Paths {
    libraries: String,
    programs: String,
    runtime: String,
    node_path: Option<String>,
    execution_environment: Option<String>,
}

fn paths(executable: &Executable) -> Paths {
    let code = executable.task.display().to_string();
    let own_libraries = [code.clone(), format!("{code}/lib")].into_iter();
    let own_libraries = own_libraries.chain(executable.in_layers(&["lib"]));
    let system = ["/usr/local/bin", "/usr/bin/", "/bin"]
        .map(String::from)
        .into_iter();
    let programs = system.chain(executable.in_layers(&["bin"]));
    let joined = |paths: &mut dyn Iterator<Item = String>| paths.collect::<Vec<_>>().join(":");
    match &executable.entry {
        Entry::Bootstrap(_) => Paths {
            libraries: joined(
                &mut ["/lib64", "/usr/lib64"]
                    .map(String::from)
                    .into_iter()
                    .chain(own_libraries),
            ),
            programs: joined(&mut programs.into_iter()),
            runtime: code,
            node_path: None,
            execution_environment: None,
        },
        Entry::Interpreter { runtime, interpreter } => {
            let beside = interpreter
                .program
                .parent()
                .map(|folder| folder.display().to_string());
            let of_version = format!("nodejs/node{}/node_modules", runtime.version);
            Paths {
                // The interpreter's own libraries are those of this machine, and not of the folders in Lambda.
                libraries: joined(&mut own_libraries.into_iter()),
                programs: joined(&mut beside.into_iter().chain(programs)),
                runtime: interpreter.folder.display().to_string(),
                node_path: match runtime.language {
                    Language::NodeJs => Some(
                        executable
                            .in_layers(&[&of_version, "nodejs/node_modules"])
                            .join(":"),
                    ),
                    // The loop knows the layers.
                    Language::Python => None,
                },
                execution_environment: Some(format!("AWS_Lambda_{runtime}")),
            }
        }
    }
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
    use std::path::PathBuf;

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
        let executable = Executable {
            task: PathBuf::from("/code"),
            layers: Vec::new(),
            changed: None,
            entry: Entry::Bootstrap(PathBuf::from("/code/bootstrap")),
        };
        let set: std::collections::BTreeMap<String, String> =
            variables(&function, &Access::of_tests(), "127.0.0.1:1", &executable)
                .into_iter()
                .collect();
        // Lambda leaves these two out, see above, and sets the third under its newer name.
        let left_out = ["AWS_EXECUTION_ENV", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY"];
        for name in RESERVED_VARIABLES {
            assert_eq!(set[name] == "own", left_out.contains(&name), "{name}");
        }
    }
}
