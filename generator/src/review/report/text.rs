//! For a terminal: a line a fact.

use crate::review::Verdict;
use crate::review::report::Report;
use crate::review::words::plain;

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
    for told in &report.facts {
        // The emphasis is Markdown's.
        let sentence = told.fact.sentence.replace("**", "");
        lines.push(match &told.verdict {
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
        lines.push("To let through what is right, under [review], with a reason:".into());
        lines.push(if accept.len() > MANY {
            format!("  `portcullis review --markdown` has the {} lines", accept.len())
        } else {
            format!("  accept = [{}]", accept.join(", "))
        });
    }
    lines.push(String::new());
    lines.join("\n")
}
