//! MOCK integrations: answers that Terraform applied, without a function. Preflights are made of them.
//!
//! The request template gives a status code. The code chooses an integration response by its selection pattern; one
//! without a pattern is the default. Its status, headers and template are the answer. Source:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html>.

use std::sync::LazyLock;

use bytes::Bytes;
use regex::Regex;

use super::api::{Mock, MockResponse};
use super::call::Call;
use super::content::{self, Payload};
use super::gateway_error::GatewayError;
use super::message::{Headers, Response};
use super::result::Fault;
use super::template;

// Not JSON alone: AWS reads `{ statusCode: 204 }` too, and the CDK writes it so.
static STATUS_CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"statusCode["']?\s*:\s*["']?(\d{3})\b"#).expect("a constant that a test compiles")
});

impl Mock {
    /// The answer to a call.
    pub fn answer(&self, call: &Call) -> Result<Response, Fault> {
        let headers = &call.request.headers;
        let binary_media_types = &call.stage.deployed.binary_media_types;
        let media_type = content::type_of_body(headers);
        let template = self.templates.get(media_type);
        if template.is_none() && self.strict {
            return Err(Fault {
                error: GatewayError::unsupported_media_type(),
                reason: "the mock has no template for the body's media type".to_owned(),
            });
        }
        let payload = self
            .content_handling
            .request(&call.request.body, call.has_binary_body(binary_media_types))
            .map_err(Fault::configuration)?;
        let request = match (template, payload) {
            (Some(_), Payload::Binary(_)) => {
                return Err(Fault::configuration(
                    "no template takes a binary body (`binary_media_types`): set `content_handling` of the mock to \
                     `CONVERT_TO_TEXT`",
                ));
            }
            (Some(template), Payload::Text(_) | Payload::Base64(_)) => template::render(template, call, None),
            (None, Payload::Text(text)) => text.into_owned(),
            (None, Payload::Base64(text)) => text,
            (None, Payload::Binary(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        };
        let code = STATUS_CODE
            .captures(&request)
            .ok_or_else(|| Fault::configuration("the mock's request has no `statusCode`"))?[1]
            .to_owned();
        let fits = |response: &&MockResponse| {
            response
                .pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(&code))
        };
        let default = || self.responses.iter().find(|response| response.pattern.is_none());
        let chosen = self
            .responses
            .iter()
            .find(fits)
            .or_else(default)
            .ok_or_else(|| Fault::configuration(format!("the mock has no response for {code}")))?;

        let mut response = Response {
            status: chosen.status,
            headers: Headers::new(),
            body: Bytes::new(),
        };
        response
            .headers
            .append("x-amzn-RequestId", &call.request.ids.request);
        response
            .headers
            .append("x-amz-apigw-id", &call.request.ids.extended);
        let accepted = content::first_accepted(headers);
        let template = chosen
            .templates
            .get_key_value(accepted)
            .or_else(|| chosen.templates.get_key_value("application/json"))
            .or_else(|| chosen.templates.first_key_value());
        response.headers.append(
            "Content-Type",
            template.map_or("application/json", |(media_type, _)| media_type),
        );
        if let Some((_, template)) = template {
            let accepts_binary = content::is_binary(accepted, binary_media_types);
            let body = chosen
                .content_handling
                .response(template::render(template, call, None), accepts_binary);
            response.body = body.map_err(Fault::configuration)?;
        }
        for (name, expression) in &chosen.headers {
            if let Some(value) = template::mapped(expression, call, None) {
                response.headers.set(name, value);
            }
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use portcullis_terraform_json::expression::Expression;
    use portcullis_terraform_json::template::Template;

    use super::*;
    use crate::data_plane::call::tests::with_call;
    use crate::data_plane::content::ContentHandling;

    fn templates(text: &str) -> BTreeMap<String, Template> {
        BTreeMap::from([("application/json".to_owned(), Template::parse(text).unwrap())])
    }

    fn response(status: u16, pattern: Option<&str>) -> MockResponse {
        MockResponse {
            status,
            pattern: pattern.map(|pattern| Regex::new(&format!("^(?:{pattern})$")).unwrap()),
            headers: vec![(
                "Access-Control-Allow-Origin".into(),
                Expression::Static("*".into()),
            )],
            templates: BTreeMap::new(),
            content_handling: ContentHandling::Unset,
        }
    }

    fn answer(mock: &Mock, headers: &[(&str, &str)]) -> Result<Response, GatewayError> {
        let answer = with_call("OPTIONS", "/v1/open", headers, |call| mock.answer(call));
        answer.map_err(|fault| fault.error)
    }

    #[test]
    fn a_preflight_has_the_applied_status_and_headers_and_no_trace() {
        for template in [
            r#"{"statusCode":204}"#,
            "{ statusCode: 204 }",
            r#"{"statusCode": "204"}"#,
        ] {
            let mock = Mock {
                templates: templates(template),
                responses: vec![response(204, None)],
                ..Mock::default()
            };
            let answer = answer(&mock, &[("Origin", "http://page")]).unwrap();
            assert_eq!((answer.status, answer.body.len()), (204, 0));
            assert_eq!(answer.headers.get("Access-Control-Allow-Origin"), Some("*"));
            assert_eq!(answer.headers.get("Content-Type"), Some("application/json"));
            assert_eq!(answer.headers.get("X-Amzn-Trace-Id"), None);
        }
    }

    #[test]
    fn the_selection_pattern_chooses_the_response() {
        let responses = vec![response(200, None), response(404, Some(r"4\d\d"))];
        let mock = |code: u16| Mock {
            templates: templates(&format!(r#"{{"statusCode":{code}}}"#)),
            responses: responses.clone(),
            ..Mock::default()
        };
        assert_eq!(answer(&mock(404), &[]).unwrap().status, 404);
        assert_eq!(answer(&mock(200), &[]).unwrap().status, 200);
        assert_eq!(answer(&mock(500), &[]).unwrap().status, 200);
    }

    #[test]
    fn no_status_code_or_no_response_is_an_error_of_configuration() {
        let mock = Mock {
            templates: templates("{}"),
            responses: vec![response(200, None)],
            ..Mock::default()
        };
        assert_eq!(answer(&mock, &[]), Err(GatewayError::configuration()));
        let mock = Mock {
            templates: templates(r#"{"statusCode":200}"#),
            ..Mock::default()
        };
        assert_eq!(answer(&mock, &[]), Err(GatewayError::configuration()));
    }

    #[test]
    fn a_strict_mock_refuses_a_type_without_a_template() {
        let mut mock = Mock {
            templates: templates(r#"{"statusCode":200}"#),
            responses: vec![response(200, None)],
            strict: true,
            ..Mock::default()
        };
        let headers = [("Content-Type", "text/plain")];
        assert_eq!(
            answer(&mock, &headers),
            Err(GatewayError::unsupported_media_type())
        );
        mock.strict = false;
        assert_eq!(
            answer(&mock, &headers),
            Err(GatewayError::configuration()),
            "an empty body has no statusCode"
        );
        assert_eq!(
            answer(&mock, &[("Content-Type", "application/json; charset=utf-8")])
                .unwrap()
                .status,
            200
        );
    }

    #[test]
    fn the_template_of_the_response_is_its_body() {
        let mut response = response(200, None);
        response.templates = templates(r#"{"path":"$context.path"}"#);
        let mock = Mock {
            templates: templates(r#"{"statusCode":200}"#),
            responses: vec![response],
            ..Mock::default()
        };
        assert_eq!(answer(&mock, &[]).unwrap().body, r#"{"path":"/v1/open"}"#);
    }
}
