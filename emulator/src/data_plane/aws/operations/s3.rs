//! S3: method, path and query → actions.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>.

use http::Method;
use percent_encoding::percent_decode_str;

use super::super::call::Call;
use super::super::signature::pairs;
use crate::data_plane::iam::Need;

/// Parameters that don't change which action a request needs: of presigned URLs, of SDKs, and of lists and parts.
/// `response-…` and `X-Amz-…` come beside them.
const PLAIN: [&str; 14] = [
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "key-marker",
    "list-type",
    "marker",
    "max-keys",
    "max-parts",
    "part-number-marker",
    "prefix",
    "start-after",
    "version-id-marker",
    "x-id",
];

/// Calls about an object or a bucket, and their actions: method, subresource, action.
const OF_OBJECTS: [(&str, &str, &str); 13] = [
    ("GET", "acl", "GetObjectAcl"),
    ("PUT", "acl", "PutObjectAcl"),
    ("GET", "tagging", "GetObjectTagging"),
    ("PUT", "tagging", "PutObjectTagging"),
    ("DELETE", "tagging", "DeleteObjectTagging"),
    ("GET", "retention", "GetObjectRetention"),
    ("PUT", "retention", "PutObjectRetention"),
    ("GET", "legal-hold", "GetObjectLegalHold"),
    ("PUT", "legal-hold", "PutObjectLegalHold"),
    ("POST", "restore", "RestoreObject"),
    ("POST", "uploads", "PutObject"),
    ("GET", "attributes", "GetObjectAttributes"),
    ("POST", "select", "GetObject"),
];
const OF_BUCKETS: [(&str, &str, &str); 16] = [
    ("GET", "versions", "ListBucketVersions"),
    ("GET", "uploads", "ListBucketMultipartUploads"),
    ("GET", "location", "GetBucketLocation"),
    ("GET", "acl", "GetBucketAcl"),
    ("GET", "policy", "GetBucketPolicy"),
    ("PUT", "policy", "PutBucketPolicy"),
    ("GET", "cors", "GetBucketCORS"),
    ("PUT", "cors", "PutBucketCORS"),
    ("GET", "tagging", "GetBucketTagging"),
    ("GET", "versioning", "GetBucketVersioning"),
    ("PUT", "versioning", "PutBucketVersioning"),
    ("GET", "notification", "GetBucketNotification"),
    ("PUT", "notification", "PutBucketNotification"),
    ("GET", "lifecycle", "GetLifecycleConfiguration"),
    ("GET", "encryption", "GetEncryptionConfiguration"),
    ("PUT", "acl", "PutBucketAcl"),
];

/// Returns whether a call's needs are in its body.
pub fn is_in_body(head: &http::request::Parts) -> bool {
    let query = pairs(head.uri.query().unwrap_or_default());
    head.method == Method::POST && query.iter().any(|(name, _)| name == "delete")
}

/// Bucket and key of a path; the key is empty for the bucket itself.
pub fn place(path: &str) -> Option<(String, String)> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let path = path.strip_prefix('/')?;
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    Some((bucket.to_owned(), key.to_owned()))
}

