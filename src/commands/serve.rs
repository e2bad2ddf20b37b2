//! `portcullis serve`

use std::collections::BTreeMap;
use std::path::PathBuf;

use portcullis_local::data_plane::{self, KeySource, Options};

use crate::cli::Serve;
use crate::failure::{Failure, OrFail, Outcome};

/// Serves an applied state in the foreground until it is told to stop.
pub fn run(options: Serve) -> Outcome {
    let pairs = |given: &[String], what: &str| -> Outcome<BTreeMap<String, String>> {
        given
            .iter()
            .map(|pair| {
                pair.split_once('=')
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .ok_or_else(|| Failure::input(format!("`{pair}` is not `{what}`")))
            })
            .collect()
    };
    let functions = pairs(&options.function, "NAME=PATH")?;
    let jwks = pairs(&options.jwks, "ISSUER=FILE|URL")?;
    let work = options
        .work
        .unwrap_or_else(|| std::env::temp_dir().join(format!("portcullis-{}", std::process::id())));
    let options = Options {
        state: options.state,
        root: options.root,
        functions: functions
            .into_iter()
            .map(|(name, path)| (name, PathBuf::from(path)))
            .collect(),
        jwks: jwks
            .into_iter()
            .map(|(issuer, place)| {
                let is_url = place.starts_with("http://") || place.starts_with("https://");
                (
                    issuer,
                    if is_url {
                        KeySource::Url(place)
                    } else {
                        KeySource::File(place.into())
                    },
                )
            })
            .collect(),
        port: options.port,
        work,
    };
    runtime()?.block_on(data_plane::serve(options)).or_tool()
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
