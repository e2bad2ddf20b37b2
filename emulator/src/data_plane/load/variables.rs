//! The variables of each function: those of the state, and over them those that the user sets.
//!
//! A state is data, so no variable of it may have a loader or an interpreter run code that the function's zip does not
//! hold. Lambda takes these names, because there nothing but the function's own files could be run. The user may set
//! them.

use std::str::FromStr;

use portcullis_foreign_text::printable::code;
use portcullis_foreign_text::shell;
use portcullis_terraform_json::aws::RESERVED_VARIABLES;

use super::code::{function, needed};
use crate::data_plane::api::{Api, FunctionConfiguration};

/// Names that loaders and interpreters run or load something by, as their manuals say: ld.so(8), dyld(1), bash(1),
/// sh(1), zsh(1), python(1), perlrun(1), ruby(1), node(1), java(1), php(1), lua(1), dotnet(1), openssl(1).
const RUNS_OTHER_CODE: [&str; 42] = [
    "BASHOPTS",
    "BASH_ENV",
    "BUNDLE_GEMFILE",
    "CLASSPATH",
    "DOTNET_ADDITIONAL_DEPS",
    "DOTNET_STARTUP_HOOKS",
    "ENV",
    "ERL_AFLAGS",
    "ERL_FLAGS",
    "ERL_LIBS",
    "ERL_ZFLAGS",
    "FPATH",
    "GCONV_PATH",
    "GEM_HOME",
    "GEM_PATH",
    "GLIBC_TUNABLES",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "LOCPATH",
    "NODE_OPTIONS",
    "NODE_PATH",
    "OPENSSL_CONF",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "PATH",
    "PERLLIB",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "PS4",
    "PYTHONBREAKPOINT",
    "PYTHONEXECUTABLE",
    "PYTHONHOME",
    "PYTHONINSPECT",
    "PYTHONPATH",
    "PYTHONPLATLIBDIR",
    "PYTHONPYCACHEPREFIX",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PYTHONWARNINGS",
    "SHELLOPTS",
    "TCLLIBPATH",
    "ZDOTDIR",
];

/// The beginnings of such names.
const FAMILIES: [&str; 7] = ["BUN_", "CORECLR_", "DYLD_", "LD_", "LUA_", "PERL5", "RUBY"];

/// Options in `NODE_OPTIONS` that neither run nor load anything. Source: <https://nodejs.org/api/cli.html>.
const NODE_OPTIONS: [&str; 15] = [
    "--dns-result-order",
    "--enable-source-maps",
    "--experimental-detect-module",
    "--experimental-require-module",
    "--max-http-header-size",
    "--max-old-space-size",
    "--max-semi-space-size",
    "--max_old_space_size",
    "--max_semi_space_size",
    "--no-deprecation",
    "--no-warnings",
    "--stack-trace-limit",
    "--trace-warnings",
    "--unhandled-rejections",
    "--throw-deprecation",
];

