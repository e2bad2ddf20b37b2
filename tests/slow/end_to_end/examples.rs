//! The services in `examples/`: built, applied, called and destroyed. A second plan has nothing to change.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Project, curl, post, put, text, wait_until};

/// The most bytes of a zip of `local` whose function uses the AWS SDK. Lambda takes 50 MB:
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const LARGEST: u64 = 20_000_000;

/// Applies an example.
fn applied(name: &str) -> Project {
    let project = Project::example(name);
    project
        .portcullis(&["plan", "--json-out", "first.json"])
        .succeeded();
    project.portcullis(&["apply"]).succeeded();
    project.assert_nothing_to_change();
    project.write("state.json", &project.state());
    let surface = |of: &[&str]| -> Value {
        let shown = project.portcullis(&[&["surface", "--json"], of].concat());
        shown.succeeded().json()
    };
    let spec = surface(&[]);
    assert!(spec["reach"][0]["by"].is_array(), "{spec}");
    assert_eq!(surface(&["--plan", "first.json"])["reach"], spec["reach"]);
    assert_eq!(surface(&["--state", "state.json"]), spec);
    let zips = walkdir::WalkDir::new(project.path("terraform/artifacts"));
    for zip in zips.into_iter().map(Result::unwrap) {
        if zip.file_type().is_file() {
            let bytes = fs::metadata(zip.path()).unwrap().len();
            println!("{}: {bytes} bytes", zip.path().display());
            assert!(bytes <= LARGEST, "{} has {bytes} bytes", zip.path().display());
        }
    }
    project
}

