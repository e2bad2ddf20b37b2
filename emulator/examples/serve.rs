//! The data plane alone, without the command line: `serve STATE ROOT WORK PORT [ISSUER=JWKS]…`. Port 0 chooses a free
//! one. `PORTCULLIS_TEST_AWS` names the emulated AWS that sends events. Tests run it as a process of its own, because
//! signals and the end of children belong to processes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portcullis_emulator::data_plane::{EmulatedAws, KeySource, Options, serve};

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().with_context(|| format!("{name} is missing"));
    let (state, root, work) = (next("STATE")?, next("ROOT")?, next("WORK")?);
    let port = next("PORT")?.parse().context("PORT is no port")?;
    let jwks = arguments.map(|argument| {
        let (issuer, source) = argument.split_once('=').context("a JWKS is `ISSUER=FILE|URL`")?;
        Ok((
            issuer.to_owned(),
            source.parse::<KeySource>().map_err(anyhow::Error::msg)?,
        ))
    });
    let options = Options {
        state: PathBuf::from(state),
        api: None,
        stage: None,
        root: PathBuf::from(root),
        functions: BTreeMap::new(),
        runtimes: BTreeMap::new(),
        layers: BTreeMap::new(),
        variables: Vec::new(),
        jwks: jwks.collect::<Result<_>>()?,
        port: Some(port),
        emulated_aws: std::env::var("PORTCULLIS_TEST_AWS").ok().map(|url| EmulatedAws {
            url,
            access_key_id: "123456789012".to_owned(),
        }),
        clock: None,
        deployments: Path::new(&work).join("deployments"),
        work: PathBuf::from(work),
    };
    serve(options).await
}
