//! Errors for programs: JSON lines, and annotations of a GitHub workflow.

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Diagnostics, Span};

impl Diagnostics {
    /// The errors in the order of [`Diagnostics::sorted`], a JSON object each:
    ///
    /// `level` (`error`), `message`, `file`, `span` (`line`, `column`, `end_line` and `end_column` from 1 on, in characters;
    /// `null` if the file as a whole is meant), `label`, `related` (each a `span` and a `label`) and `help`, a list.
    pub fn json(&self, path: &str, source: &str) -> Vec<Value> {
        let of = |diagnostic: &&Diagnostic| {
            let related = diagnostic.related.iter();
            let related = related.map(|(place, label)| json!({"span": span(place, source), "label": label}));
            json!({
                "level": "error",
                "message": diagnostic.summary,
                "file": path,
                "span": if diagnostic.is_of_the_file() { Value::Null } else { span(&diagnostic.span, source) },
                "label": diagnostic.label,
                "related": related.collect::<Vec<_>>(),
                "help": diagnostic.help,
            })
        };
        self.sorted().iter().map(of).collect()
    }

    /// The errors as commands of a GitHub workflow, a line each, which shows them beside the lines of a pull request.
    ///
    /// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>
    pub fn github(&self, path: &str, source: &str) -> Vec<String> {
        let of = |diagnostic: &&Diagnostic| {
            let mut message = vec![diagnostic.summary.clone()];
            message.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
            let mut place = format!("file={}", property(path));
            if !diagnostic.is_of_the_file() {
                let (line, column) = position(diagnostic.span.start, source);
                let (end_line, end_column) = position(diagnostic.span.end, source);
                place += &format!(",line={line},endLine={end_line},col={column},endColumn={end_column}");
            }
            annotation("error", &place, &message.join("\n"))
        };
        self.sorted().iter().map(of).collect()
    }
}

/// A command of a GitHub workflow. `properties` is empty or `NAME=VALUE`, each value escaped.
pub fn annotation(level: &str, properties: &str, message: &str) -> String {
    let message = message
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    match properties {
        "" => format!("::{level}::{message}"),
        properties => format!("::{level} {properties}::{message}"),
    }
}

fn property(value: &str) -> String {
    let escapes = [
        ('%', "%25"),
        ('\r', "%0D"),
        ('\n', "%0A"),
        (':', "%3A"),
        (',', "%2C"),
    ];
    escapes
        .iter()
        .fold(value.to_owned(), |value, (c, escape)| value.replace(*c, escape))
}

fn span(span: &Span, source: &str) -> Value {
    let (line, column) = position(span.start, source);
    let (end_line, end_column) = position(span.end, source);
    json!({"line": line, "column": column, "end_line": end_line, "end_column": end_column})
}

/// Line and column of a byte, from 1 on. Columns count characters.
fn position(place: usize, source: &str) -> (usize, usize) {
    let place = super::clamp(&(place..place), source).start;
    let before = &source[..place];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[line_start..].chars().filter(|c| *c != '\u{feff}').count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors() -> (Diagnostics, &'static str) {
        let source = "a = 1\nnäme = \"x\"\n";
        let mut errors = Diagnostics::default();
        let start = source.find('"').unwrap();
        errors.push(
            Diagnostic::new(start..start + 3, "`näme` must be 100%\nright")
                .label("here")
                .related(0..1, "and here")
                .help("write it"),
        );
        errors.push(Diagnostic::new(0..0, "missing `b`"));
        (errors, source)
    }

    #[test]
    fn places_are_lines_and_columns_of_characters() {
        let (errors, source) = errors();
        let json = errors.json("spec.toml", source);
        assert_eq!(
            json[0],
            json!({
                "level": "error", "message": "`näme` must be 100%\nright", "file": "spec.toml",
                "span": {"line": 2, "column": 8, "end_line": 2, "end_column": 11}, "label": "here",
                "related": [{"span": {"line": 1, "column": 1, "end_line": 1, "end_column": 2}, "label": "and here"}],
                "help": ["write it"],
            })
        );
        assert_eq!(json[1]["span"], Value::Null);
    }

    #[test]
    fn an_annotation_of_any_text_is_one_line() {
        let (errors, source) = errors();
        assert_eq!(
            errors.github("a,b:c.toml", source),
            [
                "::error file=a%2Cb%3Ac.toml,line=2,endLine=2,col=8,endColumn=11::`näme` must be 100%25%0Aright%0Ahelp: write it",
                "::error file=a%2Cb%3Ac.toml::missing `b`",
            ]
        );
    }
}
