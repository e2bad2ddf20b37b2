//! For a terminal: a line a fact.

use portcullis_foreign_text::printable::plain;

use crate::review::Verdict;
use crate::review::report::Report;

/// More lines for a spec than these are not written out.
const MANY: usize = 2;

/// The report as text. `paint` sets a text in an SGR style, or leaves it as it is.
pub fn text(report: &Report, paint: &dyn Fn(&str, &str) -> String) -> String {
    let mut lines = vec![
        format!(
            "{} → {}: {}",
            plain(&report.base),
            plain(&report.head),
            report.conclusion()
        ),
        String::new(),
    ];
    for judged in &report.facts {
        // The emphasis is Markdown's.
        let sentence = judged.fact.sentence().replace("**", "");
        lines.push(match &judged.verdict {
            Verdict::Blocked => format!("{} {sentence}", paint("31", "✗ blocked:")),
            Verdict::Accepted(reason) => {
                format!("{} {sentence} ({})", paint("33", "! accepted:"), plain(reason))
            }
            Verdict::Info => format!("· {sentence}"),
        });
    }
    for consequence in report.consequences() {
        lines.push(format!("· {consequence}"));
    }
    let accept = report.lines_to_add();
    if !accept.is_empty() {
        lines.push("To accept a blocked change, add it under [review] with a reason:".into());
        lines.push(if accept.len() > MANY {
            format!(
                "  run `portcullis review --markdown` for the {} entries",
                accept.len()
            )
        } else {
            format!("  accept = [{}]", accept.join(", "))
        });
    }
    lines.push(String::new());
    lines.join("\n")
}
