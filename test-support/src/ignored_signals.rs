//! A test that runs again in a process that was started to ignore SIGHUP and SIGINT, as `nohup` starts one.

use std::process::Command;

use crate::in_time::InTime;

/// Returns whether this is the process that ignores both signals. In the other one it runs the test, named by its path, in
/// such a process, and fails if that fails.
pub fn are_ignored_in(test: &str) -> bool {
    const AGAIN: &str = "PORTCULLIS_TEST_IGNORES_SIGNALS";
    if std::env::var_os(AGAIN).is_some() {
        return true;
    }
    let mut ignoring = Command::new("/bin/sh");
    ignoring
        .args(["-c", r#"trap '' HUP INT; exec "$@""#, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(AGAIN, "1");
    let output = ignoring.output_in_time().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{output:?}"
    );
    false
}
