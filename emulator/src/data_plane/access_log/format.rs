//! The format of an access log, cut into text and variables.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html>.

/// A format.
#[derive(Debug, Clone, PartialEq)]
pub struct Format(pub Vec<Part>);

/// A part of a format.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Stays as it is.
    Text(String),
    /// The name behind `$context.`, whose value takes its place.
    Variable(String),
}

impl Format {
    /// Cuts a format.
    pub fn parse(text: &str) -> Self {
        const CONTEXT: &str = "$context.";
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(CONTEXT) {
            let behind = &rest[at + CONTEXT.len()..];
            let is_of_name = |character: char| character.is_ascii_alphanumeric() || "._".contains(character);
            let name = behind.split(|character| !is_of_name(character)).next();
            let name = name.unwrap_or_default().trim_end_matches('.');
            parts.push(Part::Text(rest[..at].to_owned()));
            parts.push(Part::Variable(name.to_owned()));
            rest = &behind[name.len()..];
        }
        parts.push(Part::Text(rest.to_owned()));
        Self(parts)
    }
}
