//! Errors in a spec, as data, and how they are drawn.
//!
//! An error never stops the search for the next one, and is reported once: if a name is missing only because it is
//! mistyped elsewhere, that is one error. Every stage pushes its errors into one [`Diagnostics`] and says whether its own
//! part is usable. The caller shows all of them in one run and writes nothing. Only TOML's own syntax errors come alone,
//! because a text that is not TOML has no places.
//!
//! The summary of an error stands alone. It names the key, the value and the rule in one of four forms: "`x` must be …,
//! not `y`", "unknown x `y`", "missing `x` in `[y]`", "duplicate x `y`". Its place is tight, further places explain it,
//! and help begins with a verb.

pub mod machine;

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

use portcullis_foreign_text::printable;

/// A range of bytes of the spec's text.
pub type Span = Range<usize>;

/// One error in a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// The error in one sentence, without a trailing period.
    pub summary: String,
    /// The place, as tightly as possible. An empty range at 0 stands for the file as a whole.
    pub span: Span,
    /// The text under the underlined text; may be empty.
    pub label: String,
    /// Other places that explain this one, each with its label.
    pub related: Vec<(Span, String)>,
    /// Advice, a line each.
    pub help: Vec<String>,
    /// The key that is meant here, mistyped or with a wrong value, such as `user_pool.clients`.
    pub meant: Option<String>,
    /// The key whose absence is the error.
    pub missing: Option<String>,
    /// The table with the unknown key that is the error.
    pub unknown_in: Option<Span>,
    /// A value that may be a secret. No error of the run shows it.
    pub secret: Option<Span>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn new(span: Span, summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
            meant: None,
            missing: None,
            unknown_in: None,
            secret: None,
        }
    }

    /// Sets the text under the underlined text.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Another place that explains this one.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Adds advice that begins with a verb. May be called several times.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds advice, unless it is empty.
    pub fn helps(self, help: &str) -> Self {
        if help.is_empty() { self } else { self.help(help) }
    }

    /// Names what is spelled nearly as an unknown word, if anything is. `what` is what the words are: "a key".
    pub fn similar<'k>(self, word: &str, what: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        match nearest(word, known) {
            Some(near) => self.help(format!("{what} with a similar name exists: `{near}`")),
            None => self,
        }
    }

    /// The same for a key: the one at the `path` of the near name is meant.
    pub fn similar_key<'k>(
        self,
        word: &str,
        what: &str,
        known: impl IntoIterator<Item = &'k str>,
        path: impl FnOnce(&str) -> String,
    ) -> Self {
        match nearest(word, known) {
            Some(near) => self.meant(path(near)).similar(word, what, [near]),
            None => self,
        }
    }

    /// Lists the words that are known, if there are any and none was similar.
    pub fn known<'k>(self, known: impl Iterator<Item = &'k str>) -> Self {
        let known: Vec<String> = known.map(|word| format!("`{word}`")).collect();
        if !self.help.is_empty() || known.is_empty() {
            return self;
        }
        self.help(format!("use one of {}", known.join(", ")))
    }

    /// Sets the key that was probably meant. Errors about its absence, or the absence of a key in it, are dropped.
    pub fn meant(mut self, key: impl Into<String>) -> Self {
        self.meant = Some(key.into());
        self
    }

    /// Sets the key whose absence is the error.
    pub fn missing(mut self, key: impl Into<String>) -> Self {
        self.missing = Some(key.into());
        self
    }

    /// Sets the table that has an unknown key.
    pub fn unknown_in(mut self, table: Span) -> Self {
        self.unknown_in = Some(table);
        self
    }

    /// Hides a value of the spec that may be a secret.
    pub fn hide(mut self, secret: Span) -> Self {
        self.secret = Some(secret);
        self
    }

    /// Returns whether the error is about the file as a whole.
    fn is_of_the_file(&self) -> bool {
        self.span == (0..0)
    }
}

