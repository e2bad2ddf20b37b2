//! Which AWS operation a request calls.
//!
//! The protocols of AWS say it in different places: JSON services in the header `X-Amz-Target`, query services in
//! the parameter `Action` of a form or URL, REST services by method and path. The latter come from the services'
//! own models, in `operations.txt`. The service is the one that the request is signed for.

use std::sync::LazyLock;

use http::request::Parts;

/// An operation, in AWS's own terms, such as `cognito-idp` and `CreateUserPool`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    /// The name under which requests to the service are signed.
    pub(super) service: String,
    /// The operation, or `unknown` where a REST request matches none.
    pub(super) name: String,
}

/// The prefix of `X-Amz-Target` of Amazon Cognito user pools. Its unsigned operations, such as InitiateAuth, have
/// nothing else to know the service by.
const COGNITO_TARGET: &str = "AWSCognitoIdentityProviderService";

impl Operation {
    /// The operation of a request. `form` is the body of one whose content type is
    /// `application/x-www-form-urlencoded`, else empty. `None` when it calls none: no signature, no target, no
    /// action, such as a fetch of a user pool's signing keys.
    pub(super) fn of(head: &Parts, form: &[u8]) -> Option<Self> {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let query = head.uri.query().unwrap_or("");
        let signed_for = header("authorization")
            .and_then(|value| value.split_once("Credential="))
            .map(|(_, credential)| credential.split(',').next().unwrap_or(credential))
            .or_else(|| parameter(query.as_bytes(), "X-Amz-Credential"))
            .and_then(service_of_credential);

        if let Some((prefix, name)) = header("x-amz-target").and_then(|target| target.rsplit_once('.')) {
            let unsigned = if prefix == COGNITO_TARGET {
                "cognito-idp"
            } else {
                prefix
            };
            return Some(Self::new(signed_for.as_deref().unwrap_or(unsigned), name));
        }
        if let Some(action) = parameter(form, "Action").or_else(|| parameter(query.as_bytes(), "Action")) {
            return Some(Self::new(signed_for.as_deref().unwrap_or("unsigned"), action));
        }
        let service = signed_for?;
        // The SDK for Go says it, and for S3 nothing else tells every operation.
        let name = parameter(query.as_bytes(), "x-id")
            .or_else(|| rest(&service, head.method.as_str(), head.uri.path(), query))
            .unwrap_or("unknown");
        Some(Self::new(&service, name))
    }

    fn new(service: &str, name: &str) -> Self {
        Self {
            service: service.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// `lambda` of `AKIA…/20261122/us-east-1/lambda/aws4_request`, the separators percent-encoded or not. Counted from
/// the end, because the scope of a multi-region signature lacks the region.
fn service_of_credential(credential: &str) -> Option<String> {
    let plain = credential.replace("%2F", "/").replace("%2f", "/");
    let mut parts = plain.trim().rsplit('/');
    (parts.next()? == "aws4_request").then(|| parts.next().map(str::to_lowercase))?
}

/// The value of a parameter of a form or query. Only names of operations and of credentials are looked for: none
/// needs more decoding.
fn parameter<'a>(form: &'a [u8], name: &str) -> Option<&'a str> {
    form.split(|byte| *byte == b'&')
        .find_map(|pair| {
            std::str::from_utf8(pair)
                .ok()?
                .strip_prefix(name)?
                .strip_prefix('=')
        })
        .filter(|value| !value.is_empty())
}

/// A line of `operations.txt`: `lambda GET /2018-10-31/layers?find=LayerVersion GetLayerVersionByArn`.
struct Template {
    service: &'static str,
    method: &'static str,
    path: &'static str,
    query: &'static str,
    name: &'static str,
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let parse = |line: &'static str| {
        let mut words = line.split(' ');
        let (service, method, uri) = (words.next()?, words.next()?, words.next()?);
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        Some(Template {
            service,
            method,
            path,
            query,
            name: words.next()?,
        })
    };
    include_str!("operations.txt").lines().filter_map(parse).collect()
});

/// The operation of a REST service: the most literal of the templates that match, the first of equals.
fn rest(service: &str, method: &str, path: &str, query: &str) -> Option<&'static str> {
    let mut best: Option<(usize, &'static str)> = None;
    for template in TEMPLATES
        .iter()
        .filter(|template| template.service == service && template.method == method)
    {
        if let Some(score) = template.score(path, query)
            && best.is_none_or(|(most, _)| score > most)
        {
            best = Some((score, template.name));
        }
    }
    best.map(|(_, name)| name)
}

