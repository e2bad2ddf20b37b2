//! `portcullis control-plane`

use portcullis_local::control_plane::{self, Options};

use crate::cli::ControlPlane;
use crate::commands::serve::runtime;
use crate::failure::{Failure, OrFail, Outcome};

/// Runs the emulated control plane in the foreground until it is told to stop.
pub fn run(options: ControlPlane) -> Outcome {
    let python = options
        .python
        .ok_or_else(|| Failure::input("`--python` is needed"))?;
    let options = Options {
        python,
        port: options.port,
        invitations: options.invitations,
    };
    runtime()?.block_on(control_plane::run(options)).or_tool()
}
