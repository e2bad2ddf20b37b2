//! For a terminal: a line a fact.

use crate::review::Verdict;
use crate::review::report::Report;

/// The report as text. `paint` sets a text in an SGR style, or leaves it as it is.
pub fn text(report: &Report, paint: &dyn Fn(&str, &str) -> String) -> String {
    let mut lines = vec![
        format!("{} → {}: {}", report.base, report.head, report.conclusion()),
        String::new(),
    ];
    for told in &report.told {
        // The emphasis is Markdown's.
        let sentence = told.fact.sentence.replace("**", "");
        lines.push(match &told.verdict {
            Verdict::Denied => format!("{} {sentence}", paint("31", "✗ denied:")),
            Verdict::Acknowledged(reason) => {
                format!("{} {sentence} ({reason})", paint("33", "! acknowledged:"))
            }
            Verdict::Told => format!("· {sentence}"),
        });
        if let Some(line) = told.line_to_add() {
            lines.push(format!("  accept it under [review]: {line}"));
        }
    }
    for consequence in report.consequences() {
        lines.push(format!("· {consequence}"));
    }
    lines.push(String::new());
    lines.join("\n")
}
