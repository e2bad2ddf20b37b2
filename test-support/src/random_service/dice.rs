//! Random decisions that follow from a seed, and TOML of them.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use toml::{Table, Value};

/// The account of every environment and ARN.
pub(super) const ACCOUNT: &str = "123456789012";

/// A source of random decisions.
pub(super) struct Dice(TestRunner);

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self(TestRunner::new_with_rng(ProptestConfig::default(), rng))
    }

    pub(super) fn sample<T: std::fmt::Debug>(&mut self, strategy: impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.sample(0..100u32) < percent
    }

    pub(super) fn number(&mut self, least: u32, most: u32) -> Value {
        self.sample(least..=most).into()
    }

    pub(super) fn flag(&mut self) -> Value {
        self.sample(any::<bool>()).into()
    }

    pub(super) fn one<T: Copy + std::fmt::Debug + 'static>(&mut self, of: &[T]) -> T {
        self.sample(prop::sample::select(of.to_vec()))
    }

    /// One or more of these words.
    pub(super) fn some(&mut self, of: &[&'static str]) -> Vec<&'static str> {
        self.sample(prop::sample::subsequence(of.to_vec(), 1..=of.len()))
    }

    /// Sets a key with this chance.
    pub(super) fn maybe(
        &mut self,
        table: &mut Table,
        key: &str,
        percent: u32,
        value: impl FnOnce(&mut Self) -> Value,
    ) {
        if self.chance(percent) {
            let value = value(self);
            table.insert(key.into(), value);
        }
    }
}

pub(super) fn table<const N: usize>(keys: [(&str, Value); N]) -> Value {
    let keys = keys.into_iter().map(|(key, value)| (key.to_owned(), value));
    Value::Table(keys.collect())
}

pub(super) fn words(words: Vec<&str>) -> Value {
    Value::Array(words.into_iter().map(Value::from).collect())
}

pub(super) fn kms_key(key: char) -> Value {
    format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-12345678900{key}").into()
}
