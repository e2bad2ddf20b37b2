//! Random changes of good tokens, and random tokens against the rules written a second time.

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Runtime;

use super::*;

/// Keys that were read once, for an authorizer of the first pool.
struct Bench {
    runtime: Runtime,
    ring: KeyRing,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        std::fs::write(&path, JWKS).unwrap();
        let keys = Arc::new(runtime.block_on(Keys::load(KeySource::File(path))).unwrap());
        let ring = [POOL, OTHER_POOL].map(|pool| (pool.to_owned(), keys.clone()));
        Self {
            runtime,
            ring: ring.into(),
            _folder: folder,
        }
    }

    fn admits(&self, authorizer: &Authorizer, token: &str, scopes: &[&str]) -> bool {
        let headers: Headers = [("Authorization", token)].into_iter().collect();
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
        let outcome = authorizer.authorize(&headers, &scopes, &self.ring, now);
        self.runtime.block_on(outcome).is_ok()
    }
}

/// Runs a property on so many random values; nothing of it is written to disk.
fn hold<Values: Strategy>(
    cases: u32,
    values: Values,
    test: impl Fn(Values::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config).run(&values, test).unwrap();
}

#[derive(Debug, Clone)]
enum Change {
    FlipBit(Index, u8),
    Put(Index, char),
    Remove(Index),
    Cut(Index),
    Repeat(Index, Index),
    /// A segment of another token in the place of one of its own.
    Splice(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(place, bit)| Change::FlipBit(place, bit)),
        (any::<Index>(), any::<char>()).prop_map(|(place, letter)| Change::Put(place, letter)),
        (any::<Index>(), select(vec!['.', '=', ' ', '-', '_', 'A']))
            .prop_map(|(place, letter)| Change::Put(place, letter)),
        any::<Index>().prop_map(Change::Remove),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Repeat(from, to)),
        (0..3_usize, 0..8_usize, 0..3_usize)
            .prop_map(|(own, token, other)| Change::Splice(own, token, other)),
    ]
}

fn apply(token: &mut Vec<u8>, change: &Change, tokens: &[String]) {
    let length = token.len() + 1;
    match change {
        Change::FlipBit(place, bit) => {
            let place = place.index(length);
            token
                .iter_mut()
                .skip(place)
                .take(1)
                .for_each(|byte| *byte ^= 1 << bit);
        }
        Change::Put(place, letter) => {
            let place = place.index(length);
            token.splice(place..place, letter.to_string().into_bytes());
        }
        Change::Remove(place) => {
            let place = place.index(length);
            token.splice(place..(place + 1).min(length - 1), []);
        }
        Change::Cut(place) => token.truncate(place.index(length)),
        Change::Repeat(from, to) => {
            let (from, to) = (from.index(length), to.index(length));
            let part = token[from.min(to)..from.max(to)].to_vec();
            token.splice(to..to, part);
        }
        Change::Splice(own, other, part) => {
            let part = tokens[other % tokens.len()]
                .split('.')
                .nth(*part)
                .unwrap()
                .as_bytes()
                .to_vec();
            let mut segments: Vec<Vec<u8>> = token.split(|byte| *byte == b'.').map(<[u8]>::to_vec).collect();
            let own = own % segments.len();
            segments[own] = part;
            *token = segments.join(&b'.');
        }
    }
}

#[test]
fn a_token_that_was_changed_is_admitted_only_if_it_is_a_good_one_again() {
    let bench = Bench::new();
    let second = |message: &str| signed(message, B, Algorithm::Rs256);
    let tokens = [
        id(),
        id().with(claim("sub", json!("another"))),
        id().with(header("kid", json!("b")))
            .with(|attempt| attempt.sign = second),
        id().with(header("typ", json!("JWT"))),
        access(),
        id().with(claim("iss", json!(OTHER_POOL))),
        id().with(claim("exp", json!(NOW - 1))),
        id().with(|attempt| attempt.sign = second),
    ]
    .map(|attempt| attempt.token());
    let authorizer = id().authorizer;
    let good: BTreeSet<&String> = tokens
        .iter()
        .filter(|token| bench.admits(&authorizer, token, &[]))
        .collect();
    assert_eq!(good.len(), 4);
    hold(
        3_000,
        (0..tokens.len(), vec(change(), 1..4)),
        |(token, changes)| {
            let mut bytes = tokens[token].clone().into_bytes();
            for change in &changes {
                apply(&mut bytes, change, &tokens);
            }
            // As the server reads header values.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let plain = text.trim_matches([' ', '\t']);
            let plain = plain.strip_prefix("Bearer ").unwrap_or(plain).to_owned();
            prop_assert_eq!(bench.admits(&authorizer, &text, &[]), good.contains(&plain));
            Ok(())
        },
    );
}

