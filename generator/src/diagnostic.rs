//! Mistakes in a spec, as data, and how they are drawn.
//!
//! Policy: a mistake never stops the search for the next one. Every stage pushes what it finds into one
//! [`Diagnostics`] and says whether its own part is usable; the caller shows all of them in one run and writes
//! nothing. A diagnostic is a summary, a tight place with a label, further places that explain it, and a hint
//! that says what to do. Only TOML's own syntax errors come alone, because a text that is not TOML has no places.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

/// A range of bytes of the spec's text.
pub type Span = Range<usize>;

/// One mistake in a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// What is wrong, in one sentence without a trailing period.
    pub summary: String,
    /// Where, as tightly as it is known; an empty range at 0 stands for the file as a whole.
    pub span: Span,
    /// What stands under the underlined text; may be empty.
    pub label: String,
    /// Other places that explain this one, each with its label.
    pub related: Vec<(Span, String)>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A mistake at a place.
    pub fn new(span: Span, summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            hint: None,
        }
    }

    /// What stands under the underlined text.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Another place that explains this one.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// What to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Every mistake of a run, in the order in which it stands in the text.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every mistake, in the order of the text.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
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
        // A byte order mark has no column: drawn, it would move every place of the first line.
        let (source, mark) = match source.strip_prefix('\u{feff}') {
            Some(rest) => (rest, source.len() - rest.len()),
            None => (source, 0),
        };
        let mut text = String::new();
        for diagnostic in self.sorted() {
            text.push_str(&renderer.render(&draw(diagnostic, path, source, mark)));
            text.push_str("\n\n");
        }
        let count = self.0.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        text.push_str(&format!("{count} {noun} in {path}; nothing was written\n"));
        text
    }
}

fn draw<'a>(diagnostic: &'a Diagnostic, path: &'a str, source: &'a str, mark: usize) -> Vec<Group<'a>> {
    let title = Level::ERROR.primary_title(diagnostic.summary.as_str());
    let mut groups = vec![if diagnostic.span == (0..0) {
        title.element(Origin::path(path))
    } else {
        title.element(snippet(diagnostic, path, source, mark))
    }];
    if let Some(hint) = &diagnostic.hint {
        groups.push(Group::with_title(Level::HELP.secondary_title(hint.as_str())));
    }
    groups
}

/// The lines of the places. `mark` bytes of the text are missing in front of `source`.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    path: &'a str,
    source: &'a str,
    mark: usize,
) -> Snippet<'a, Annotation<'a>> {
    let place = |span: &Span| {
        clamp(
            &(span.start.saturating_sub(mark)..span.end.saturating_sub(mark)),
            source,
        )
    };
    let mut snippet = Snippet::source(source).path(path).annotation(
        AnnotationKind::Primary
            .span(place(&diagnostic.span))
            .label(diagnostic.label.as_str()),
    );
    for (span, label) in &diagnostic.related {
        snippet = snippet.annotation(AnnotationKind::Context.span(place(span)).label(label.as_str()));
    }
    snippet
}

/// A span that lies inside the text and on character boundaries, whatever a parser reported.
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

/// The known name nearest to a mistyped one, where one is near enough to be meant: at most a third of its
/// letters differ, or one holds the other.
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
}
