//! Templates of answers, cut into text and variables.
//!
//! Gateway responses know variables only. Mock integrations know VTL, of which only variables are understood here. A
//! template with anything else is an error when it is read.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html>.

/// A template, cut into text and variables.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(pub Vec<Part>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Stays as it is.
    Text(String),
    /// Its value for a request takes its place.
    Variable(Variable),
}

/// A variable of templates and mapping expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum Variable {
    /// `stageVariables.NAME`
    Stage(String),
    /// `context.KEY.KEY`
    Context(Vec<String>),
    /// `context.error.message`
    ErrorMessage,
    /// `context.error.messageString`
    ErrorMessageString,
    /// `context.error.validationErrorString`
    ValidationError,
    /// `context.error.responseType`
    ResponseType,
}

impl Variable {
    /// Parses the name of a variable, without its `$`. Returns `None` for another name. An error is about a variable of
    /// the authorizer, which only an event has.
    pub fn parse(name: &str) -> Option<Result<Self, &'static str>> {
        let full = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        if let Some(name) = name.strip_prefix("stageVariables.") {
            return full(name).map(|name| Ok(Self::Stage(name)));
        }
        let name = full(name.strip_prefix("context.")?)?;
        Some(match name.as_str() {
            name if name.starts_with("authorizer") => Err("only an event has what the authorizer hands on"),
            "error.message" => Ok(Self::ErrorMessage),
            "error.messageString" => Ok(Self::ErrorMessageString),
            "error.validationErrorString" => Ok(Self::ValidationError),
            "error.responseType" => Ok(Self::ResponseType),
            name => Ok(Self::Context(name.split('.').map(str::to_owned).collect())),
        })
    }
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
            let is_whole = !(behind[end..].starts_with('(') || (braced && !behind[end..].starts_with('}')));
            let Some(Ok(variable)) = Variable::parse(name).filter(|_| is_whole) else {
                return Err(format!("its template uses `${}`", &behind[..end]));
            };
            parts.push(Part::Text(rest[..at].to_owned()));
            parts.push(Part::Variable(variable));
            rest = &behind[end + usize::from(braced)..];
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_text_and_variables() {
        let Template(parts) = Template::parse("a$context.error.message.${stageVariables.b}$5").unwrap();
        let text = |text: &str| Part::Text(text.into());
        let expected = [
            text("a"),
            Part::Variable(Variable::ErrorMessage),
            text("."),
            Part::Variable(Variable::Stage("b".into())),
            text("$"),
            text("5"),
        ];
        assert_eq!(parts, expected);
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
}
