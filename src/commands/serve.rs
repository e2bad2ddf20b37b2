//! `portcullis serve`

use std::collections::BTreeMap;
use std::path::PathBuf;

use portcullis_local::data_plane::{self, Mistake, Options};

use crate::cli::Serve;
use crate::failure::{Failure, OrFail, Outcome};

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
        work: options.work.unwrap_or_else(|| temporary.path().to_path_buf()),
    };
    let served = runtime()?.block_on(data_plane::serve(options));
    served.map_err(|error| match error.is::<Mistake>() {
        true => Failure::input(error),
        false => Failure::tool(error),
    })
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
