//! `portcullis serve`

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use portcullis_emulator::capped_file::{CappedFile, LIMIT};
use portcullis_emulator::data_plane::{self, EmulatedAws, InputError, Options, Variable};
use portcullis_foreign_text::printable::{code, line};
use tracing::field::Field;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::cli::Serve;
use crate::endpoint::access_key_id;
use crate::failure::{Failure, OrFail, Outcome};
use crate::talk;

/// Serves an applied state in the foreground until a signal ends it.
pub fn run(options: Serve) -> Outcome {
    // Code is unpacked and run there, so no other user may write to it. It is deleted at the end.
    let temporary = tempfile::Builder::new()
        .prefix("portcullis-")
        .tempdir()
        .or_tool()?;
    let mut jwks = BTreeMap::new();
    for (issuer, place) in pairs(&options.jwks, "ISSUER=FILE|URL")? {
        jwks.insert(issuer, place.parse().or_input()?);
    }
    let paths = |given: &[String], form: &str| -> Outcome<BTreeMap<String, PathBuf>> {
        let pairs = pairs(given, form)?.into_iter();
        Ok(pairs.map(|(name, path)| (name, PathBuf::from(path))).collect())
    };
    let functions = paths(&options.function, "NAME=PATH")?;
    let layers = paths(&options.layer, "NAME=PATH")?;
    let runtimes = paths(&options.runtime, "RUNTIME=PATH")?;
    let variables = options.env.iter().map(|text| {
        let variable = text.parse::<Variable>().map_err(Failure::input);
        variable.map_err(|failure| {
            failure.help("write `--env TABLE=orders`, or `--env orders:TABLE=orders` for one function")
        })
    });
    let log = options.log;
    let options = Options {
        state: options.state,
        api: options.api,
        stage: options.stage,
        root: options.root,
        functions,
        runtimes,
        layers,
        variables: variables.collect::<Outcome<_>>()?,
        jwks,
        port: options.port,
        emulated_aws: options.endpoint.map(|url| EmulatedAws {
            url,
            access_key_id: access_key_id(),
        }),
        clock: options.clock,
        deployments: deployments(options.work.as_deref(), temporary.path()),
        work: options.work.unwrap_or_else(|| temporary.path().to_path_buf()),
    };
    let served = runtime(log)?.block_on(data_plane::serve(options));
    served.map_err(|error| match error.is::<InputError>() {
        true => Failure::input(error),
        false => Failure::tool(error),
    })
}

/// Returns the folder for snapshots of deployments: in `--work`, or else with the user's state, because the next start
/// needs them. Source of the place: <https://specifications.freedesktop.org/basedir/latest/>.
fn deployments(work: Option<&Path>, temporary: &Path) -> PathBuf {
    const NAME: &str = "deployments";
    let absolute = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    match (work, state) {
        (Some(work), _) => work.join(NAME),
        (None, Some(state)) => state.join("portcullis").join(NAME),
        (None, None) => {
            talk::warn("missing HOME: snapshots of deployments are lost when this command ends");
            temporary.join(NAME)
        }
    }
}

/// Splits arguments of the form `NAME=VALUE`. Messages show `form`.
fn pairs(given: &[String], form: &str) -> Outcome<Vec<(String, String)>> {
    given
        .iter()
        .map(|pair| {
            pair.split_once('=')
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .ok_or_else(|| Failure::input(format!("{} must have the form `{form}`", code(pair))))
        })
        .collect()
}

/// Starts the runtime of the servers, with a log that `RUST_LOG` tunes: a capped file, or stderr. An event is one line
/// even if it contains text of a request, a state or a function.
pub fn runtime(log: Option<PathBuf>) -> Outcome<tokio::runtime::Runtime> {
    let log = match log {
        Some(path) => BoxMakeWriter::new(Mutex::new(CappedFile::open(path, LIMIT).or_input()?)),
        None => BoxMakeWriter::new(std::io::stderr),
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(log)
        .with_ansi(crate::talk::colour())
        .fmt_fields(debug_fn(write_field).delimited(" "))
        .init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .or_tool()
}

fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    let value = line(&format!("{value:?}"));
    match field.name() {
        "message" => write!(writer, "{value}"),
        name => write!(writer, "{}={value}", name.trim_start_matches("r#")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_event_is_one_line_that_moves_no_cursor() {
        let mut written = tempfile::tempfile().unwrap();
        let log = tracing_subscriber::fmt()
            .without_time()
            .with_ansi(false)
            .with_writer(Arc::new(written.try_clone().unwrap()))
            .fmt_fields(debug_fn(write_field).delimited(" "))
            .finish();
        let foreign = "a\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\nINFO b";
        tracing::subscriber::with_default(log, || {
            tracing::info!(foreign, shown = %foreign, "`GET /` of {foreign}");
        });
        let escaped = r"a\u001B]0;x\u0007\u009B2J\u202E\u000AINFO b";
        let mut line = String::new();
        written.rewind().unwrap();
        written.read_to_string(&mut line).unwrap();
        assert!(
            line.ends_with(&format!(
                "`GET /` of {escaped} foreign={:?} shown={escaped}\n",
                foreign
            )),
            "{line}"
        );
        assert_eq!(line.lines().count(), 1);
    }
}
