//! Calls that moto can't answer, or that no SDK makes.

use http::Request;
use http::request::Parts;
use std::collections::BTreeMap;

use super::*;
use crate::data_plane::aws::call::{Call, Names};
use crate::data_plane::iam::{Need, Rights};

/// `ACTION on RESOURCE` of each need; none if it is not known.
fn mapped(service: &str, head: &Parts, body: &[u8]) -> Option<Vec<String>> {
    let rights = Rights {
        function_arn: "arn:aws:lambda:r:1:function:f".to_owned(),
        role_arn: "arn:aws:iam::1:role/r".to_owned(),
        tags: BTreeMap::new(),
        policies: Vec::new(),
        boundary: None,
        unknown: Vec::new(),
    };
    let names = Names::default();
    let call = Call::of((service, "r"), &rights, &names, head, body).ok()?;
    match needs(&call) {
        Ok(Mapped::Needs(needs)) => Some(needs.iter().map(Need::to_string).collect()),
        Ok(other) => Some(vec![format!("{other:?}")]),
        Err(Unmapped(_)) => None,
    }
}

fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let request = Request::builder().method(method).uri(uri);
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(()).unwrap().into_parts().0
}

#[test]
fn s3_is_method_path_and_query() {
    for (method, uri, expected) in [
        ("GET", "/b/k", Some("s3:GetObject on arn:aws:s3:::b/k")),
        (
            "GET",
            "/b/a%20b/%C3%BC",
            Some("s3:GetObject on arn:aws:s3:::b/a b/ü"),
        ),
        (
            "GET",
            "/b/k?versionId=1",
            Some("s3:GetObjectVersion on arn:aws:s3:::b/k"),
        ),
        (
            "GET",
            "/b/k?response-content-type=x&x-id=GetObject",
            Some("s3:GetObject on arn:aws:s3:::b/k"),
        ),
        (
            "PUT",
            "/b/k?partNumber=1&uploadId=x",
            Some("s3:PutObject on arn:aws:s3:::b/k"),
        ),
        ("POST", "/b/k?uploads", Some("s3:PutObject on arn:aws:s3:::b/k")),
        (
            "POST",
            "/b/k?uploadId=x",
            Some("s3:PutObject on arn:aws:s3:::b/k"),
        ),
        (
            "DELETE",
            "/b/k?uploadId=x",
            Some("s3:AbortMultipartUpload on arn:aws:s3:::b/k"),
        ),
        (
            "GET",
            "/b/k?uploadId=x",
            Some("s3:ListMultipartUploadParts on arn:aws:s3:::b/k"),
        ),
        (
            "GET",
            "/b/?list-type=2&prefix=a",
            Some("s3:ListBucket on arn:aws:s3:::b"),
        ),
        ("HEAD", "/b", Some("s3:ListBucket on arn:aws:s3:::b")),
        ("GET", "/", Some("s3:ListAllMyBuckets on *")),
        ("POST", "/b", None),
        ("GET", "//k", None),
        ("GET", "/b/k?acl&tagging", None),
        ("GET", "/b?website", None),
        ("PATCH", "/b/k", None),
    ] {
        let expected = expected.map(|need| vec![need.to_owned()]);
        assert_eq!(
            mapped("s3", &head(method, uri, &[]), b""),
            expected,
            "{method} {uri}"
        );
    }
    let copy = |source| mapped("s3", &head("PUT", "/b/k", &[("x-amz-copy-source", source)]), b"");
    assert_eq!(
        copy("/a/x%20y?versionId=1").unwrap(),
        [
            "s3:PutObject on arn:aws:s3:::b/k",
            "s3:GetObjectVersion on arn:aws:s3:::a/x y"
        ]
    );
    assert_eq!(copy("arn:aws:s3:r:1:accesspoint/a/object/k"), None);
}

#[test]
fn every_key_that_is_deleted_counts() {
    let of = |body: &str| mapped("s3", &head("POST", "/b?delete", &[]), body.as_bytes());
    let one = "<Object><Key>a</Key></Object>";
    assert_eq!(
        of(&format!(
            "<Delete>{one}<Object><Key>&lt;&#x41;&#66;&amp;</Key><VersionId>1</VersionId></Object></Delete>"
        ))
        .unwrap(),
        [
            "s3:DeleteObject on arn:aws:s3:::b/a",
            "s3:DeleteObjectVersion on arn:aws:s3:::b/<AB&"
        ]
    );
    for body in [
        "",
        "<Delete></Delete>",
        "<Delete><Object><Key>a</Key>",
        "<Delete><Object><Key>&x;</Key></Object></Delete>",
        "<Delete><Object><Key>a</Key></Object><Object ><Key>b</Key></Object></Delete>",
        "<Delete><Object><Key>a</Key></Object><x:Object><x:Key>b</x:Key></x:Object></Delete>",
        "<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>",
        "<Delete><!--<Object><Key>a</Key></Object>--></Delete>",
        "<Delete><Object><Key><![CDATA[a]]></Key></Object></Delete>",
    ] {
        assert_eq!(of(body), None, "{body}");
    }
}

#[test]
fn what_names_two_queues_or_no_operation_is_not_known() {
    let target = |target| [("x-amz-target", target)];
    let send = |path, body: &str| {
        mapped(
            "sqs",
            &head("POST", path, &target("AmazonSQS.SendMessage")),
            body.as_bytes(),
        )
    };
    let url = r#"{"QueueUrl": "http://localhost/1/q"}"#;
    assert_eq!(send("/", url).unwrap(), ["sqs:SendMessage on arn:aws:sqs:r:1:q"]);
    assert_eq!(
        send("/1/q", url).unwrap(),
        ["sqs:SendMessage on arn:aws:sqs:r:1:q"]
    );
    assert_eq!(send("/1/other", url), None);
    assert_eq!(send("/1/q", "{}"), None);
    assert_eq!(send("/", "{"), None);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let query = |uri, body: &str| mapped("sqs", &head("POST", uri, &form), body.as_bytes());
    assert_eq!(
        query("/1/q", "Action=SendMessage").unwrap(),
        ["sqs:SendMessage on arn:aws:sqs:r:1:q"]
    );
    assert_eq!(query("/1/q?Action=DeleteQueue", "Action=SendMessage"), None);
    assert_eq!(query("/1/q", "Action=SendMessage&Action=DeleteQueue"), None);
    // The target is another service's.
    let body = br#"{"TableName": "orders"}"#;
    let get = target("DynamoDB_20120810.GetItem");
    assert!(mapped("dynamodb", &head("POST", "/", &get), body).is_some());
    assert_eq!(mapped("sqs", &head("POST", "/", &get), body), None);
    for operation in ["GetItems", "PartiQLSelect", "ExecuteStatement", ""] {
        let target = format!("DynamoDB_20120810.{operation}");
        let head = head("POST", "/", &[("x-amz-target", &target)]);
        assert_eq!(mapped("dynamodb", &head, body), None, "{operation}");
    }
    for body in [
        &br#"{"TransactItems": []}"#[..],
        br#"{"TransactItems": [{"Put": {}}]}"#,
        br#"{"RequestItems": {}}"#,
    ] {
        for operation in ["TransactWriteItems", "BatchWriteItem"] {
            let target = format!("DynamoDB_20120810.{operation}");
            let head = head("POST", "/", &[("x-amz-target", &target)]);
            assert_eq!(mapped("dynamodb", &head, body), None, "{operation}");
        }
    }
}
