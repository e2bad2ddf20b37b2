use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::folder::read;
use super::*;
use portcullis_test_support::in_time::InTime;

const LIMIT: Duration = Duration::from_secs(10);

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

/// Prints a ready line with its pid, another at each SIGHUP, and ends at SIGTERM.
const SERVICE: &str = r#"
    count=0
    trap 'count=$((count+1)); echo "{\"ready\":true,\"pid\":$$,\"count\":$count}"' HUP
    trap 'exit 0' TERM
    echo "{\"ready\":true,\"pid\":$$,\"count\":0}"
    while :; do sleep 0.05 </dev/null; done"#;

fn background() -> (tempfile::TempDir, Background) {
    let folder = tempfile::tempdir().unwrap();
    let background = Background::new(folder.path().join("local/service"));
    (folder, background)
}

#[test]
fn a_process_is_started_found_reloaded_and_stopped() {
    let (_folder, background) = background();
    assert_eq!(background.status().unwrap(), Status::Stopped);
    let started = background.start(shell(SERVICE), LIMIT).unwrap();
    assert!(started.fresh);
    let pid = started.ready["pid"]
        .as_u64()
        .map(|pid| u32::try_from(pid).unwrap());
    assert_eq!(
        background.status().unwrap(),
        Status::Running {
            pid,
            ready: Some(started.ready.clone())
        }
    );

    let again = background.start(shell("exit 9"), LIMIT).unwrap();
    assert_eq!(
        again,
        Started {
            ready: started.ready,
            fresh: false
        }
    );

    assert_eq!(background.reload(LIMIT).unwrap()["count"], 1);
    assert_eq!(background.reload(LIMIT).unwrap()["count"], 2);
    assert!(background.stop(LIMIT).unwrap());
    assert_eq!(background.status().unwrap(), Status::Stopped);
    assert!(!background.stop(LIMIT).unwrap());
}

#[test]
fn of_starters_at_once_one_wins_and_all_get_its_ready_line() {
    let (_folder, background) = background();
    let started: Vec<_> = std::thread::scope(|scope| {
        let starters: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| background.start(shell(SERVICE), LIMIT).unwrap()))
            .collect();
        starters
            .into_iter()
            .map(|starter| starter.join().unwrap())
            .collect()
    });
    background.stop(LIMIT).unwrap();
    assert_eq!(started.iter().filter(|started| started.fresh).count(), 1);
    assert!(started.iter().all(|one| one.ready == started[0].ready));
}

#[test]
fn a_killed_process_is_seen_as_stopped_and_its_pid_is_not_believed() {
    let (_folder, background) = background();
    let started = background.start(shell(SERVICE), LIMIT).unwrap();
    let pid = i32::try_from(started.ready["pid"].as_i64().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    while background.folder.is_held().unwrap() {
        sleep(POLL);
    }
    assert_eq!(background.status().unwrap(), Status::Stopped);
    // A bystander whose pid the file names survives a stop.
    let mut bystander = Command::new("sleep").arg("60").spawn().unwrap();
    std::fs::write(background.folder.lock(), bystander.id().to_string()).unwrap();
    assert!(!background.stop(LIMIT).unwrap());
    assert!(background.reload(LIMIT).is_err());
    assert!(bystander.try_wait().unwrap().is_none());
    bystander.kill().unwrap();
    bystander.wait_in_time().unwrap();
}

#[test]
fn one_that_ignores_sigterm_is_killed_after_the_limit() {
    let (_folder, background) = background();
    let stubborn = r#"trap '' TERM; echo '{"ready":true}'; while :; do sleep 0.05 </dev/null; done"#;
    background.start(shell(stubborn), LIMIT).unwrap();
    assert!(background.stop(Duration::from_millis(200)).unwrap());
    assert_eq!(background.status().unwrap(), Status::Stopped);
}

#[test]
fn a_failed_start_reports_the_end_of_the_log_and_its_path() {
    let (_folder, background) = background();
    let script = "for i in $(seq 30); do echo line $i >&2; done; exit 7";
    let error = format!("{:#}", background.start(shell(script), LIMIT).unwrap_err());
    assert!(
        error.starts_with("the process ended with exit status: 7 before it was ready"),
        "{error}"
    );
    assert!(error.contains(&background.log().display().to_string()), "{error}");
    assert!(
        error.contains("ends with\nline 11\n") && error.ends_with("line 30"),
        "{error}"
    );
    assert_eq!(background.status().unwrap(), Status::Stopped);
}

#[test]
fn one_that_says_why_it_is_not_ready_is_quoted() {
    let (_folder, background) = background();
    let script = r#"echo '{"ready":false,"error":"the port is taken"}'; sleep 60 </dev/null"#;
    let error = format!("{:#}", background.start(shell(script), LIMIT).unwrap_err());
    assert!(error.starts_with("the port is taken\n"), "{error}");
}

#[test]
fn one_that_is_not_ready_in_time_is_killed() {
    let (_folder, background) = background();
    let error = background
        .start(shell("exec sleep 60"), Duration::from_millis(200))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the process was not ready within 0 s"),
        "{error}"
    );
    assert_eq!(background.status().unwrap(), Status::Stopped);
}

#[test]
fn a_missing_program_is_named_and_leaves_no_lock() {
    let (_folder, background) = background();
    let error = background
        .start(Command::new("no-such-program"), LIMIT)
        .unwrap_err();
    assert_eq!(error.to_string(), "can't start `no-such-program`");
    assert_eq!(background.status().unwrap(), Status::Stopped);
}

#[test]
fn the_log_of_the_run_before_is_kept() {
    let (_folder, background) = background();
    for word in ["first", "second"] {
        background
            .start(shell(&format!("echo {word} >&2; {SERVICE}")), LIMIT)
            .unwrap();
        background.stop(LIMIT).unwrap();
    }
    assert_eq!(read(&background.log()).unwrap(), "second\n");
    assert_eq!(
        read(&background.folder.0.join("log.previous")).unwrap(),
        "first\n"
    );
}

#[test]
fn its_files_are_its_owners_alone() {
    let (_folder, background) = background();
    background.start(shell(SERVICE), LIMIT).unwrap();
    background.stop(LIMIT).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&background.folder.0), 0o700);
    for file in std::fs::read_dir(&background.folder.0).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn asking_about_what_never_ran_leaves_nothing_behind() {
    let (_folder, background) = background();
    assert_eq!(background.status().unwrap(), Status::Stopped);
    assert!(!background.stop(LIMIT).unwrap());
    assert_eq!(
        background.reload(LIMIT).unwrap_err().to_string(),
        format!(
            "can't reload: no process holds `{}`",
            background.folder.lock().display()
        )
    );
    assert!(!background.folder.0.exists());
}

#[test]
fn it_is_a_process_group_of_its_own() {
    let (_folder, background) = background();
    let started = background.start(shell(SERVICE), LIMIT).unwrap();
    let pid = Pid::from_raw(i32::try_from(started.ready["pid"].as_i64().unwrap()).unwrap()).unwrap();
    assert_eq!(rustix::process::getpgid(Some(pid)).unwrap(), pid);
    background.stop(LIMIT).unwrap();
}
