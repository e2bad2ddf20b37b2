//! The memory of a process and its descendants, if the system reports it: Linux does in `/proc`.
//!
//! Lambda ends an environment that uses more than its setting. A limit of the kernel's would need privileges (a
//! control group) or count what is only reserved (`RLIMIT_AS`, `RLIMIT_DATA`), which stops runtimes that AWS runs. So
//! the resident memory is looked at while an invocation runs, and its peak when it ends, at most ten times a second:
//! the kernel takes as long to write `status` as the gateway for a tenth of a call.

use std::fs;
use std::time::{Duration, Instant};

/// Interval of measurements. Memory that a function uses only in between shows in its peak at the next one.
const INTERVAL: Duration = Duration::from_millis(100);

/// Waits until a process and its descendants use more than `limit` MB. It waits for ever if the system does not report
/// their memory.
pub async fn exceeded(process: u32, limit: u64) -> u64 {
    loop {
        tokio::time::sleep(INTERVAL).await;
        let used = used(process, 0).div_ceil(1024);
        if used > limit {
            return used;
        }
    }
}

/// The most memory that a process has used; what it started is not counted.
#[derive(Default)]
pub struct Peak {
    megabytes: Option<u64>,
    looked: Option<Instant>,
}

impl Peak {
    /// Returns the peak in MB, if the system reports it. A value counts for [`INTERVAL`], and the last one counts after
    /// the process ended.
    pub fn of(&mut self, process: Option<u32>) -> Option<u64> {
        if self.looked.is_none_or(|looked| looked.elapsed() > INTERVAL)
            && let Some(kilobytes) = process.and_then(|process| kilobytes(process, "VmHWM:"))
        {
            self.megabytes = Some(kilobytes.div_ceil(1024));
            self.looked = Some(Instant::now());
        }
        self.megabytes
    }
}

/// Returns the resident kilobytes of a process and its descendants. Real functions don't have so many generations.
fn used(process: u32, generation: u32) -> u64 {
    let own = kilobytes(process, "VmRSS:").unwrap_or_default();
    if generation == 8 {
        return own;
    }
    let threads = fs::read_dir(format!("/proc/{process}/task"));
    let children = threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|ids| {
            ids.split(' ')
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect();
    own + children
        .into_iter()
        .map(|child| used(child, generation + 1))
        .sum::<u64>()
}

fn kilobytes(process: u32, key: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_child_of_the_process_uses_counts() {
        let script = "python3 -c 'import sys; x = b\"x\" * (200 << 20); sys.stdin.read()'; true";
        let mut shell = tokio::process::Command::new("sh");
        let shell = shell.args(["-c", script]).stdin(std::process::Stdio::piped());
        let mut shell = shell.spawn().unwrap();
        let process = shell.id().unwrap();
        let exceeded = tokio::time::timeout(Duration::from_secs(20), exceeded(process, 150)).await;
        assert!(exceeded.unwrap() > 150);
        let mut peak = Peak::default();
        assert!(peak.of(Some(process)).unwrap() < 50, "the shell alone");
        drop(shell.stdin.take());
        let ended = tokio::time::timeout(Duration::from_secs(60), shell.wait()).await;
        ended.unwrap().unwrap();
        assert!(peak.of(None).is_some(), "it is known after its end");
    }
}
