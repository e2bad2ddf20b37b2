//! One request of a function's, from its signature to the answer.

use bytes::Bytes;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::answers::{Fault, access_denied, caller, caller_identity, denied, hidden, message};
use super::applied::{Applied, Inner};
use super::call::{Call, Protocol, protocol};
use super::forward;
use super::operations::{Mapped, Unmapped, name, needs, s3};
use super::signature::{Signature, SignatureError};
use crate::control_plane::web_page::may_send as may_be_unsigned;
use crate::data_plane::iam::{Context, Need, Rights, Verdict};
use crate::guard::by_page;
use crate::upstream::{Body, full, with_body};

/// Limit of the bodies that are read. DynamoDB takes the most, 16 MB in a batch. Objects of S3 are not read.
const READ: usize = 20 << 20;

/// Answers a call that is allowed and has nowhere to go.
const NO_EMULATED_AWS: &str = "there is no emulated AWS: name one with `--endpoint`";

/// A function that called.
struct Caller<'a> {
    function: &'a str,
    access_key_id: &'a str,
    rights: &'a Rights,
}

/// Answers a request that the listener admitted. The body is taken unless the answer does not depend on it.
pub async fn answer(inner: &Inner, head: Parts, body: &mut Option<Incoming>) -> Response<Body> {
    let signature = match Signature::of(&head) {
        Ok(signature) => signature,
        Err(SignatureError::Missing) if may_be_unsigned(&head) && !by_page(&head.headers) => {
            let body = body.take().map_or_else(|| full(""), BodyExt::boxed);
            return send(inner, head, body).await;
        }
        Err(wrong) => return unauthenticated("unknown", protocol("", &head), wrong, &head),
    };
    let protocol = protocol(&signature.service, &head);
    if by_page(&head.headers) && !(signature.is_presigned() && protocol == Protocol::RestXml) {
        return message(
            StatusCode::FORBIDDEN,
            "web pages may only use presigned URLs of S3",
        );
    }
    let Some((function, credentials)) = inner.registry.find(&signature.access_key_id) else {
        return unauthenticated("unknown", protocol, SignatureError::Token, &head);
    };
    // S3 streams. A bucket in the name of the host would be another one than in the path.
    let streams = protocol == Protocol::RestXml && !s3::is_in_body(&head);
    if protocol == Protocol::RestXml && !is_plain_host(&head) {
        return message(
            StatusCode::BAD_REQUEST,
            "the bucket must be in the path: use path-style addresses",
        );
    }
    let read = match body.take_if(|_| !streams) {
        Some(body) => match read(body).await {
            Ok(body) => Some(body),
            Err(refusal) => return refusal,
        },
        None => None,
    };
    if let Err(wrong) = signature.verify(&head, read.as_deref(), &credentials, OffsetDateTime::now_utc()) {
        return unauthenticated(&function, protocol, wrong, &head);
    }
    let applied = inner.applied();
    let Some(rights) = applied.rights.get(&function) else {
        return refuse(
            &head,
            protocol,
            &function,
            not_evaluated(&signature.service, protocol, "a function that is gone"),
        );
    };
    let caller = Caller {
        function: &function,
        access_key_id: &credentials.access_key_id,
        rights,
    };
    let of = (signature.service.as_str(), signature.region.as_str());
    let decided = decide(&caller, &applied, of, &head, read.as_deref().unwrap_or_default());
    let lists = match decided {
        Decision::Answer(answer) => return answer,
        Decision::Forward { hidden } => hidden,
    };
    let Some((_, access_key_id)) = &inner.upstream else {
        let what = NO_EMULATED_AWS;
        tracing::warn!(
            "function `{function}`: {} {}: {what}",
            head.method,
            head.uri.path()
        );
        let fault = Fault {
            code: "NotImplemented",
            status: StatusCode::NOT_IMPLEMENTED,
            message: what.to_owned(),
        };
        return fault.answer(protocol, &head.method);
    };
    let method = head.method.clone();
    let Some(head) = forward::under(head, caller.access_key_id, access_key_id) else {
        return message(StatusCode::BAD_REQUEST, "invalid signature");
    };
    let request_body = match (read, body.take()) {
        (Some(read), _) => return send_whole(inner, head, read).await,
        (None, Some(unread)) => unread.boxed(),
        (None, None) => return message(StatusCode::BAD_REQUEST, "missing body"),
    };
    let answer = send(inner, head, request_body).await;
    match lists {
        Some(fault) if answer.status() == StatusCode::NOT_FOUND => {
            tracing::warn!(
                "function `{function}`: AWS hides that an object is missing: {}",
                fault.message
            );
            fault.answer(protocol, &method)
        }
        _ => answer,
    }
}

enum Decision {
    Answer(Response<Body>),
    /// It is allowed. If the object is missing, this is answered instead.
    Forward {
        hidden: Option<Fault>,
    },
}

fn decide(caller_: &Caller, applied: &Applied, of: (&str, &str), head: &Parts, body: &[u8]) -> Decision {
    let Caller { function, rights, .. } = *caller_;
    let (service, protocol) = (of.0, protocol(of.0, head));
    let refused = |fault| Decision::Answer(refuse(head, protocol, function, fault));
    let call = match Call::of(of, rights, &applied.names, head, body) {
        Ok(call) => call,
        Err(why) => return refused(not_evaluated(service, protocol, &why)),
    };
    let who = caller(call.partition, call.account, &rights.role_arn, function);
    let mapped = match needs(&call) {
        Ok(mapped) => mapped,
        Err(Unmapped(name)) => return refused(not_evaluated(service, protocol, &format!("the call {name}"))),
    };
    let needs = match mapped {
        Mapped::CallerIdentity => return Decision::Answer(caller_identity(call.account, &who, function)),
        Mapped::Needs(needs) => needs,
    };
    let context = context(&call, rights);
    if let Verdict::Refused(why) = rights.decide(&needs, &context) {
        let fault = denied(service, protocol, &who, &why);
        let unsure = why.unsure.map(|unsure| format!(" ({unsure}, was not evaluated)"));
        tracing::warn!(
            "function `{function}`: {}{}",
            fault.message,
            unsure.unwrap_or_default()
        );
        return Decision::Answer(fault.answer(protocol, &head.method));
    }
    let shown: Vec<String> = needs.iter().map(Need::to_string).collect();
    tracing::info!(
        "function `{function}` calls {}: {}",
        name(&call),
        shown.join(", ")
    );
    Decision::Forward {
        hidden: hides(&call, &needs, rights, &context).map(|bucket| hidden(&who, &bucket)),
    }
}

