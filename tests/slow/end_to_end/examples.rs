//! The services in `examples/`: built, applied, called and destroyed. A second plan has nothing to change.

use std::fs;

use serde_json::json;

use crate::support::{Project, curl, post, put, text, wait_until};

/// The most bytes of a zip whose function uses the AWS SDK.
const LARGEST: u64 = 3_000_000;

/// Applies an example.
fn applied(name: &str) -> Project {
    let project = Project::example(name);
    project.portcullis(&["apply"]).succeeded();
    project.assert_nothing_to_change();
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
