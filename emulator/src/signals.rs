//! Signals that we were started to ignore, as `nohup` and shell scripts with `&` do.
//!
//! A program inherits what is ignored, and shells cannot even undo that: nothing that we start would hear of SIGHUP or
//! SIGINT. A signal with a handler, though, is at its default in a new program. So what is ignored gets a handler that
//! does nothing, which is the same to us.

use std::process::{Command, Stdio};
use std::sync::{Once, OnceLock};

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

/// The signals that we were started to ignore.
#[derive(Debug, Clone, Copy)]
pub struct Ignored {
    /// SIGHUP: `nohup` ignores it.
    pub hangup: bool,
    /// SIGINT: shell scripts ignore it in programs that they start with `&`.
    pub interrupt: bool,
}

/// Returns the signals that we were started to ignore. It looks once: a handler of ours would hide them.
///
/// # Errors
/// If `/bin/sh` can't be started.
pub fn ignored() -> Result<Ignored> {
    static IGNORED: OnceLock<Ignored> = OnceLock::new();
    if let Some(ignored) = IGNORED.get() {
        return Ok(*ignored);
    }
    let found = Ignored {
        hangup: is_ignored("HUP")?,
        interrupt: is_ignored("INT")?,
    };
    Ok(*IGNORED.get_or_init(|| found))
}

/// From now on, programs that we start have the default of every signal that we ignore.
///
/// # Errors
/// If `/bin/sh` can't be started, or a handler can't be installed.
pub fn default_for_children() -> Result<()> {
    static ONCE: Once = Once::new();
    let mut done = Ok(());
    ONCE.call_once(|| done = handle_ignored());
    done
}

fn handle_ignored() -> Result<()> {
    let Ignored { hangup, interrupt } = ignored()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .context("can't listen for signals")?;
    let _context = runtime.enter();
    for (ignored, kind) in [
        (hangup, SignalKind::hangup()),
        (interrupt, SignalKind::interrupt()),
    ] {
        if ignored {
            // The handler stays when what it is for is dropped.
            drop(signal(kind).context("can't listen for a signal")?);
        }
    }
    Ok(())
}

/// Returns whether a shell that we start survives a signal.
fn is_ignored(name: &str) -> Result<bool> {
    let survived = Command::new("/bin/sh")
        .args(["-c", &format!("kill -s {name} $$; exit 0")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("can't start `/bin/sh`")?;
    Ok(survived.success())
}

#[cfg(test)]
mod tests {
    use rustix::process::{Signal, getpid, kill_process};

    use super::*;
    use portcullis_test_support::ignored_signals;

    /// This very test, in a process that was started to ignore both signals.
    #[test]
    fn what_we_ignore_is_at_its_default_in_what_we_start() {
        if !ignored_signals::are_ignored_in(
            "signals::tests::what_we_ignore_is_at_its_default_in_what_we_start",
        ) {
            return;
        }
        let ignored = || ["HUP", "INT"].map(|name| is_ignored(name).unwrap());
        assert_eq!(ignored(), [true, true]);
        default_for_children().unwrap();
        assert_eq!(ignored(), [false, false]);
        for signal in [Signal::HUP, Signal::INT] {
            // We ourselves go on.
            kill_process(getpid(), signal).unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
