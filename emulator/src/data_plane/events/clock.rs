//! Schedules by the clock.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portcullis_foreign_text::printable::code;
use time::OffsetDateTime;
use tokio::time::sleep;

use super::sources::Schedule;
use super::{Context, inbox};

/// Interval of looks.
const LOOK: Duration = Duration::from_secs(1);

/// A schedule's next time.
struct Next {
    since: OffsetDateTime,
    at: Option<OffsetDateTime>,
}

/// Runs schedules when their time has come, until the task is dropped. While the clock stands, times pass by.
pub async fn run(context: Arc<Context>) {
    let mut known: BTreeMap<(String, String), Next> = BTreeMap::new();
    loop {
        let now = OffsetDateTime::now_utc();
        let gateway = context.gateway();
        let schedules = &gateway.events.schedules;
        let key = |schedule: &Schedule| (schedule.address.clone(), schedule.text.clone());
        known.retain(|known, _| schedules.iter().any(|schedule| key(schedule) == *known));
        for schedule in schedules.iter().filter(|schedule| schedule.enabled) {
            let next = known.entry(key(schedule)).or_insert_with(|| Next {
                since: now,
                at: schedule.expression.next(now, now),
            });
            let Some(due) = next.at.filter(|at| *at <= now) else {
                continue;
            };
            next.at = schedule.expression.next(next.since, now);
            if context.clock.as_deref().is_none_or(is_locked) {
                tracing::info!("schedule {} runs", code(&schedule.address));
                for target in &schedule.targets {
                    let payload = target.scheduled(&schedule.arn, due);
                    inbox::send(&context, target, &schedule.arn.text, payload);
                }
            }
        }
        drop(gateway);
        sleep(LOOK).await;
    }
}

/// Returns whether a process holds the lock of a file.
fn is_locked(path: &Path) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}
