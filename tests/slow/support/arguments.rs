//! Watches the arguments of every process, which each user of a machine can read.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::processes;

/// Runs something that returns secrets. It fails if a secret was an argument of a process meanwhile, except for scripts
/// that got it as an argument.
pub fn watching_arguments<T>(work: impl FnOnce() -> (T, Vec<String>)) -> (T, Vec<String>) {
    let done = AtomicBool::new(false);
    let (result, seen) = thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                seen.extend(processes().map(|(_, arguments)| arguments));
                thread::sleep(Duration::from_millis(2));
            }
            seen
        });
        // Also when the work fails, or the scope would wait for ever.
        struct Finish<'a>(&'a AtomicBool);
        impl Drop for Finish<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let finish = Finish(&done);
        let result = work();
        drop(finish);
        (result, watcher.join().unwrap())
    });
    assert!(
        seen.iter()
            .any(|arguments| arguments.contains("respond-to-auth-challenge"))
    );
    for arguments in seen
        .iter()
        .filter(|arguments| !arguments.contains("scripts/login"))
    {
        for secret in &result.1 {
            assert!(!arguments.contains(secret), "an argument in `{arguments}`");
        }
    }
    result
}