pub fn needs(call: &Call) -> Option<Vec<Need>> {
    let head = call.head;
    let query = pairs(head.uri.query().unwrap_or_default());
    let parameter = |wanted: &str| {
        let found = query.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.to_string())
    };
    let named = query.iter().map(|(name, _)| name.as_ref()).filter(|name| {
        !PLAIN.contains(name)
            && !name.starts_with("response-")
            && !name.to_ascii_lowercase().starts_with("x-amz-")
    });
    let subresources: Vec<&str> = named.collect();
    let (bucket, key) = place(head.uri.path())?;
    let method = head.method.as_str();
    let bucket_arn = format!("arn:{}:s3:::{bucket}", call.partition);
    let on_bucket = |action: &str| {
        let [prefix, delimiter, most] = ["prefix", "delimiter", "max-keys"].map(&parameter);
        let need = Need::new(format!("s3:{action}"), &*bucket_arn).with("s3:prefix", prefix);
        need.with("s3:delimiter", delimiter).with("s3:max-keys", most)
    };
    let found = |table: &[(&str, &str, &'static str)]| {
        let [subresource] = subresources[..] else {
            return None;
        };
        let mut rows = table.iter();
        rows.find(|row| row.0 == method && row.1 == subresource)
            .map(|row| row.2)
    };
    if bucket.is_empty() {
        let lists = method == "GET" && key.is_empty() && subresources.is_empty();
        return lists.then(|| vec![Need::new("s3:ListAllMyBuckets", "*")]);
    }
    if key.is_empty() {
        return match (method, &subresources[..]) {
            ("GET" | "HEAD", []) => Some(vec![on_bucket("ListBucket")]),
            ("PUT", []) => Some(vec![on_bucket("CreateBucket")]),
            ("DELETE", []) => Some(vec![on_bucket("DeleteBucket")]),
            ("POST", ["delete"]) => deletions(call, &bucket_arn),
            _ => Some(vec![on_bucket(found(&OF_BUCKETS)?)]),
        };
    }
    let header = |name: &str| {
        head.headers
            .get(name)
            .and_then(|value| Some(value.to_str().ok()?.to_owned()))
    };
    let on_object = |action: &str| {
        let mut need = Need::new(format!("s3:{action}"), format!("{bucket_arn}/{key}"));
        for name in ["x-amz-acl", "x-amz-server-side-encryption", "x-amz-storage-class"] {
            need = need.with(&format!("s3:{name}"), header(name));
        }
        need
    };
    match (method, &subresources[..]) {
        ("GET" | "HEAD", [] | ["partNumber"]) => Some(vec![on_object("GetObject")]),
        ("GET" | "HEAD", ["versionId"]) => Some(vec![on_object("GetObjectVersion")]),
        ("GET", ["attributes"]) => Some(vec![on_object("GetObject"), on_object("GetObjectAttributes")]),
        ("GET", ["uploadId"]) => Some(vec![on_object("ListMultipartUploadParts")]),
        ("PUT", [] | ["partNumber", "uploadId"] | ["uploadId", "partNumber"]) => {
            let mut needs = vec![on_object("PutObject")];
            if let Some(source) = header("x-amz-copy-source") {
                needs.extend(copied(call, &source)?);
            }
            let mut names = head.headers.keys().map(http::HeaderName::as_str);
            if names.any(|name| name == "x-amz-acl" || name.starts_with("x-amz-grant-")) {
                needs.push(on_object("PutObjectAcl"));
            }
            if head.headers.contains_key("x-amz-tagging") {
                needs.push(on_object("PutObjectTagging"));
            }
            Some(needs)
        }
        ("POST", ["uploadId"]) => Some(vec![on_object("PutObject")]),
        ("DELETE", []) => Some(vec![on_object("DeleteObject")]),
        ("DELETE", ["versionId"]) => Some(vec![on_object("DeleteObjectVersion")]),
        ("DELETE", ["uploadId"]) => Some(vec![on_object("AbortMultipartUpload")]),
        _ => Some(vec![on_object(found(&OF_OBJECTS)?)]),
    }
}

/// Returns the needs of reading the source of a copy: `/bucket/key?versionId=…`, perhaps without the first slash.
fn copied(call: &Call, source: &str) -> Option<Vec<Need>> {
    let (path, query) = source.split_once('?').unwrap_or((source, ""));
    let (bucket, key) = place(&format!("/{}", path.trim_start_matches('/')))?;
    let action = match pairs(query)[..] {
        [] => "s3:GetObject",
        [(ref name, _)] if name == "versionId" => "s3:GetObjectVersion",
        _ => return None,
    };
    let arn = format!("arn:{}:s3:::{bucket}/{key}", call.partition);
    (!bucket.is_empty() && !key.is_empty() && !bucket.contains(':')).then(|| vec![Need::new(action, arn)])
}

/// Returns the needs of DeleteObjects: each key's deletion. On AWS, the answer names the keys that may not be deleted,
/// and the others are deleted. Here the call is refused as a whole.
fn deletions(call: &Call, bucket: &str) -> Option<Vec<Need>> {
    let text = std::str::from_utf8(call.body).ok()?;
    // Elements of S3's own format hold nothing but text: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>.
    if text.contains("<!") {
        return None;
    }
    let objects = text.split("<Object>").skip(1).map(|object| {
        let object = object.split_once("</Object>")?.0;
        let key = unescaped(object.split_once("<Key>")?.1.split_once("</Key>")?.0)?;
        let action = if object.contains("<VersionId>") {
            "s3:DeleteObjectVersion"
        } else {
            "s3:DeleteObject"
        };
        Some(Need::new(action, format!("{bucket}/{key}")))
    });
    let needs: Vec<Need> = objects.collect::<Option<_>>()?;
    // Nothing else in it names a key: an element with a prefix or attributes would.
    (text.matches("Key>").count() == needs.len() * 2 && text.matches("Object>").count() == needs.len() * 2)
        .then_some(needs)
}

/// A text of XML; none if it has a reference that is not understood.
fn unescaped(text: &str) -> Option<String> {
    if text.contains('<') {
        return None;
    }
    let mut unescaped = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        let (name, after) = behind.split_once(';')?;
        unescaped.push_str(before);
        unescaped.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let number = match number.strip_prefix('x') {
                    Some(number) => u32::from_str_radix(number, 16),
                    None => number.parse(),
                };
                char::from_u32(number.ok()?)?
            }
        });
        rest = after;
    }
    unescaped.push_str(rest);
    Some(unescaped)
}
