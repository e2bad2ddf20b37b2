//! Things that get another name: what the spec says is the same stays the same as far as AWS lets it.

use serde_json::Value;

use super::calls::{CREATE_DEPLOYMENT, CREATE_FUNCTION, DELETE_METHOD, calls, is, last};
use crate::support::{Project, curl};

const BEFORE: &str = r#"
[service]
name   = "renames"
region = "us-east-1"

[user_pool.clients.back-office]
auth_flows = ["admin_user_password"]

[user_pool.clients.cli]
auth_flows = ["user_password", "refresh_token"]

[functions.orders]

[routes]
"GET /"     = { function = "orders" }
"GET /open" = { function = "orders", auth = "none" }
"#;

const DELETE_CLIENT: &str = "AWSCognitoIdentityProviderService.DeleteUserPoolClient";

const AFTER: &str = r#"
[service]
name   = "renames"
region = "us-east-1"

[user_pool.clients.back_office]
auth_flows = ["admin_user_password"]

[user_pool.clients.terminal]
formerly   = "cli"
auth_flows = ["user_password", "refresh_token"]

[functions.baskets]
formerly = "orders"

[routes]
"GET /"     = { function = "baskets" }
"GET /open" = { function = "baskets", auth = "none" }
"#;

#[test]
fn a_declared_rename_keeps_a_client_and_replaces_a_function_without_a_gap() {
    let project = Project::of("renames", BEFORE);
    project.portcullis(&["apply"]).succeeded();
    let ids = || project.outputs()["user_pool_client_ids"].clone();
    let before = ids();
    let api_url = project.api_url();
    let token = project.sign_in_first();
    let signed_in = || curl("GET", &api_url, &[&format!("Authorization: {token}")]);
    assert!(signed_in().body.starts_with("orders\n"));

    let calls = calls_of(&project, AFTER);
    let after = ids();
    assert_eq!(after["terminal"], before["cli"]);
    assert_eq!(after["back_office"], before["back-office"]);
    assert!(signed_in().body.starts_with("baskets\n"));
    assert!(
        curl("GET", &format!("{api_url}/open"), &[])
            .body
            .starts_with("baskets\n")
    );
    for never in [
        "AWSCognitoIdentityProviderService.CreateUserPoolClient",
        DELETE_CLIENT,
        "PUT /restapis/*/resources/*/methods/*",
        DELETE_METHOD,
        "POST /restapis",
    ] {
        assert_eq!(last(&calls, never), None, "{never}: {calls:?}");
    }
    // Every request finds a function that may be invoked: the stage serves the new one before the old one is deleted.
    let order = [
        CREATE_FUNCTION,
        "POST /2015-03-31/functions/*/policy",
        CREATE_DEPLOYMENT,
        "PATCH /restapis/*/stages/*",
        "DELETE /2015-03-31/functions/*/policy/*",
        "DELETE /2015-03-31/functions/*",
    ];
    let places = order.map(|wanted| calls.iter().position(|call| is(call, wanted)));
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{calls:?}"
    );
    project.assert_nothing_to_change();

    // Without the line it is another client, with another id: who holds the old one signs in no more.
    let unsaid = AFTER.replace("clients.terminal", "clients.console");
    let calls = calls_of(&project, &unsaid.replace("formerly   = \"cli\"\n", ""));
    assert!(last(&calls, DELETE_CLIENT).is_some(), "{calls:?}");
    assert_ne!(ids()["console"], after["terminal"]);
    assert_eq!(ids()["back_office"], after["back_office"]);
    assert!(matches!(ids(), Value::Object(ids) if ids.len() == 2));
}

/// The calls of AWS that an apply of a spec makes, in their order.
fn calls_of(project: &Project, spec: &str) -> Vec<String> {
    let earlier = calls(project).len();
    project.change(spec);
    project.portcullis(&["apply"]).succeeded();
    calls(project).split_off(earlier)
}
