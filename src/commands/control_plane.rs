//! `portcullis control-plane`

use portcullis_emulator::control_plane::{self, Emulator, Options};

use crate::cli::ControlPlane;
use crate::commands::serve::runtime;
use crate::endpoint::access_key_id;
use crate::failure::{Failure, OrFail, Outcome};

/// Runs the emulated control plane in the foreground until a signal ends it.
pub fn run(options: ControlPlane) -> Outcome {
    let emulator = match (options.python.zip(options.work), options.upstream) {
        (Some((python, work)), None) => Emulator::Moto { python, work },
        (None, Some(url)) => Emulator::Upstream {
            url,
            access_key_id: access_key_id(),
            region: options.region.unwrap_or_default(),
        },
        _ => {
            return Err(Failure::input(
                "exactly one of `--python` and `--upstream` must be set",
            ));
        }
    };
    let log = options.log;
    let options = Options {
        emulator,
        port: options.port,
        mails: options.mails,
    };
    runtime(log)?.block_on(control_plane::run(options)).or_tool()
}