/// All errors of a run.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Returns the number of errors.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Drops the errors behind the first `count` ones that are among these.
    pub(crate) fn drop_repeated(&mut self, count: usize) {
        let more = self.0.split_off(count.min(self.0.len()));
        let new = more.into_iter().filter(|error| !self.0.contains(error));
        let new: Vec<_> = new.collect();
        self.0.extend(new);
    }

    /// Returns whether there is no error.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether there is an error about a value, which then counts as present.
    pub(crate) fn are_about(&self, value: &Span) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.span == *value)
    }

    /// Returns whether a table has an unknown key, which may be one that it lacks.
    pub fn has_unknown_key_in(&self, table: &Span) -> bool {
        let mut all = self.0.iter();
        all.any(|diagnostic| diagnostic.unknown_in.as_ref() == Some(table))
    }

    /// Returns the errors in the order of the text, without those that follow from another one. Errors of the whole
    /// file come last, because a place in the text is often their cause.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let is_consequence = |diagnostic: &Diagnostic| {
            diagnostic.missing.as_deref().is_some_and(|missing| {
                let meant = self.0.iter().filter_map(|other| other.meant.as_deref());
                meant
                    .filter_map(|meant| missing.strip_prefix(meant))
                    .any(|below| below.is_empty() || below.starts_with('.'))
            })
        };
        let mut sorted: Vec<_> = self
            .0
            .iter()
            .filter(|diagnostic| !is_consequence(diagnostic))
            .collect();
        sorted.sort_by_key(|diagnostic| {
            (
                diagnostic.is_of_the_file(),
                diagnostic.span.start,
                diagnostic.span.end,
            )
        });
        sorted
    }

    /// All of them as text for a terminal, with a closing line that counts them. `path` names the file.
    pub fn render(&self, path: &str, source: &str, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let source = self.without_secrets(source);
        let (path, source) = (&printable::plain(path), &VisibleText::of(&source));
        let mut text = String::new();
        let sorted = self.sorted();
        for diagnostic in sorted.iter().copied().map(Diagnostic::shown) {
            text.push_str(&renderer.render(&draw(&diagnostic, path, source)));
            text.push_str("\n\n");
        }
        let count = sorted.len();
        let noun = if count == 1 { "error" } else { "errors" };
        text.push_str(&format!("{count} {noun} in {path}. Nothing was written.\n"));
        text
    }

    /// Returns the source with `*` in place of each byte of a secret, so that other places stay.
    fn without_secrets(&self, source: &str) -> String {
        let mut text = source.to_owned();
        for secret in self.0.iter().filter_map(|diagnostic| diagnostic.secret.as_ref()) {
            let secret = clamp(secret, &text);
            let hidden: String = text[secret.clone()]
                .chars()
                .flat_map(|c| match c {
                    '\n' | '\r' => vec![c],
                    c => vec!['*'; c.len_utf8()],
                })
                .collect();
            text.replace_range(secret, &hidden);
        }
        text
    }
}

/// A text as a terminal may show it, in which places are those of the text that it was.
struct VisibleText {
    text: String,
    /// The end of each hidden character in the source, and the end of its escape here.
    moved: Vec<(usize, usize)>,
}

impl VisibleText {
    fn of(source: &str) -> Self {
        let (mut text, mut moved) = (String::new(), Vec::new());
        for (start, c) in source.char_indices() {
            // A byte order mark in front has no column: drawn, it would move every place of the first line.
            let is_mark = c == '\u{feff}' && start == 0;
            let ends_line = c == '\r' && source[start + 1..].starts_with('\n');
            match c {
                _ if is_mark || ends_line => {}
                '\n' | '\t' => text.push(c),
                c if printable::is_hidden(c) => text.push_str(&printable::escape(c)),
                c => text.push(c),
            }
            if printable::is_hidden(c) {
                moved.push((start + c.len_utf8(), text.len()));
            }
        }
        Self { text, moved }
    }

    fn place(&self, span: &Span) -> Span {
        let place = |place: usize| {
            let before = self.moved.partition_point(|(ended, _)| *ended <= place);
            let (ended, ends) = before.checked_sub(1).map_or((0, 0), |last| self.moved[last]);
            ends + (place - ended)
        };
        clamp(&(place(span.start)..place(span.end)), &self.text)
    }
}

