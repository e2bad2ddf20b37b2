//! The two little languages of API Gateway's configuration, as far as static answers need them: templates with
//! variables, and the expressions of parameter mappings.
//!
//! Templates of gateway responses know variables only; those of mock integrations are VTL, of which only variables
//! are understood here: any other is refused when the state is read.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>.

use super::call::Call;
use super::gateway_error::GatewayError;

/// A template, cut into text and variables.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    /// A variable without its `$`, such as `context.requestId`.
    Variable(String),
}

impl Template {
    /// Cuts a template. The error says what in it is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        // Directives, macros, comments and what is not to be parsed all begin so; quiet references do with `$!`.
        let directive = text.match_indices('#').find_map(|(at, _)| {
            let rest = &text[at + 1..];
            let word = rest
                .find(|next: char| !next.is_ascii_alphabetic())
                .unwrap_or(rest.len());
            let length = if rest.starts_with(['{', '[', '#', '*', '@']) {
                1
            } else {
                word
            };
            (length > 0).then(|| format!("#{}", &rest[..length]))
        });
        let quiet = text.contains("$!").then(|| "$!".to_owned());
        if let Some(used) = directive.or(quiet) {
            return Err(format!("its template uses `{used}`"));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let behind = &rest[at + 1..];
            let braced = behind.starts_with('{');
            let start = usize::from(braced);
            let name: &str = behind[start..]
                .split(|character: char| !(character.is_ascii_alphanumeric() || "._-".contains(character)))
                .next()
                .unwrap_or_default()
                .trim_end_matches(['.', '-']);
            if name.is_empty() || !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
                parts.push(Part::Text(rest[..=at].to_owned()));
                rest = behind;
                continue;
            }
            let end = start + name.len();
            // Only an event has what the authorizer hands on.
            let known = name.starts_with("context.") && !name.starts_with("context.authorizer")
                || name.starts_with("stageVariables.");
            if !known || behind[end..].starts_with('(') || (braced && !behind[end..].starts_with('}')) {
                return Err(format!("its template uses `${}`", &behind[..end]));
            }
            parts.push(Part::Text(rest[..at].to_owned()));
            parts.push(Part::Variable(name.to_owned()));
            rest = &behind[end + usize::from(braced)..];
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text for one call. A variable that has no value there is empty.
    pub fn render(&self, call: &Call, error: Option<&GatewayError>) -> String {
        let value = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(name) => variable(name, call, error).unwrap_or_default(),
        };
        self.0.iter().map(value).collect()
    }
}

/// The value of a mapping expression: `'text'`, `context.…`, `stageVariables.…`, or `method.request.header.…`,
/// `.querystring.…`, `.path.…`; nothing where the call has no such value.
pub fn mapped(expression: &str, call: &Call, error: Option<&GatewayError>) -> Option<String> {
    if let Some(literal) = expression
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
    {
        return Some(literal.to_owned());
    }
    if let Some(name) = expression.strip_prefix("method.request.header.") {
        return call.request.headers.get(name).map(str::to_owned);
    }
    if let Some(name) = expression.strip_prefix("method.request.querystring.") {
        return call
            .query()
            .into_iter()
            .rev()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value);
    }
    if let Some(name) = expression.strip_prefix("method.request.path.") {
        return call.parameters.get(name).cloned();
    }
    variable(expression, call, error)
}

fn variable(name: &str, call: &Call, error: Option<&GatewayError>) -> Option<String> {
    if let Some(name) = name.strip_prefix("stageVariables.") {
        return call.stage.variables.get(name).cloned();
    }
    let name = name.strip_prefix("context.")?;
    if let Some(name) = name.strip_prefix("error.") {
        let error = error?;
        return match name {
            "message" => Some(error.message.clone()),
            "messageString" => Some(serde_json::Value::from(error.message.as_str()).to_string()),
            // JSON inside of quotes: templates put these around it.
            "validationErrorString" => error.validation.as_ref().map(|text| {
                let quoted = serde_json::Value::from(text.as_str()).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }),
            "responseType" => error.response_type.map(str::to_owned),
            _ => None,
        };
    }
    let mut value = &serde_json::to_value(call.request_context()).ok()?;
    for key in name.split('.') {
        value = value.get(key)?;
    }
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
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
            |call| Template::parse(text).unwrap().render(call, Some(&error)),
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
    fn what_is_not_understood_is_named() {
        assert_eq!(
            Template::parse("#set($a = 1)"),
            Err("its template uses `#set`".into())
        );
        for text in [
            "#stop",
            "#parse('x')",
            "#[[x]]#",
            "#{else}",
            "## x",
            "#*x*#",
            "#@x()",
            "$!context.requestId",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
        assert!(Template::parse("$context.authorizer.claims.sub").is_err());
        assert!(Template::parse("no. #1, # and #").is_ok());
        assert_eq!(
            Template::parse("$input.json('$')"),
            Err("its template uses `$input.json`".into())
        );
        assert_eq!(
            Template::parse("$context.a.b()"),
            Err("its template uses `$context.a.b`".into())
        );
    }

    #[test]
    fn mappings_read_text_headers_query_path_and_context() {
        with_call(
            "GET",
            "/v1/pets/7?kind=a&kind=b",
            &[("Origin", "http://page")],
            |call| {
                let mapped = |expression| mapped(expression, call, None);
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
