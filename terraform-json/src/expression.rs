//! Mapping expressions: what fills a header of an answer, or a parameter of a request to a backend.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html>

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;

use super::template::Variable;

/// A mapping expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A text in single quotes, without them.
    Static(String),
    /// A header of the request.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A parameter of the path.
    Path(String),
    /// A variable of the request's context or of the stage.
    Variable(Variable),
    /// A body, all values of a parameter, or a part of a backend's answer: this expression of AWS's.
    Other(String),
}

impl Expression {
    /// Takes an expression apart. The error says that it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inner = |text: &str| Some(text.strip_prefix('\'')?.strip_suffix('\'')?.to_owned());
        if let Some(text) = inner(text) {
            return Ok(Self::Static(text));
        }
        let unknown = || format!("{} must be a mapping expression", code(text));
        let parts: Vec<&str> = text.splitn(4, '.').collect();
        match parts[..] {
            ["method", "request", "header", name] if !name.is_empty() => Ok(Self::Header(name.to_owned())),
            ["method", "request", "querystring", name] if !name.is_empty() => {
                Ok(Self::Query(name.to_owned()))
            }
            ["method", "request", "path", name] if !name.is_empty() => Ok(Self::Path(name.to_owned())),
            [
                "method",
                "request",
                "multivalueheader" | "multivaluequerystring",
                name,
            ]
            | ["integration", "response", "header" | "multivalueheader", name]
                if !name.is_empty() =>
            {
                Ok(Self::Other(text.to_owned()))
            }
            ["method", "request", "body", ..] | ["integration", "response", "body", ..] => {
                Ok(Self::Other(text.to_owned()))
            }
            _ => match Variable::parse(text) {
                Some(Ok(variable)) => Ok(Self::Variable(variable)),
                Some(Err(_)) => Ok(Self::Other(text.to_owned())),
                None => Err(unknown()),
            },
        }
    }
}

/// A parameter of a request, by its location.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A header; API Gateway compares the case of the name as well.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A parameter of the path.
    Path(String),
}

impl Parameter {
    /// Takes the name of a parameter apart, such as `method.request.header.X-Shop`. The error says that it is none.
    pub fn parse(name: &str) -> Result<Self, String> {
        match Expression::parse(name) {
            Ok(Expression::Header(name)) => Ok(Self::Header(name)),
            Ok(Expression::Query(name)) => Ok(Self::Query(name)),
            Ok(Expression::Path(name)) => Ok(Self::Path(name)),
            _ => Err(format!("{} must be a parameter of a request", code(name))),
        }
    }
}

/// Headers of an answer, each with what fills it, in the order of their names.
pub type Headers = Vec<(String, Expression)>;

/// Takes apart the headers in `response_parameters`, whose names begin with `prefix`. The error names what is not
/// understood.
pub fn headers(parameters: &BTreeMap<String, String>, prefix: &str) -> Result<Headers, String> {
    let header = |(key, text): (&String, &String)| header(key, text, prefix);
    parameters.iter().map(header).collect()
}

/// Takes one of these headers apart.
pub fn header(key: &str, text: &str, prefix: &str) -> Result<(String, Expression), String> {
    let name = key.strip_prefix(prefix).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| format!("its parameter {} must be a header", code(key)))?;
    let expression = Expression::parse(text).map_err(|why| format!("of its header {}, {why}", code(name)))?;
    Ok((name.to_owned(), expression))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_known_by_its_beginning() {
        let parse = |text: &str| Expression::parse(text);
        for (text, expected) in [
            ("'*'", Expression::Static("*".into())),
            ("''", Expression::Static(String::new())),
            (
                "method.request.header.Origin",
                Expression::Header("Origin".into()),
            ),
            ("method.request.header.x.y", Expression::Header("x.y".into())),
            ("method.request.querystring.a", Expression::Query("a".into())),
            ("method.request.path.id", Expression::Path("id".into())),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
        for other in [
            "method.request.body",
            "method.request.body.a.b",
            "method.request.multivalueheader.a",
            "integration.response.header.a",
            "integration.response.body",
            "context.authorizer.claims.sub",
        ] {
            assert_eq!(parse(other), Ok(Expression::Other(other.into())));
        }
        for variable in ["context.requestId", "context.error.message", "stageVariables.a"] {
            assert!(
                matches!(parse(variable), Ok(Expression::Variable(_))),
                "{variable}"
            );
        }
    }

    #[test]
    fn an_invalid_expression_is_an_error() {
        for text in [
            "",
            "*",
            "'",
            "method.request.header.",
            "method.request.cookie.a",
            "$context.stage",
            "context.",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_header_that_is_not_understood_is_named() {
        let of = |key: &str, text: &str| {
            let parameters = BTreeMap::from([(key.to_owned(), text.to_owned())]);
            headers(&parameters, "method.response.header.")
        };
        let origin = ("Access".to_owned(), Expression::Static("*".into()));
        assert_eq!(of("method.response.header.Access", "'*'"), Ok(vec![origin]));
        assert_eq!(
            of("method.response.header.Access", "*"),
            Err("of its header `Access`, `*` must be a mapping expression".into())
        );
        assert_eq!(
            of("method.response.body", "'*'"),
            Err("its parameter `method.response.body` must be a header".into())
        );
    }
}