impl Template {
    /// How many segments and parameters match literally, or `None` when the template does not match.
    fn score(&self, path: &str, query: &str) -> Option<usize> {
        let mut score = 0;
        for wanted in self.query.split('&').filter(|wanted| !wanted.is_empty()) {
            // `acl` is there as `acl` or `acl=`; `list-type=2` only as itself.
            let is_there = query.split('&').any(|given| {
                given == wanted || (!wanted.contains('=') && given.split('=').next() == Some(wanted))
            });
            if !is_there {
                return None;
            }
            score += 1;
        }
        let mut given = path.trim_matches('/').split('/');
        for wanted in self.path.trim_matches('/').split('/') {
            let segment = given.next()?;
            if wanted.ends_with("+}") {
                return (!segment.is_empty()).then_some(score);
            }
            if wanted.starts_with('{') {
                if segment.is_empty() {
                    return None;
                }
            } else if wanted == segment {
                score += 1;
            } else {
                return None;
            }
        }
        given.next().is_none().then_some(score)
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/{service}/aws4_request, SignedHeaders=host, \
             Signature=0"
        )
    }

    fn operation(request: http::request::Builder, form: &str) -> Option<(String, String)> {
        let (head, ()) = request.body(()).unwrap().into_parts();
        Operation::of(&head, form.as_bytes()).map(|operation| (operation.service, operation.name))
    }

    fn rest_call(service: &str, method: &str, uri: &str) -> String {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("authorization", signed(service));
        let (found, name) = operation(request, "").unwrap();
        assert_eq!(found, service);
        name
    }

    #[test]
    fn a_target_names_the_operation_of_a_signed_call_and_of_an_unsigned_one() {
        let target = "AWSCognitoIdentityProviderService.InitiateAuth";
        let expected = Some(("cognito-idp".into(), "InitiateAuth".into()));
        let request = || {
            Request::builder()
                .method("POST")
                .uri("/")
                .header("x-amz-target", target)
        };
        assert_eq!(operation(request(), ""), expected);
        assert_eq!(
            operation(request().header("authorization", signed("cognito-idp")), ""),
            expected
        );
        let logs = Request::builder()
            .header("x-amz-target", "Logs_20140328.CreateLogGroup")
            .header("authorization", signed("logs"));
        assert_eq!(
            operation(logs, ""),
            Some(("logs".into(), "CreateLogGroup".into()))
        );
    }

    #[test]
    fn an_action_names_the_operation_wherever_it_stands() {
        let iam = || Request::builder().uri("/").header("authorization", signed("iam"));
        let expected = Some(("iam".into(), "GetRole".into()));
        assert_eq!(
            operation(iam(), "Action=GetRole&RoleName=r&Version=2010-05-08"),
            expected
        );
        assert_eq!(operation(iam(), "Version=2010-05-08&Action=GetRole"), expected);
        assert_eq!(operation(iam().uri("/?Action=GetRole"), ""), expected);
    }

    #[test]
    fn rest_calls_are_known_by_method_and_path() {
        for (service, method, uri, name) in [
            ("apigateway", "POST", "/restapis", "CreateRestApi"),
            ("apigateway", "GET", "/restapis/abc", "GetRestApi"),
            (
                "apigateway",
                "PUT",
                "/restapis/abc/resources/r/methods/GET/integration",
                "PutIntegration",
            ),
            (
                "apigateway",
                "PUT",
                "/restapis/a/resources/r/methods/OPTIONS/integration/responses/200",
                "PutIntegrationResponse",
            ),
            (
                "apigateway",
                "GET",
                "/restapis/abc/resources?embed=methods&limit=500",
                "GetResources",
            ),
            (
                "apigateway",
                "PUT",
                "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fa",
                "TagResource",
            ),
            ("apigateway", "PUT", "/restapis/abc?mode=overwrite", "PutRestApi"),
            ("lambda", "POST", "/2015-03-31/functions", "CreateFunction"),
            (
                "lambda",
                "POST",
                "/2015-03-31/functions/hello/policy",
                "AddPermission",
            ),
            (
                "lambda",
                "PUT",
                "/2017-10-31/functions/hello/concurrency",
                "PutFunctionConcurrency",
            ),
            (
                "lambda",
                "GET",
                "/2015-03-31/functions/hello?Qualifier=1",
                "GetFunction",
            ),
            ("s3", "GET", "/", "ListBuckets"),
            ("s3", "PUT", "/bucket", "CreateBucket"),
            ("s3", "PUT", "/bucket/", "CreateBucket"),
            ("s3", "GET", "/bucket?list-type=2&prefix=a", "ListObjectsV2"),
            ("s3", "GET", "/bucket?versioning", "GetBucketVersioning"),
            ("s3", "GET", "/bucket/?versioning=", "GetBucketVersioning"),
            ("s3", "PUT", "/bucket/a/deep/key.tfstate", "PutObject"),
            ("s3", "PUT", "/bucket/key?partNumber=1&uploadId=u", "UploadPart"),
            ("s3", "GET", "/bucket/key?x-id=GetObject", "GetObject"),
            ("lambda", "GET", "/nothing/like/it", "unknown"),
        ] {
            assert_eq!(rest_call(service, method, uri), name, "{method} {uri}");
        }
    }

    #[test]
    fn a_presigned_address_names_its_service() {
        let uri =
            "/bucket/key?X-Amz-Credential=test%2F20261122%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Expires=60";
        assert_eq!(
            operation(Request::get(uri), ""),
            Some(("s3".into(), "GetObject".into()))
        );
    }

    #[test]
    fn what_calls_no_operation_is_none() {
        assert_eq!(
            operation(Request::get("/us-east-1_abc/.well-known/jwks.json"), ""),
            None
        );
        assert_eq!(
            operation(Request::get("/").header("authorization", "Bearer x"), ""),
            None
        );
    }

    #[test]
    fn every_line_of_the_models_is_understood() {
        assert_eq!(TEMPLATES.len(), include_str!("operations.txt").lines().count());
        for template in TEMPLATES.iter() {
            assert!(template.path.starts_with('/'), "{}", template.name);
        }
    }
}
