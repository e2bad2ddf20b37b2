//! Protection of the control plane from web pages.
//!
//! Pages sign their users in by calling Cognito, so Cognito lets pages of every origin read its answers. An emulator
//! checks no signature. If pages could call the rest, any page in the developer's browser could read and change
//! everything emulated. So pages get what AWS gives them without credentials, and nothing else.
//!
//! [`crate::guard`] recognizes the requests of pages.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, HeaderMap, HeaderValue,
};
use http::request::Parts;
use http::{Method, Response};

use super::cognito;
use crate::upstream::{Body, full};

/// The operations of Cognito user pools that need no credentials of AWS: those whose `authtype` is `none` in the
/// service's own model, as of 2026-11. <https://github.com/boto/botocore/tree/develop/botocore/data/cognito-idp>
const UNSIGNED: [&str; 34] = [
    "AssociateSoftwareToken",
    "ChangePassword",
    "CompleteWebAuthnRegistration",
    "ConfirmDevice",
    "ConfirmForgotPassword",
    "ConfirmSignUp",
    "DeleteUser",
    "DeleteUserAttributes",
    "DeleteWebAuthnCredential",
    "ForgetDevice",
    "ForgotPassword",
    "GetDevice",
    "GetTokensFromRefreshToken",
    "GetUser",
    "GetUserAttributeVerificationCode",
    "GetUserAuthFactors",
    "GlobalSignOut",
    "InitiateAuth",
    "ListDevices",
    "ListUserSessions",
    "ListWebAuthnCredentials",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "RevokeUserSession",
    "SetUserMFAPreference",
    "SetUserSettings",
    "SignUp",
    "StartWebAuthnRegistration",
    "UpdateAuthEventFeedback",
    "UpdateDeviceStatus",
    "UpdateUserAttributes",
    "VerifySoftwareToken",
    "VerifyUserAttribute",
];

/// The documents of a user pool that anybody may read.
const WELL_KNOWN: [&str; 2] = ["jwks.json", "openid-configuration"];

/// Returns whether a page may send this: a call that AWS takes without credentials, or a public document of a user
/// pool.
pub(crate) fn may_send(head: &Parts) -> bool {
    if head.headers.contains_key(AUTHORIZATION) || head.uri.query().is_some() {
        // Signed: by that the emulator would tell the service.
        return false;
    }
    match head.method {
        Method::POST => {
            let operation = cognito::operation(head);
            head.uri.path() == "/" && operation.is_some_and(|operation| UNSIGNED.contains(&operation))
        }
        Method::GET if !head.headers.contains_key(cognito::TARGET) => {
            let segments: Vec<_> = head.uri.path().split('/').collect();
            matches!(segments[..], ["", pool, ".well-known", document]
                if !pool.is_empty() && WELL_KNOWN.contains(&document))
        }
        _ => false,
    }
}

/// Returns the answer to a preflight of a browser, if this is one. The call itself is still unknown. As recorded of
/// `cognito-idp.us-east-1.amazonaws.com`: every header that is asked for.
pub(super) fn preflight(head: &Parts) -> Option<Response<Body>> {
    let asked = head.headers.get(ACCESS_CONTROL_REQUEST_METHOD);
    if head.method != Method::OPTIONS || asked.is_none_or(|method| method != "POST") || head.uri != "/" {
        return None;
    }
    let mut response = Response::new(full(""));
    let headers = response.headers_mut();
    share(headers);
    if let Some(names) = head.headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("172800"));
    Some(response)
}

/// Lets pages of every origin read an answer, as Cognito does.
pub(super) fn share(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"),
    );
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let request = Request::builder().method(method).uri(uri);
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    const SIGN_IN: (&str, &str) = ("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth");

    #[test]
    fn a_page_may_send_what_needs_no_credentials() {
        assert!(may_send(&head("POST", "/", &[SIGN_IN])));
        assert!(may_send(&head("GET", "/us-east-1_a/.well-known/jwks.json", &[])));
        let signature = "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/lambda/aws4_request";
        let target = |target| [("x-amz-target", target)];
        for refused in [
            head("POST", "/", &[]),
            head("GET", "/", &[]),
            head("GET", "/", &[SIGN_IN]),
            head("POST", "/bucket", &[SIGN_IN]),
            head("POST", "/?Action=DeleteRole", &[SIGN_IN]),
            head("POST", "/", &[SIGN_IN, ("authorization", signature)]),
            head(
                "POST",
                "/",
                &target("AWSCognitoIdentityProviderService.AdminCreateUser"),
            ),
            head("POST", "/", &target("AWSCognitoIdentityService.GetId")),
            head("POST", "/", &target("Logs_20140328.InitiateAuth")),
            head("GET", "/a/b/.well-known/jwks.json", &[]),
            head("GET", "//.well-known/jwks.json", &[]),
            head("PUT", "/us-east-1_a/.well-known/jwks.json", &[]),
        ] {
            assert!(!may_send(&refused), "{refused:?}");
        }
    }

    #[test]
    fn a_preflight_of_a_call_is_answered_as_cognito_does() {
        let asks = ("access-control-request-method", "POST");
        let names = ("access-control-request-headers", "content-type,x-amz-target");
        let answer = preflight(&head("OPTIONS", "/", &[asks, names])).unwrap();
        assert_eq!(answer.status(), 200);
        for (name, value) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "POST"),
            ("access-control-allow-headers", "content-type,x-amz-target"),
            ("access-control-max-age", "172800"),
        ] {
            assert_eq!(answer.headers()[name], value);
        }
        for other in [
            head("OPTIONS", "/", &[("access-control-request-method", "PUT")]),
            head("OPTIONS", "/bucket", &[asks]),
            head("OPTIONS", "/", &[]),
            head("POST", "/", &[asks]),
        ] {
            assert!(preflight(&other).is_none(), "{other:?}");
        }
    }
}
