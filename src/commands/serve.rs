//! `portcullis serve`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use portcullis_local::data_plane::{self, Mistake, Options};

use crate::cli::Serve;
use crate::failure::{Failure, OrFail, Outcome};
use crate::talk;

/// Serves an applied state in the foreground until it is told to stop.
pub fn run(options: Serve) -> Outcome {
    // Code is unpacked and run there, so nobody else may write to it; it goes when we end.
    let temporary = tempfile::Builder::new()
        .prefix("portcullis-")
        .tempdir()
        .or_tool()?;
    let mut jwks = BTreeMap::new();
    for (issuer, place) in pairs(&options.jwks, "ISSUER=FILE|URL")? {
        jwks.insert(issuer, place.parse().or_input()?);
    }
    let functions = pairs(&options.function, "NAME=PATH")?;
    let options = Options {
        state: options.state,
        api: options.api,
        root: options.root,
        functions: functions
            .into_iter()
            .map(|(name, path)| (name, PathBuf::from(path)))
            .collect(),
        jwks,
        port: options.port,
        deployments: deployments(options.work.as_deref(), temporary.path()),
        work: options.work.unwrap_or_else(|| temporary.path().to_path_buf()),
    };
    let served = runtime()?.block_on(data_plane::serve(options));
    served.map_err(|error| match error.is::<Mistake>() {
        true => Failure::input(error),
        false => Failure::tool(error),
    })
}

/// Where what deployments froze is kept: in the folder that was named, else with the user's state, because the next
/// start must know it. Source of the place: <https://specifications.freedesktop.org/basedir/latest/>.
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
            talk::warn("HOME is not set: what a deployment froze is forgotten when this ends");
            temporary.join(NAME)
        }
    }
}

/// Arguments of the form `NAME=VALUE`; `form` is what messages call it.
fn pairs(given: &[String], form: &str) -> Outcome<Vec<(String, String)>> {
    given
        .iter()
        .map(|pair| {
            pair.split_once('=')
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .ok_or_else(|| Failure::input(format!("`{pair}` is not `{form}`")))
        })
        .collect()
}

/// The runtime of the servers, with a log on stderr that `RUST_LOG` tunes.
pub fn runtime() -> Outcome<tokio::runtime::Runtime> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(crate::talk::colour())
        .init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .or_tool()
}
