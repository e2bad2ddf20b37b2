//! Ends the functions' processes when the data plane dies without a chance to do it.
//!
//! An idle process ends by itself, because its Runtime API is gone, but a busy process would go on. So a shell waits on
//! a pipe that only the data plane holds open. It reads the number of each process group that begins or ends. When the
//! pipe closes, it kills the groups that are left. The pipe closes even if the data plane is killed.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result};

const SCRIPT: &str = r#"
groups=' '
while read -r change group; do
    case $change in
        begins) groups="$groups$group " ;;
        ends) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
    esac
done
for group in $groups; do
    kill -s KILL -- "-$group" 2>/dev/null
done
"#;

/// The shell, as long as this is held.
pub struct Guardian {
    changes: Mutex<ChildStdin>,
}

impl Guardian {
    /// Starts the shell in a process group of its own, so that a Ctrl-C in the terminal does not reach it.
    pub fn start() -> Result<Self> {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("can't start `/bin/sh`, which ends the functions' processes")?;
        let changes = shell.stdin.take().context("the shell has no stdin")?;
        // It ends when the pipe closes; a thread is there to reap it then.
        std::thread::spawn(move || shell.wait());
        Ok(Self {
            changes: Mutex::new(changes),
        })
    }

    /// A process group is there.
    pub fn begins(&self, group: i32) {
        self.tell(&format!("begins {group}\n"));
    }

    /// It is gone.
    pub fn ends(&self, group: i32) {
        self.tell(&format!("ends {group}\n"));
    }

    fn tell(&self, line: &str) {
        let mut changes = self
            .changes
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Err(error) = changes.write_all(line.as_bytes()) {
            tracing::warn!("if the data plane crashes, processes of functions may keep running: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_test_support::in_time::InTime;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Child;
    use std::time::Duration;

    fn sleeper() -> (Child, i32) {
        let child = Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
        let group = i32::try_from(child.id()).unwrap();
        (child, group)
    }

    #[test]
    fn groups_that_are_left_are_killed_when_it_is_gone_and_others_are_not() {
        let guardian = Guardian::start().unwrap();
        let mut sleepers: Vec<(Child, i32)> = (0..4).map(|_| sleeper()).collect();
        sleepers.iter().for_each(|(_, group)| guardian.begins(*group));
        guardian.ends(sleepers[1].1);
        guardian.ends(sleepers[3].1);
        std::thread::sleep(Duration::from_millis(50));
        assert!(
            sleepers
                .iter_mut()
                .all(|(child, _)| child.try_wait().unwrap().is_none()),
            "while it is there"
        );
        drop(guardian);
        for (index, (child, _)) in sleepers.iter_mut().enumerate() {
            if index % 2 == 1 {
                assert!(child.try_wait().unwrap().is_none());
                child.kill().unwrap();
            }
            assert_eq!(child.wait_in_time().unwrap().signal(), Some(9));
        }
    }
}
