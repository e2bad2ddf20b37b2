//! Templates and mapping expressions, filled in for one call.

use portcullis_terraform_json::expression::Expression;
use portcullis_terraform_json::template::{Part, Template, Variable};

use super::call::Call;
use super::gateway_error::GatewayError;

/// Returns the text of a template for one call. A variable that has no value there is empty.
pub fn render(template: &Template, call: &Call, error: Option<&GatewayError>) -> String {
    let value = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Variable(name) => variable(name, call, error).unwrap_or_default(),
    };
    template.0.iter().map(value).collect()
}

/// Returns the value of a mapping expression for one call; nothing if the call has no such value.
pub fn mapped(expression: &Expression, call: &Call, error: Option<&GatewayError>) -> Option<String> {
    match expression {
        Expression::Static(text) => Some(text.clone()),
        Expression::Header(name) => call.request.headers.get(name).map(str::to_owned),
        Expression::Query(name) => {
            let query = call.query().into_iter().rev();
            query
                .filter(|(other, _)| other == name)
                .map(|(_, value)| value)
                .next()
        }
        Expression::Path(name) => call.parameters.get(name).cloned(),
        Expression::Variable(name) => variable(name, call, error),
        // Refused when the state is read.
        Expression::Other(_) => None,
    }
}

fn variable(variable: &Variable, call: &Call, error: Option<&GatewayError>) -> Option<String> {
    match variable {
        Variable::Stage(name) => call.stage.variables.get(name).cloned(),
        Variable::ErrorMessage => error?.message.clone(),
        Variable::ErrorMessageString => Some(serde_json::Value::from(error?.message.as_deref()).to_string()),
        // JSON inside of quotes: templates put these around it.
        Variable::ValidationError => error?.validation.as_ref().map(|text| {
            let quoted = serde_json::Value::from(text.as_str()).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }),
        Variable::ResponseType => error?.response_type.map(str::to_owned),
        Variable::Context(keys) => {
            let mut value = &serde_json::to_value(call.request_context()).ok()?;
            for key in keys {
                value = value.get(key)?;
            }
            match value {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::call::tests::with_call;

    fn render(text: &str) -> String {
        let error = GatewayError::unauthorized();
        with_call(
            "GET",
            "/v1/pets/7?kind=a&kind=b",
            &[("Origin", "http://page")],
            |call| super::render(&Template::parse(text).unwrap(), call, Some(&error)),
        )
    }

    #[test]
    fn variables_are_replaced_and_the_rest_is_kept() {
        assert_eq!(
            render(r#"{"m":$context.error.messageString}"#),
            r#"{"m":"Unauthorized"}"#
        );
        assert_eq!(
            render("$context.error.responseType on ${context.stage}!"),
            "UNAUTHORIZED on v1!"
        );
        assert_eq!(render("$context.identity.sourceIp."), "127.0.0.1.");
        assert_eq!(render("costs $5 or 3$"), "costs $5 or 3$");
        assert_eq!(render("[$context.unheardOf]"), "[]");
        assert_eq!(render("$stageVariables.colour"), "blue");
    }

    #[test]
    fn mappings_read_text_headers_query_path_and_context() {
        with_call(
            "GET",
            "/v1/pets/7?kind=a&kind=b",
            &[("Origin", "http://page")],
            |call| {
                let mapped = |text| mapped(&Expression::parse(text).unwrap(), call, None);
                assert_eq!(mapped("'*'").unwrap(), "*");
                assert_eq!(mapped("method.request.header.origin").unwrap(), "http://page");
                assert_eq!(mapped("method.request.header.Absent"), None);
                assert_eq!(mapped("method.request.querystring.kind").unwrap(), "b");
                assert_eq!(mapped("method.request.path.id").unwrap(), "7");
                assert_eq!(mapped("context.resourcePath").unwrap(), "/pets/{id}");
                assert_eq!(mapped("stageVariables.colour").unwrap(), "blue");
            },
        );
    }
}
