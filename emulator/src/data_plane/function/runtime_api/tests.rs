use std::time::{SystemTime, UNIX_EPOCH};

use http::Request;
use http_body_util::{BodyExt, Full};

use super::listener::PREFIX;
use super::*;
use crate::data_plane::result::RESULT_LIMIT;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

fn invocation(id: &str) -> Invocation {
    Invocation {
        request_id: id.into(),
        function_arn: "arn:aws:lambda:us-east-1:123456789012:function:open".into(),
        trace: "Root=1-1-1".into(),
        payload: Bytes::from_static(b"{}"),
        timeout: Duration::from_secs(3),
    }
}

/// One that answers the group of this test, and its address.
async fn listen() -> (RuntimeApi, String) {
    let reserved = Reserved::port().await.unwrap();
    let address = reserved.address();
    (reserved.serve(rustix::process::getpgrp()), address)
}

async fn call(address: &str, method: &str, path: &str, body: Vec<u8>) -> (http::response::Parts, Bytes) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::builder()
        .method(method)
        .uri(format!("http://{address}{PREFIX}{path}"))
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    let (parts, body) = client.request(request).await.unwrap().into_parts();
    (parts, body.collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn an_invocation_goes_out_with_its_headers_and_comes_back_with_its_result() {
    let (api, address) = listen().await;
    let answer = api.invoke(invocation("one"));
    let (parts, body) = call(&address, "GET", "invocation/next", vec![]).await;
    assert_eq!(body, "{}");
    assert_eq!(parts.headers["lambda-runtime-aws-request-id"], "one");
    assert!(
        parts.headers["lambda-runtime-invoked-function-arn"]
            .to_str()
            .unwrap()
            .ends_with(":open")
    );
    assert_eq!(parts.headers["lambda-runtime-trace-id"], "Root=1-1-1");
    let deadline: u128 = parts.headers["lambda-runtime-deadline-ms"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    assert!(deadline > now && deadline <= now + 3_000);
    assert_eq!(
        call(&address, "POST", "invocation/one/response", b"{}".to_vec())
            .await
            .0
            .status,
        202
    );
    assert_eq!(answer.await, Ok(Outcome::Result(Bytes::from_static(b"{}"))));
}

#[tokio::test]
async fn an_answer_to_another_invocation_is_refused() {
    let (api, address) = listen().await;
    let _answer = api.invoke(invocation("one"));
    assert_eq!(
        call(&address, "POST", "invocation/one/response", vec![])
            .await
            .0
            .status,
        400,
        "not handed out yet"
    );
    call(&address, "GET", "invocation/next", vec![]).await;
    assert_eq!(
        call(&address, "POST", "invocation/two/response", vec![])
            .await
            .0
            .status,
        400
    );
    assert_eq!(
        call(&address, "POST", "invocation/one/error", vec![])
            .await
            .0
            .status,
        202
    );
    assert_eq!(
        call(&address, "POST", "invocation/one/response", vec![])
            .await
            .0
            .status,
        400,
        "answered before"
    );
    assert_eq!(call(&address, "GET", "elsewhere", vec![]).await.0.status, 404);
}

#[tokio::test]
async fn a_result_over_the_limit_is_refused_and_reported() {
    let (api, address) = listen().await;
    let answer = api.invoke(invocation("one"));
    call(&address, "GET", "invocation/next", vec![]).await;
    let (parts, _) = call(
        &address,
        "POST",
        "invocation/one/response",
        vec![b'x'; RESULT_LIMIT + 1],
    )
    .await;
    assert_eq!(
        (parts.status.as_u16(), answer.await),
        (413, Ok(Outcome::TooLarge))
    );
}

#[tokio::test]
async fn the_first_next_or_an_init_error_ends_the_initialisation() {
    let (api, address) = listen().await;
    let _answer = api.invoke(invocation("one"));
    let (ready, _) = tokio::join!(
        api.initialised(),
        call(&address, "GET", "invocation/next", vec![])
    );
    assert_eq!(ready, Ok(()));
    let (api, address) = listen().await;
    let (ready, (parts, _)) = tokio::join!(
        api.initialised(),
        call(&address, "POST", "init/error", b"no".to_vec())
    );
    assert_eq!(
        (parts.status.as_u16(), ready),
        (202, Err(Bytes::from_static(b"no")))
    );
}

#[tokio::test]
async fn what_was_not_asked_for_can_be_withdrawn_and_what_was_cannot() {
    let (api, address) = listen().await;
    let _answer = api.invoke(invocation("one"));
    assert_eq!(api.withdraw().unwrap().request_id, "one");
    let _answer = api.invoke(invocation("two"));
    call(&address, "GET", "invocation/next", vec![]).await;
    assert!(api.withdraw().is_none());
}

#[tokio::test]
async fn dropping_it_refuses_connections() {
    let (api, address) = listen().await;
    drop(api);
    tokio::task::yield_now().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