impl Diagnostic {
    /// Returns each line without hidden characters, because it may contain foreign text.
    fn shown(&self) -> Self {
        let line = |text: &str| printable::lines(text).replace('\n', "\\u000A");
        Self {
            summary: line(&self.summary),
            span: self.span.clone(),
            label: line(&self.label),
            related: self
                .related
                .iter()
                .map(|(span, label)| (span.clone(), line(label)))
                .collect(),
            help: self.help.iter().map(|help| line(help)).collect(),
            meant: self.meant.clone(),
            missing: self.missing.clone(),
            unknown_in: self.unknown_in.clone(),
            secret: self.secret.clone(),
        }
    }
}

fn draw<'a>(diagnostic: &'a Diagnostic, path: &'a str, source: &'a VisibleText) -> Vec<Group<'a>> {
    let title = Level::ERROR.primary_title(diagnostic.summary.as_str());
    let mut groups = vec![if diagnostic.is_of_the_file() {
        title.element(Origin::path(path))
    } else {
        title.element(snippet(diagnostic, path, source))
    }];
    for help in &diagnostic.help {
        groups.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
    }
    groups
}

/// The lines of the places.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    path: &'a str,
    source: &'a VisibleText,
) -> Snippet<'a, Annotation<'a>> {
    let mut snippet = Snippet::source(source.text.as_str()).path(path).annotation(
        AnnotationKind::Primary
            .span(source.place(&diagnostic.span))
            .label(diagnostic.label.as_str()),
    );
    for (span, label) in &diagnostic.related {
        snippet = snippet.annotation(
            AnnotationKind::Context
                .span(source.place(span))
                .label(label.as_str()),
        );
    }
    snippet
}

/// Returns a span inside the text and on character boundaries, for any span of a parser.
fn clamp(span: &Span, source: &str) -> Span {
    let floor = |mut index: usize| {
        index = index.min(source.len());
        while !source.is_char_boundary(index) {
            index -= 1;
        }
        index
    };
    let start = floor(span.start);
    start..floor(span.end.max(start))
}

/// A text in a headline: long ones are cut.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// Returns the known name nearest to a mistyped one, if it is similar enough: at most a third of its letters differ, or
/// one contains the other.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            let (short, long) = if name.len() < candidate.len() {
                (name, *candidate)
            } else {
                (*candidate, name)
            };
            *distance <= candidate.chars().count().max(3) / 3 || short.len() > 3 && long.contains(short)
        })
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        assert_eq!(nearest("timout", ["timeout_seconds", "memory"]), None);
        assert_eq!(nearest("memroy", ["timeout", "memory"]), Some("memory"));
        assert_eq!(nearest("timeout", ["timeout_seconds"]), Some("timeout_seconds"));
        assert_eq!(nearest("authorization", ["auth", "function"]), Some("auth"));
        assert_eq!(nearest("xyz", ["abc"]), None);
    }

    #[test]
    fn a_span_beyond_the_text_is_drawn_at_its_end() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(Diagnostic::new(90..95, "beyond"));
        assert!(diagnostics.render("a.toml", "ä", false).contains("a.toml:1:"));
    }

    #[test]
    fn what_is_hidden_is_drawn_by_its_number_and_no_place_moves() {
        let source = "\u{feff}a = \"\u{9b}\u{202e}\" # \u{1b}]0;x\u{7}\r\nb = 1\r\n";
        let place = |text: &str| source.find(text).map(|start| start..start + text.len()).unwrap();
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(
            Diagnostic::new(place("\u{202e}"), "a\u{1b}[2J\nerror: b")
                .label("c\u{202e}")
                .related(place("b = 1"), "d\u{9b}\ne")
                .help("f\u{7}\ng"),
        );
        let drawn = diagnostics.render("x\u{1b}\n.toml", source, false);
        assert_eq!(
            drawn,
            r#"error: a\u001B[2J\u000Aerror: b
 --> x\u001B\u000A.toml:1:12
  |
1 | a = "\u009B\u202E" # \u001B]0;x\u0007
  |            ^^^^^^ c\u202E
2 | b = 1
  | ----- d\u009B\u000Ae
  |
help: f\u0007\u000Ag

1 error in x\u001B\u000A.toml. Nothing was written.
"#
        );
    }
}
