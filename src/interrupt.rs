//! Ctrl-C while Terraform works.
//!
//! Terraform, when it is interrupted, ends what it has begun and saves its state. It needs us alive for that, because
//! it writes to a pipe that we read: so a signal is passed on to it, and it is waited for. It runs in a process group
//! of its own, so that a terminal's Ctrl-C reaches it once: at the second one it would give up its state.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use portcullis_emulator::signals;
use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

use crate::talk;

/// The Terraform that works, if one does.
static WORKING: Mutex<Option<Pid>> = Mutex::new(None);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// A signal ends us well, and its last step is at work.
static ENDING: AtomicBool = AtomicBool::new(false);
/// The last step of a command that a signal ends well, while no Terraform works.
static FAREWELL: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();

/// As long as it lives, signals to us are passed on. Dropped once the program has been waited for.
pub struct Guard(());

impl Drop for Guard {
    fn drop(&mut self) {
        *working() = None;
    }
}

/// Starts a program that is to end in its own time.
pub fn start(command: &mut Command) -> io::Result<(Guard, Child)> {
    listen()?;
    // Held during the start: a signal that comes now waits until the child can receive it.
    let mut working = working();
    let child = command.process_group(0).spawn()?;
    *working = Some(Pid::from_child(&child));
    Ok((Guard(()), child))
}

/// From now on a signal that comes while no Terraform works runs `farewell` and ends us as done.
pub fn end_well(farewell: impl Fn() + Send + Sync + 'static) -> io::Result<()> {
    _ = FAREWELL.set(Box::new(farewell));
    listen()
}

/// Waits for the end if a signal ends us well. The signal also reached the programs that we run, so their failures mean nothing.
/// The thread that hears signals may learn of one after we learn of such a failure, so it gets a moment.
pub fn wait_if_ending() {
    if FAREWELL.get().is_none() {
        return;
    }
    thread::sleep(Duration::from_millis(200));
    while ENDING.load(Ordering::Relaxed) {
        thread::park();
    }
}

/// Returns whether a signal was passed on.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

fn working() -> MutexGuard<'static, Option<Pid>> {
    WORKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the signals that ask us to end; while nothing works they do what they always did. A signal that we were
/// started to ignore, as under `nohup`, stays ignored.
fn listen() -> io::Result<()> {
    static LISTENING: OnceLock<()> = OnceLock::new();
    if LISTENING.get().is_some() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let ignored = signals::ignored().map_err(io::Error::other)?;
    let (mut interrupt, mut terminate, mut hangup) = {
        let _context = runtime.enter();
        let unless = |ignored: bool, kind| (!ignored).then(|| signal(kind)).transpose();
        (
            unless(ignored.interrupt, SignalKind::interrupt())?,
            unless(false, SignalKind::terminate())?,
            unless(ignored.hangup, SignalKind::hangup())?,
        )
    };
    thread::spawn(move || {
        runtime.block_on(async {
            loop {
                let number = tokio::select! {
                    () = next(&mut interrupt) => Signal::INT,
                    () = next(&mut terminate) => Signal::TERM,
                    () = next(&mut hangup) => Signal::HUP,
                };
                pass_on(number);
            }
        });
    });
    _ = LISTENING.set(());
    Ok(())
}

/// Waits for the next signal: for ever, if it is ignored.
async fn next(stream: &mut Option<Stream>) {
    match stream {
        Some(stream) => _ = stream.recv().await,
        None => std::future::pending().await,
    }
}

fn pass_on(signal: Signal) {
    let Some(pid) = *working() else {
        if let Some(farewell) = FAREWELL.get() {
            ENDING.store(true, Ordering::Relaxed);
            farewell();
            std::process::exit(0);
        }
        // The code by which shells report a signal.
        std::process::exit(128 + signal.as_raw());
    };
    if !INTERRUPTED.swap(true, Ordering::Relaxed) {
        talk::warn("interrupted: waiting for Terraform to finish its current work");
    }
    // It may have ended in this instant. The signal then has no receiver.
    _ = kill_process(pid, Signal::INT);
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    use portcullis_test_support::ignored_signals;
    use rustix::process::{getpid, kill_process_group};

    use super::*;

    /// This very test, in a process that was started to ignore both signals.
    #[test]
    fn signals_that_we_were_started_to_ignore_do_not_end_us() {
        if !ignored_signals::are_ignored_in(
            "interrupt::tests::signals_that_we_were_started_to_ignore_do_not_end_us",
        ) {
            return;
        }
        listen().unwrap();
        for signal in [Signal::HUP, Signal::INT] {
            kill_process(getpid(), signal).unwrap();
        }
        thread::sleep(Duration::from_millis(100));
    }

    /// A terminal's Ctrl-C also ends the programs that we run. The user does not read of their failure.
    #[test]
    fn a_signal_that_ends_us_well_is_not_a_failure_of_the_program_that_runs() {
        const AGAIN: &str = "PORTCULLIS_TEST_ENDS_WELL";
        if std::env::var_os(AGAIN).is_some() {
            end_well(|| ()).unwrap();
            println!("listening");
            while Command::new("true").status().unwrap().success() {}
            wait_if_ending();
            std::process::exit(2);
        }
        signals::default_for_children().unwrap();
        for _ in 0..30 {
            let mut program = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "--nocapture"])
                .arg("interrupt::tests::a_signal_that_ends_us_well_is_not_a_failure_of_the_program_that_runs")
                .env(AGAIN, "1")
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .process_group(0)
                .spawn()
                .unwrap();
            let mut said = BufReader::new(program.stdout.take().unwrap()).lines();
            assert!(said.any(|line| line.unwrap().contains("listening")));
            thread::sleep(Duration::from_millis(10));
            kill_process_group(Pid::from_child(&program), Signal::INT).unwrap();
            let output = program.wait_with_output().unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}
