//! Attacks, each one change away from an attempt that is admitted. A case asserts both, and what the log says.

use super::*;

mod checks;
mod field;
mod header;
mod issuer;
mod keys;
mod payload;
mod purpose;
mod shape;
mod signature;
mod time;

/// An attack, its admitted twin and what the log says of it.
struct Case {
    name: &'static str,
    twin: Attempt,
    attack: Attempt,
    reason: String,
}

fn case(name: &'static str, twin: Attempt, change: impl Fn(&mut Attempt), reason: impl Into<String>) -> Case {
    let attack = twin.clone().with(change);
    Case {
        name,
        twin,
        attack,
        reason: reason.into(),
    }
}

/// Changes what the header says, as text.
fn header_text(change: fn(&str) -> String) -> impl Fn(&mut Attempt) {
    move |attempt| {
        attempt.header = change(std::str::from_utf8(&attempt.header).unwrap()).into();
    }
}

/// Changes what the claims say, as text.
fn claims_text(change: fn(&str) -> String) -> impl Fn(&mut Attempt) {
    move |attempt| {
        attempt.claims = change(std::str::from_utf8(&attempt.claims).unwrap()).into();
    }
}

fn edit(change: fn(&str) -> String) -> impl Fn(&mut Attempt) {
    move |attempt| attempt.edit = change
}

fn segments(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// Holds every case of a group, and names those that fail.
async fn hold(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for case in &cases {
        if let Err(why) = held(case).await {
            wrong.push(format!("{}: {why}", case.name));
        }
    }
    println!("{} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn held(case: &Case) -> Result<(), String> {
    case.twin
        .outcome()
        .await
        .map_err(|refusal| format!("its twin is refused: {}", refusal.reason))?;
    let fields = case.attack.fields();
    let Err(refusal) = case.attack.outcome_of(&fields).await else {
        return Err("it is admitted".to_owned());
    };
    if refusal.reason != case.reason {
        return Err(format!(
            "refused because {:?}, not {:?}",
            refusal.reason, case.reason
        ));
    }
    let error = if case.reason.starts_with("expired ") {
        GatewayError::token_expired()
    } else {
        GatewayError::unauthorized()
    };
    if refusal.error != error {
        return Err(format!("the caller is told {:?}", refusal.error));
    }
    for (_, value) in fields {
        let letters: Vec<char> = value.chars().collect();
        let told = letters
            .windows(17)
            .any(|part| refusal.reason.contains(&part.iter().collect::<String>()));
        if told {
            return Err(format!("the log tells of the token: {}", refusal.reason));
        }
    }
    Ok(())
}

#[tokio::test]
async fn ways_to_send_a_token() {
    hold(field::cases()).await;
}

#[tokio::test]
async fn shapes_of_a_token() {
    hold(shape::cases()).await;
}

#[tokio::test]
async fn headers_of_a_token() {
    hold(header::cases()).await;
}

#[tokio::test]
async fn signatures() {
    hold(signature::cases()).await;
}

#[tokio::test]
async fn payloads() {
    hold(payload::cases()).await;
}

#[tokio::test]
async fn issuers() {
    hold(issuer::cases()).await;
}

#[tokio::test]
async fn times() {
    hold(time::cases()).await;
}

#[tokio::test]
async fn purposes() {
    hold(purpose::cases()).await;
}

#[tokio::test]
async fn sets_of_keys() {
    hold(keys::cases()).await;
}