/// A variable that the user sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The function that it is for, named as the user names it; none is every function.
    pub function: Option<String>,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl FromStr for Variable {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let malformed = || format!("`{text}` must have the form `NAME=VALUE` or `FUNCTION:NAME=VALUE`");
        let (place, value) = text.split_once('=').ok_or_else(malformed)?;
        let (function, name) = match place.split_once(':') {
            Some((function, name)) => (Some(function.to_owned()), name),
            None => (None, place),
        };
        if !is_name(name) || function.as_deref() == Some("") {
            return Err(malformed());
        }
        if RESERVED_VARIABLES.contains(&name) {
            return Err(format!("can't set `{name}`: Lambda sets it itself"));
        }
        Ok(Self {
            function,
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// Returns whether a shell can set a variable of this name.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(plain) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Sets the user's variables, and tells which of the state's the functions that a route needs may not have, if they
/// run.
pub fn set(variables: &[Variable], api: &mut Api, runs: impl Fn(&str) -> bool, errors: &mut Vec<String>) {
    let run = needed(api).filter(|function| runs(&function.name));
    let refused = run.flat_map(|function| {
        let unset = function.environment.iter().filter(|(name, _)| {
            !variables
                .iter()
                .any(|variable| variable.name == **name && is_for(variable, &function.name, api))
        });
        unset.filter_map(|(name, value)| Some(refusal(function, name, refusal_reason(name, value)?)))
    });
    errors.extend(refused.collect::<Vec<_>>());
    // A value for one function wins over a value for all.
    let (for_one, for_all): (Vec<_>, Vec<_>) =
        variables.iter().partition(|variable| variable.function.is_some());
    for variable in for_all {
        for function in api.functions.values_mut() {
            function
                .environment
                .insert(variable.name.clone(), variable.value.clone());
        }
    }
    for variable in for_one {
        let key = variable.function.as_deref().unwrap_or_default();
        match function(key, api).map(str::to_owned) {
            Ok(name) => {
                if let Some(function) = api.functions.get_mut(&name) {
                    function
                        .environment
                        .insert(variable.name.clone(), variable.value.clone());
                }
            }
            Err(error) => errors.push(error),
        }
    }
}

/// Replaces this API's addresses on AWS by this port on loopback, because they don't exist there. A variable that the
/// user sets stays as it is.
pub fn lead_here(api: &mut Api, port: u16) {
    // <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html>
    let on_aws = format!("https://{}.execute-api.", api.identity.id);
    let here = format!("http://127.0.0.1:{port}");
    let of_functions = api.functions.values_mut();
    for value in of_functions.flat_map(|function| function.environment.values_mut()) {
        let mut parts = value.split(&on_aws);
        let mut led = parts.next().unwrap_or_default().to_owned();
        for behind in parts {
            let is_of_a_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            led.push_str(&here);
            led.push_str(behind.trim_start_matches(is_of_a_host));
        }
        *value = led;
    }
}

fn is_for(variable: &Variable, name: &str, api: &Api) -> bool {
    let key = variable.function.as_deref();
    key.is_none_or(|key| function(key, api).is_ok_and(|found| found == name))
}

/// The reason why a state may not set a variable of this name.
#[derive(Debug, Clone, Copy)]
enum RefusalReason {
    /// Lambda takes no such name. Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html>.
    NoName,
    /// A loader or an interpreter runs or loads something by it.
    RunsOtherCode,
}

fn refusal_reason(name: &str, value: &str) -> Option<RefusalReason> {
    if name.len() < 2 || name.starts_with('_') || !is_name(name) {
        return Some(RefusalReason::NoName);
    }
    let runs_other_code =
        RUNS_OTHER_CODE.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family));
    (runs_other_code && !is_harmless(name, value)).then_some(RefusalReason::RunsOtherCode)
}

/// Returns whether a value of such a variable leads to nothing but the function's own code and layers.
fn is_harmless(name: &str, value: &str) -> bool {
    match name {
        "NODE_OPTIONS" => value
            .split_ascii_whitespace()
            .all(|option| NODE_OPTIONS.contains(&option.split('=').next().unwrap_or_default())),
        "NODE_PATH" | "PYTHONPATH" => value.split(':').all(|path| {
            let in_lambda = ["/opt", "/var/task", "/var/runtime"].iter().any(|folder| {
                path.strip_prefix(folder)
                    .is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
            });
            in_lambda && !path.contains("..")
        }),
        _ => false,
    }
}

fn refusal(function: &FunctionConfiguration, name: &str, why: RefusalReason) -> String {
    let sets = format!(
        "function {} ({}) has the variable {} in the state",
        code(&function.name),
        code(&function.address),
        code(name)
    );
    match why {
        RefusalReason::NoName => format!("{sets}, but Lambda does not allow this name: remove it"),
        RefusalReason::RunsOtherCode => format!(
            "{sets}, which can run code from outside the function's zip: remove it, or if you trust it, add the \
             option\n  --env {}=VALUE",
            shell::word(&format!("{}:{name}", function.name))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::load::tests::SHOP;
    use crate::data_plane::state;

    /// The variables of `shop-open`, whose state sets `LD_PRELOAD`, and the errors.
    fn with(variables: &[&str]) -> (std::collections::BTreeMap<String, String>, Vec<String>) {
        let mut api = state::tests::read(SHOP).unwrap();
        let open = api.functions.get_mut("shop-open").unwrap();
        open.environment.insert("LD_PRELOAD".into(), "/tmp/a.so".into());
        let variables: Vec<Variable> = variables.iter().map(|text| text.parse().unwrap()).collect();
        let mut errors = Vec::new();
        set(&variables, &mut api, |_| true, &mut errors);
        (api.functions["shop-open"].environment.clone(), errors)
    }

    #[test]
    fn what_is_set_for_one_function_counts_more_than_what_is_set_for_all() {
        let (set, errors) = with(&[
            "open:TABLE=one",
            "TABLE=all",
            "URL=http://a=b:c",
            "shop-echo:TABLE=other",
            "LD_PRELOAD=",
        ]);
        assert_eq!(errors, [""; 0]);
        assert_eq!(set["TABLE"], "one");
        assert_eq!(set["URL"], "http://a=b:c");
        assert_eq!(set["LD_PRELOAD"], "", "the user's own word");
    }

    #[test]
    fn the_address_of_the_api_leads_to_this_machine() {
        let mut api = state::tests::read(SHOP).unwrap();
        let id = api.identity.id.clone();
        let open = api.functions.get_mut("shop-open").unwrap();
        let other = "https://other.execute-api.eu-central-1.amazonaws.com/v1";
        let variables = [
            (
                "URL",
                format!("https://{id}.execute-api.eu-central-1.amazonaws.com.cn/v1"),
            ),
            ("HOST", format!("a https://{id}.execute-api.x.com, {other}")),
            ("ID", id),
        ];
        open.environment = variables.map(|(name, value)| (name.into(), value)).into();
        lead_here(&mut api, 4000);
        let led = &api.functions["shop-open"].environment;
        assert_eq!(led["URL"], "http://127.0.0.1:4000/v1");
        assert_eq!(led["HOST"], format!("a http://127.0.0.1:4000, {other}"));
        assert_eq!(led["ID"], api.identity.id);
    }

    #[test]
    fn a_function_that_does_not_run_may_have_any_variable() {
        let mut api = state::tests::read(SHOP).unwrap();
        for name in ["shop-open", "shop-echo"] {
            let function = api.functions.get_mut(name).unwrap();
            function.environment.insert("PYTHONSTARTUP".into(), "/opt".into());
        }
        let mut errors = Vec::new();
        set(&[], &mut api, |name| name != "shop-open", &mut errors);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with("function `shop-echo` "), "{errors:?}");
    }

    #[test]
    fn a_value_that_leads_to_the_functions_own_files_is_taken() {
        for (name, value, taken) in [
            (
                "NODE_OPTIONS",
                "--enable-source-maps --max-old-space-size=400",
                true,
            ),
            ("NODE_OPTIONS", "--enable-source-maps --require=/tmp/a.js", false),
            ("NODE_OPTIONS", "-r ./a.js", false),
            ("NODE_PATH", "/opt/nodejs/node_modules:/var/task/lib", true),
            ("NODE_PATH", "/opt/../tmp", false),
            ("PYTHONPATH", "/var/task/vendor", true),
            ("PYTHONPATH", "/var/task/vendor:", false),
            ("PYTHONPATH", "/optional", false),
            ("PYTHONSTARTUP", "/opt/a.py", false),
            ("PATH", "/opt/bin", false),
        ] {
            assert_eq!(refusal_reason(name, value).is_none(), taken, "{name}={value}");
        }
    }

    #[test]
    fn another_functions_variable_excuses_nothing() {
        let (_, errors) = with(&["shop-echo:LD_PRELOAD=x", "nobody:A=b"]);
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(
            errors[0].ends_with("\n  --env shop-open:LD_PRELOAD=VALUE"),
            "{errors:?}"
        );
        assert!(errors[1].starts_with("unknown function `nobody`"), "{errors:?}");
    }

    #[test]
    fn an_invalid_variable_is_refused() {
        for text in [
            "", "A", "=b", "open:=b", ":A=b", "open:A", "a b=c", "1A=b", "a:b:C=d",
        ] {
            let error = text.parse::<Variable>().unwrap_err();
            assert_eq!(
                error,
                format!("`{text}` must have the form `NAME=VALUE` or `FUNCTION:NAME=VALUE`")
            );
        }
        for text in ["AWS_REGION=x", "open:_HANDLER=x", "AWS_ACCESS_KEY_ID=x"] {
            assert!(
                text.parse::<Variable>()
                    .unwrap_err()
                    .contains("Lambda sets it itself"),
                "{text}"
            );
        }
    }
}
