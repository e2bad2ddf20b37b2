//! A cache whose entries last until a time. An entry is known by the SHA-256 of its key, so no key is kept.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use sha2::{Digest, Sha256};

/// Entries that are kept at most. Of one too many, the one that would go first goes.
pub const CAPACITY: usize = 1_000;

/// Values that last until a time, each in Unix seconds.
pub struct Expiring<Value>(Mutex<Entries<Value>>);

type Entries<Value> = HashMap<[u8; 32], Entry<Value>>;

struct Entry<Value> {
    value: Value,
    since: i64,
    until: i64,
}

impl<Value> Entry<Value> {
    fn counts(&self, now: i64) -> bool {
        // A clock that was set back makes no entry last longer.
        (self.since..self.until).contains(&now)
    }
}

impl<Value> Default for Expiring<Value> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Value: Clone> Expiring<Value> {
    /// Returns the value of a key, if it lasts at the time `now`.
    pub fn get(&self, key: &str, now: i64) -> Option<Value> {
        let entries = self.entries();
        let entry = entries.get(&digest(key))?;
        entry.counts(now).then(|| entry.value.clone())
    }

    /// Keeps a value from the time `now` until before another one.
    pub fn keep(&self, key: &str, value: Value, now: i64, until: i64) {
        let since = now;
        let entry = Entry { value, since, until };
        if !entry.counts(now) {
            return;
        }
        let mut entries = self.entries();
        if entries.len() >= CAPACITY {
            entries.retain(|_, entry| entry.counts(now));
        }
        if entries.len() >= CAPACITY {
            let first = entries.iter().min_by_key(|(_, entry)| entry.until);
            if let Some(first) = first.map(|(digest, _)| *digest) {
                entries.remove(&first);
            }
        }
        entries.insert(digest(key), entry);
    }

    fn entries(&self) -> MutexGuard<'_, Entries<Value>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.entries().len()
    }
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_lasts_from_its_beginning_to_its_end() {
        let kept = Expiring::default();
        kept.keep("a", 1, 10, 20);
        assert_eq!(
            [9, 10, 19, 20].map(|now| kept.get("a", now)),
            [None, Some(1), Some(1), None]
        );
        assert_eq!(kept.get("b", 10), None);
        kept.keep("b", 2, 10, 10);
        assert_eq!(kept.len(), 1, "what never lasts is not kept");
    }

    #[test]
    fn it_holds_so_many_entries_and_lets_the_one_go_that_ends_first() {
        let kept = Expiring::default();
        for number in 0..=CAPACITY {
            kept.keep(&number.to_string(), number, 0, 100 + i64::from(number != 0));
        }
        assert_eq!(kept.len(), CAPACITY);
        assert_eq!((kept.get("0", 1), kept.get("1", 1)), (None, Some(1)));
        kept.keep("late", 0, 101, 200);
        assert_eq!(kept.len(), 1, "those that no longer last go first");
    }
}
