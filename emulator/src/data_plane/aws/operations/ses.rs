//! SES, in both versions.
//!
//! The resource of an email is the identity that sends it: the address if it was verified, else its domain.
//! Source: <https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html>.

use http::Method;

use super::super::call::Call;
use crate::data_plane::iam::Need;

/// The calls of version 2.
pub fn version_2(call: &Call) -> Option<Vec<Need>> {
    let action = match (&call.head.method, call.head.uri.path()) {
        (&Method::POST, "/v2/email/outbound-emails") => "ses:SendEmail",
        (&Method::POST, "/v2/email/outbound-bulk-emails") => "ses:SendBulkEmail",
        _ => return None,
    };
    let identity = call.text("FromEmailAddressIdentityArn");
    Some(vec![need(call, action, call.text("FromEmailAddress"), identity)])
}

/// The calls of version 1.
pub fn version_1(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let (from, identity) = match operation {
        "SendEmail" | "SendTemplatedEmail" | "SendBulkTemplatedEmail" => (call.text("Source")?, "SourceArn"),
        // Without `Source`, the sender is in the message.
        "SendRawEmail" => (call.text("Source")?, "FromArn"),
        _ => return None,
    };
    Some(vec![need(
        call,
        &format!("ses:{operation}"),
        Some(from),
        call.text(identity),
    )])
}

fn need(call: &Call, action: &str, from: Option<&str>, identity: Option<&str>) -> Need {
    let address = from.map(|from| match from.rsplit_once('<') {
        Some((_, address)) => address.trim_end_matches('>').trim(),
        None => from.trim(),
    });
    let identity_of = |name: &str| call.arn("ses", "identity/", name);
    let mut need = match (identity, address) {
        (Some(identity), _) => Need::new(action, identity),
        (None, Some(address)) => Need::new(action, identity_of(address)),
        // The sender is in the message: only a statement for every identity allows it.
        (None, None) => Need::new(action, identity_of("?")),
    };
    if let (None, Some((_, domain))) = (identity, address.and_then(|address| address.split_once('@'))) {
        need.resources.push(identity_of(domain));
    }
    need.with("ses:FromAddress", address.map(str::to_owned))
}
