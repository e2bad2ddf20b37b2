//! A function of the tests: answers with its own name and, on the next line, the event that it was given. Of messages, it
//! reports those as failed whose text is `fail`. To an authorizer, it answers with a policy that allows the method if the event
//! contains the text `open`, and else refuses it. It fails itself for an event with `"fail":true`. It speaks the Lambda Runtime API by itself, so that nothing but the standard
//! library is compiled.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;

/// Sends one request on a connection of its own. Returns the id of the invocation, if the answer has one, and the body.
fn ask(method: &str, path: &str, body: &str) -> Result<(String, String)> {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("Lambda says where it is");
    let mut stream = TcpStream::connect(&host)?;
    write!(
        stream,
        "{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let (mut id, mut length, mut line) = (String::new(), 0, String::new());
    let mut reader = BufReader::new(stream);
    while reader.read_line(&mut line)? > 2 {
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("lambda-runtime-aws-request-id:") {
            id = value.trim().to_owned();
        } else if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length is a number");
        }
        line.clear();
    }
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body)?;
    Ok((id, body))
}

/// The ids of messages that are to fail, each as an item of Lambda's.
fn failures(event: &str) -> Vec<String> {
    let messages = event.split("{\"messageId\":\"").skip(1);
    let failed = messages.filter(|message| message.contains("\"body\":\"fail\""));
    let ids = failed.filter_map(|message| message.split('"').next());
    ids.map(|id| format!("{{\"itemIdentifier\":\"{id}\"}}")).collect()
}

/// The policy about a question of an authorizer.
fn decision(event: &str) -> Option<String> {
    let arn = event.split_once("\"methodArn\":\"")?.1.split('"').next()?;
    let effect = match event.contains("\"open\"") {
        true => "Allow",
        false => "Deny",
    };
    Some(format!(
        r#"{{"principalId":"partner","policyDocument":{{"Version":"2012-10-17","Statement":[{{"Action":"execute-api:Invoke","Effect":"{effect}","Resource":"{arn}"}}]}},"context":{{"shop":"north"}}}}"#
    ))
}

fn main() -> Result<()> {
    loop {
        let (id, event) = ask("GET", "next", "")?;
        if event.contains("\"fail\":true") {
            let error = r#"{"errorType":"Asked","errorMessage":"as the event asks"}"#;
            ask("POST", &format!("{id}/error"), error)?;
            continue;
        }
        let escaped = event.replace('\\', "\\\\").replace('"', "\\\"");
        let name = env!("CARGO_PKG_NAME");
        if let Some(answer) = decision(&event) {
            ask("POST", &format!("{id}/response"), &answer)?;
            continue;
        }
        let answer = match &failures(&event)[..] {
            [] => format!(r#"{{"statusCode":200,"body":"{name}\n{escaped}"}}"#),
            failed => format!(r#"{{"batchItemFailures":[{}]}}"#, failed.join(",")),
        };
        ask("POST", &format!("{id}/response"), &answer)?;
    }
}