#[test]
fn the_shop_sells_from_its_tables() {
    let shop = applied("shop");
    let (url, without_token) = (shop.api_url(), [].as_slice());
    let catalogue = format!("{url}/catalogue");
    assert_eq!(curl("GET", &catalogue, without_token).json(), json!([]));
    let restocked = shop.portcullis(&["invoke", "restock", "--schedule"]).succeeded();
    assert_eq!(restocked.json(), 2);
    let lamp = || curl("GET", &format!("{catalogue}/lamp"), without_token).json();
    assert_eq!(
        lamp(),
        json!({"id": "lamp", "name": "Desk lamp", "price_cents": 3900, "pieces": 20})
    );
    // The second is a path that only the router of the function knows, and doesn't have.
    assert_eq!(
        curl("GET", &format!("{catalogue}/sofa"), without_token).status,
        404
    );
    assert_eq!(
        curl("GET", &format!("{catalogue}/lamp/parts"), without_token).status,
        404
    );

    let orders = format!("{url}/orders");
    assert_eq!(curl("GET", &orders, without_token).status, 401);
    let token = format!("Authorization: {}", shop.sign_in_first());
    let signed_in = [token.as_str()];
    let refused = post(&orders, &signed_in, r#"{"product": "sofa", "pieces": 1}"#);
    assert_eq!(
        (refused.status, &*refused.body),
        (422, r#"{"message":"unknown `product`"}"#)
    );
    let none = post(&orders, &signed_in, r#"{"product": "lamp", "pieces": 0}"#);
    assert_eq!(none.status, 400, "{none:?}");
    let placed = post(&orders, &signed_in, r#"{"product": "lamp", "pieces": 3}"#);
    assert_eq!(placed.status, 200, "{placed:?}");
    assert_eq!(curl("GET", &orders, &signed_in).json(), json!([placed.json()]));
    wait_until("the stock has three pieces less", || lamp()["pieces"] == 17);

    shop.portcullis(&["destroy", "--yes"]).succeeded();
}

#[test]
fn files_are_uploaded_by_a_link_and_reported() {
    let files = applied("files");
    let url = format!("{}/files", files.api_url());
    assert_eq!(post(&url, &[], r#"{"name": "note.txt"}"#).status, 401);
    let token = format!("Authorization: {}", files.sign_in_first());
    let signed_in = [token.as_str()];
    assert_eq!(post(&url, &signed_in, r#"{"name": "a/b"}"#).status, 400);

    let link = post(&url, &signed_in, r#"{"name": "a note.txt"}"#).json();
    let uploaded = put(&text(&link, "put"), "hello whole wide world");
    assert_eq!(uploaded.status, 200, "{uploaded:?}");
    // The link is for this one object.
    let other = text(&link, "put").replace("note", "vote");
    assert_eq!(put(&other, "hello").status, 403);

    let reports = || curl("GET", &url, &signed_in).json();
    wait_until("the file is reported", || reports() != json!([]));
    let report = reports()[0].clone();
    assert_eq!(text(&report, "key"), text(&link, "key") + ".json");
    assert_eq!(
        curl("GET", &text(&report, "get"), &[]).json(),
        json!({
            "key": text(&link, "key"),
            "bytes": 22,
            "sha256": "3864b8ae0e5cde8cb95d7979838e880f53b3107a504fbe18c8cc2cfbf1d2924c",
        })
    );

    files.portcullis(&["destroy", "--yes"]).succeeded();
}

/// The secret that the payment provider shares.
const SECRET: &str = "whsec_of_the_test";

/// HMAC-SHA256 by its definition, independent of the function's library: <https://datatracker.ietf.org/doc/html/rfc2104>
fn hmac(key: &str, text: &str) -> String {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block
            .iter_mut()
            .zip(key.bytes())
            .for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(text)
        .finalize();
    let outer = Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The header with the signature of a body, as the provider writes it.
fn signature(time: u64, body: &str, secret: &str) -> String {
    format!(
        "Payment-Signature: t={time},v1={}",
        hmac(secret, &format!("{time}.{body}"))
    )
}

#[test]
fn payments_are_signed_and_stored_once() {
    let payments = applied("payments");
    let name = "payments/local/signing-secret";
    payments.aws(&[
        "secretsmanager",
        "create-secret",
        "--name",
        name,
        "--secret-string",
        SECRET,
    ]);
    let health = curl("GET", &format!("{}/health", payments.api_url()), &[]);
    assert_eq!((health.status, health.json()), (200, json!({"status": "ok"})));

    let url = format!("{}/payments", payments.api_url());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let event = r#"{"id": "evt_1", "type": "paid", "cents": 1200, "currency": "EUR"}"#;
    let signed = |event: &str| post(&url, &[&signature(now(), event, SECRET)], event);
    let of_other = signature(now(), event, "another secret");
    let changed = signature(now(), &event.replace("1200", "1"), SECRET);
    let old = signature(now() - 400, event, SECRET);
    let early = signature(now() + 400, event, SECRET);
    let newer = old.replacen(&format!("t={}", now() - 400), &format!("t={}", now()), 1);
    let cut = signature(now(), event, SECRET);
    let cut = &cut[..cut.len() - 2];
    let empty = format!("Payment-Signature: t={},v1=", now());
    let none = "Accept: */*";
    for header in [&of_other, &changed, &old, &early, &newer, cut, &empty, none] {
        let refused = post(&url, &[header], event);
        assert_eq!(
            (refused.status, &*refused.body),
            (401, r#"{"message":"invalid signature"}"#),
            "{header}"
        );
    }
    // While the provider changes its secret, one of two signatures fits.
    let two = signature(now(), event, SECRET).replace(",v1=", ",v1=00ff,v1=");
    for header in [two, signature(now(), event, SECRET)] {
        assert_eq!(post(&url, &[&header], event).json(), json!({"received": true}));
    }
    let second = event.replace("evt_1", "evt_2").replace("1200", "34");
    assert_eq!(signed(&second).status, 200);
    let totals = || {
        payments
            .portcullis(&["invoke", "totals", "--schedule"])
            .succeeded()
            .json()
    };
    wait_until("both payments are stored", || totals() == json!({"EUR": 1234}));
    // The replay was handled before its queue is empty, and it is stored once.
    let queue = |name: &str, attributes: &[&str]| {
        let url = payments.aws(&["sqs", "get-queue-url", "--queue-name", name])["QueueUrl"].clone();
        let call = [
            "sqs",
            "get-queue-attributes",
            "--queue-url",
            url.as_str().unwrap(),
            "--attribute-names",
        ];
        payments.aws(&[&call[..], attributes].concat())["Attributes"].clone()
    };
    let waiting = |name: &str| {
        let counted = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ];
        let found = queue(name, &counted);
        let count = |attribute: &str| text(&found, attribute).parse::<u32>().unwrap();
        counted.map(count).iter().sum::<u32>()
    };
    wait_until("the queue is empty", || waiting("payments-local-events") == 0);
    assert_eq!(totals(), json!({"EUR": 1234}));
    assert_eq!(waiting("payments-local-events-failed"), 0);

    // A signed event that `store` can't read comes again at once, and moves after three tries.
    let events: Value = payments.aws(&["sqs", "get-queue-url", "--queue-name", "payments-local-events"]);
    let soon = ["--attributes", "VisibilityTimeout=1"];
    let change = [
        "sqs",
        "set-queue-attributes",
        "--queue-url",
        events["QueueUrl"].as_str().unwrap(),
    ];
    payments.aws(&[&change[..], &soon].concat());
    assert_eq!(signed(r#"{"id": "evt_3"}"#).status, 200);
    wait_until("the event is kept", || {
        waiting("payments-local-events-failed") == 1
    });
    assert_eq!(totals(), json!({"EUR": 1234}));

    payments.portcullis(&["destroy", "--yes"]).succeeded();
}