#[test]
fn no_text_at_all_is_admitted_or_a_panic() {
    let bench = Bench::new();
    let authorizer = id().authorizer;
    let segment = || {
        prop_oneof![
            vec(any::<u8>(), 0..64).prop_map(|bytes| encoded(&bytes)),
            "\\PC{0,40}",
            r#"[{}\[\]":,a-z0-9.\\]{0,60}"#.prop_map(|text| encoded(text.as_bytes())),
            Just(encoded(&id().header)),
            Just(encoded(&id().claims)),
        ]
    };
    hold(3_000, vec(segment(), 0..6), |segments| {
        prop_assert!(!bench.admits(&authorizer, &segments.join("."), &[]));
        Ok(())
    });
}

/// Claims in which most are good, so that what is wrong is one thing or two.
fn claims() -> impl Strategy<Value = Value> {
    let mostly = |good: Value, bad: Vec<Value>| prop_oneof![6 => Just(good), 1 => select(bad)];
    (
        mostly(
            json!(POOL),
            vec![
                json!(OTHER_POOL),
                json!(format!("{POOL}/")),
                json!([POOL]),
                json!(null),
            ],
        ),
        mostly(
            json!(NOW + 1),
            vec![
                json!(NOW),
                json!(NOW - 1),
                json!("9999999999"),
                json!(2e9),
                json!(i64::MAX),
            ],
        ),
        mostly(
            json!("absent"),
            vec![json!(NOW), json!(NOW + 1), json!("1"), json!(-1)],
        ),
        select(vec![
            json!("id"),
            json!("access"),
            json!("refresh"),
            json!(["id"]),
        ]),
        select(vec![
            json!("a/b c/d"),
            json!("c/d"),
            json!(""),
            json!("a/bc"),
            json!(["a/b"]),
        ]),
        select(vec![json!("one"), json!("two"), json!(["one"])]),
    )
        .prop_map(|(iss, exp, nbf, token_use, scope, aud)| {
            let mut claims = json!({
                "iss": iss, "exp": exp, "nbf": nbf, "token_use": token_use, "scope": scope, "aud": aud
            });
            claims
                .as_object_mut()
                .unwrap()
                .retain(|_, value| *value != "absent");
            claims
        })
}

/// The rules a second time, without reasons.
fn may_pass(claims: &Value, key_fits: bool, scopes: &[&str], strict: bool) -> bool {
    let whole = |name: &str| claims[name].as_i64().filter(|time| *time < 253_402_300_800);
    let granted: Vec<&str> = claims["scope"].as_str().unwrap_or("").split(' ').collect();
    key_fits
        && claims["iss"] == POOL
        && whole("exp").is_some_and(|exp| exp > NOW)
        && (claims.get("nbf").is_none() || whole("nbf").is_some_and(|nbf| nbf <= NOW))
        && claims["token_use"] == if scopes.is_empty() { "id" } else { "access" }
        && (scopes.is_empty() || scopes.iter().any(|scope| granted.contains(scope)))
        && (!strict || claims["aud"] == "one")
}

#[test]
fn random_claims_are_admitted_by_the_rules_alone() {
    let bench = Bench::new();
    let routes = select(vec![vec![], vec![], vec!["a/b"], vec!["x/y", "c/d"]]);
    let admitted = Cell::new(0);
    let cases = 400;
    let values = (claims(), 0..10_u8, routes, any::<bool>());
    hold(cases, values, |(claims, key, scopes, strict)| {
        // One in ten is signed with the key that it does not name.
        let key_fits = key > 0;
        let message = format!(
            "{}.{}",
            encoded(&id().header),
            encoded(claims.to_string().as_bytes())
        );
        let signature = signed(&message, if key_fits { A } else { B }, Algorithm::Rs256);
        let mut authorizer = id().authorizer;
        authorizer.audience = strict.then(|| Regex::new("^(?:one)$").unwrap());
        let expected = may_pass(&claims, key_fits, &scopes, strict);
        admitted.set(admitted.get() + u32::from(expected));
        let outcome = bench.admits(&authorizer, &format!("{message}.{signature}"), &scopes);
        prop_assert_eq!(outcome, expected);
        Ok(())
    });
    assert!(
        (1..cases).contains(&admitted.get()),
        "{} of {cases} are admitted",
        admitted.get()
    );
}
