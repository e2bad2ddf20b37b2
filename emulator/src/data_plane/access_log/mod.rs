//! The access log of a stage: a line for each request, as the stage's format says.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>, which also says what API Gateway
//! does not log: requests that are too large, and those of an unknown stage.

mod format;
mod line;
mod trail;

pub use format::Format;
pub use line::line;
pub use trail::Trail;

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::api::Stage;
use super::function::log::Log;
use crate::capped_file::LIMIT;

/// The folder of access logs beside the logs of functions.
pub const FOLDER: &str = "access";

/// Access logs by stage.
pub type AccessLogs = BTreeMap<String, Arc<Log>>;

/// Opens the access logs of stages in a folder of logs, and keeps those that are open.
pub fn open(
    stages: &BTreeMap<String, Stage>,
    logs: &Path,
    previous: Option<&AccessLogs>,
) -> Result<AccessLogs> {
    let mut opened = AccessLogs::new();
    for (name, _) in stages.iter().filter(|(_, stage)| stage.access_log.is_some()) {
        let log = match previous.and_then(|previous| previous.get(name)) {
            Some(log) => log.clone(),
            None => {
                let folder = logs.join(FOLDER);
                let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
                made.with_context(|| format!("can't create `{}`", folder.display()))?;
                Arc::new(Log::open(folder.join(format!("{name}.log")), LIMIT)?)
            }
        };
        opened.insert(name.clone(), log);
    }
    Ok(opened)
}