/// The right that a reader of an object lacks to learn that it is missing.
fn hides(call: &Call, needs: &[Need], rights: &Rights, context: &Context) -> Option<Need> {
    let reads = needs.iter().any(|need| need.action.starts_with("s3:GetObject"));
    let (bucket, _) = s3::place(call.head.uri.path()).filter(|_| reads && call.service == "s3")?;
    let arn = format!("arn:{}:s3:::{bucket}", call.partition);
    let absent = ["s3:prefix", "s3:delimiter", "s3:max-keys"];
    let need = absent
        .iter()
        .fold(Need::new("s3:ListBucket", arn), |need, key| need.with(key, None));
    let refused = rights.decide(std::slice::from_ref(&need), context) != Verdict::Allowed;
    refused.then_some(need)
}

/// The condition keys of every call. An SDK would have spoken HTTPS with AWS.
fn context(call: &Call, rights: &Rights) -> Context {
    let now = OffsetDateTime::now_utc();
    let mut context = Context::new(&rights.tags);
    let agent = call
        .head
        .headers
        .get("user-agent")
        .and_then(|agent| agent.to_str().ok());
    for (key, value) in [
        ("aws:SecureTransport", "true"),
        ("aws:PrincipalIsAWSService", "false"),
        ("aws:ViaAWSService", "false"),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:PrincipalArn", &rights.role_arn),
        ("aws:PrincipalAccount", call.account),
        ("aws:ResourceAccount", call.account),
        ("s3:ResourceAccount", call.account),
        ("s3:signatureversion", "AWS4-HMAC-SHA256"),
        ("aws:RequestedRegion", call.region),
        ("aws:UserAgent", agent.unwrap_or_default()),
        ("lambda:SourceFunctionArn", &rights.function_arn),
        ("aws:EpochTime", &now.unix_timestamp().to_string()),
        ("aws:CurrentTime", &now.format(&Rfc3339).unwrap_or_default()),
    ] {
        context.set(key, value);
    }
    context
}

/// The refusal of a call that is not understood.
fn not_evaluated(service: &str, protocol: Protocol, what: &str) -> Fault {
    let message = format!(
        "can't tell whether the role allows it, so it is refused here: {what} is not evaluated locally"
    );
    access_denied(service, protocol, message)
}

fn refuse(head: &Parts, protocol: Protocol, function: &str, fault: Fault) -> Response<Body> {
    tracing::warn!("function `{function}`: {}", fault.message);
    fault.answer(protocol, &head.method)
}

/// The answer to a request that is not its caller's. Codes: <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>.
fn unauthenticated(
    function: &str,
    protocol: Protocol,
    wrong: SignatureError,
    head: &Parts,
) -> Response<Body> {
    let (code, message) = match wrong {
        SignatureError::Missing => ("MissingAuthenticationToken", "the request has no signature"),
        SignatureError::Form => (
            "IncompleteSignature",
            "the signature is not of version 4 or not complete",
        ),
        SignatureError::Signature => (
            "SignatureDoesNotMatch",
            "the signature is not that of this request and this secret",
        ),
        SignatureError::Token => (
            "InvalidClientTokenId",
            "the credentials are not those of a function that runs here",
        ),
        SignatureError::Expired => ("AccessDenied", "Request has expired"),
    };
    tracing::warn!(
        "function `{function}`: refused `{} {}`: {message}",
        head.method,
        head.uri.path()
    );
    let fault = Fault {
        code,
        status: StatusCode::FORBIDDEN,
        message: message.to_owned(),
    };
    fault.answer(protocol, &head.method)
}

/// Returns whether a host is an address or `localhost`, and not a bucket's name below it.
fn is_plain_host(head: &Parts) -> bool {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| host.host() == "localhost" || host.host().parse::<std::net::Ipv4Addr>().is_ok())
}

async fn read(body: Incoming) -> Result<Bytes, Response<Body>> {
    match Limited::new(body, READ).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(message(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than that of any call of AWS's",
        )),
        Err(error) => Err(message(
            StatusCode::BAD_REQUEST,
            &format!("can't read the request: {error}"),
        )),
    }
}

async fn send_whole(inner: &Inner, head: Parts, body: Bytes) -> Response<Body> {
    let request = with_body(head, body);
    let (head, body) = request.into_parts();
    send(inner, head, body).await
}

async fn send(inner: &Inner, head: Parts, body: Body) -> Response<Body> {
    let Some((upstream, _)) = &inner.upstream else {
        return message(StatusCode::NOT_IMPLEMENTED, NO_EMULATED_AWS);
    };
    let what = (head.method.clone(), head.uri.path().to_owned());
    upstream
        .send(Request::from_parts(head, body))
        .await
        .unwrap_or_else(|error| {
            let (method, path): (Method, String) = what;
            tracing::warn!("the emulated AWS did not answer `{method} {path}`: {error:#}");
            message(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the emulated AWS did not answer",
            )
        })
}
