//! For a terminal: a line a fact.

use crate::review::report::Report;
use crate::review::words::plain;
use crate::review::{Told, Verdict};

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
    for told in &report.told {
        // The emphasis is Markdown's.
        let sentence = told.fact.sentence.replace("**", "");
        lines.push(match &told.verdict {
            Verdict::Denied => format!("{} {sentence}", paint("31", "✗ denied:")),
            Verdict::Acknowledged(reason) => {
                format!(
                    "{} {sentence} ({})",
                    paint("33", "! acknowledged:"),
                    plain(reason)
                )
            }
            Verdict::Told => format!("· {sentence}"),
        });
    }
    for consequence in report.consequences() {
        lines.push(format!("· {consequence}"));
    }
    let accept: Vec<String> = report.told.iter().filter_map(Told::line_to_add).collect();
    if !accept.is_empty() {
        lines.push("To let through what is right, under [review], with a reason:".into());
    }
    if accept.len() > MANY {
        let count = accept.len();
        lines.push(format!("  `portcullis review --markdown` has the {count} lines"));
    } else {
        lines.extend(accept.iter().map(|line| format!("  {line}")));
    }
    lines.push(String::new());
    lines.join("\n")
}
