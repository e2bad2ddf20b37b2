//! Values that were read, for some time.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::Secret;

/// The time for which a value is kept.
const KEPT: Duration = Duration::from_secs(300);

/// Values by name, with the time at which each was read.
pub(super) struct Cache(Mutex<BTreeMap<String, (Secret, Instant)>>);

impl Cache {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// A value that is not too old.
    pub(super) fn get(&self, name: &str, now: Instant) -> Option<Secret> {
        let values = self.values();
        let (secret, read_at) = values.get(name)?;
        (now.saturating_duration_since(*read_at) < KEPT).then(|| secret.clone())
    }

    pub(super) fn keep(&self, name: String, secret: Secret, now: Instant) {
        self.values().insert(name, (secret, now));
    }

    fn values(&self) -> MutexGuard<'_, BTreeMap<String, (Secret, Instant)>> {
        // A map is whole after each of these calls, whichever thread panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_for_five_minutes() {
        let (cache, start) = (Cache::new(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        let secret = |value: &str| Secret(value.into());
        assert_eq!(cache.get("ssm:a", start), None);
        cache.keep("ssm:a".into(), secret("one"), start);
        assert_eq!(cache.get("ssm:a", after(299)), Some(secret("one")));
        assert_eq!(cache.get("ssm:b", after(299)), None);
        assert_eq!(cache.get("ssm:a", after(300)), None);
        cache.keep("ssm:a".into(), secret("two"), after(300));
        assert_eq!(cache.get("ssm:a", after(599)), Some(secret("two")));
    }
}
