//! For a terminal: a line a fact.

use portcullis_foreign_text::printable::plain;

use crate::review::Verdict;
use crate::review::report::{Accepting, Report};

/// More lines for a spec than these are not written out.
const MANY: usize = 2;

/// The report as text. `paint` sets a text in an SGR style, or leaves it as it is.
pub fn text(report: &Report, paint: &dyn Fn(&str, &str) -> String) -> String {
    let mut lines = vec![
        format!("{}: {}", compared(report), report.conclusion()),
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
        let place = report.accepting.place().replace('`', "");
        lines.push(format!(
            "To accept a blocked change, add it {place} with a reason:"
        ));
        lines.push(if accept.len() > MANY {
            let plan = match report.accepting {
                Accepting::Spec => "",
                Accepting::File(_) => " --plan FILE",
            };
            format!(
                "  run `portcullis review{plan} --markdown` for the {} entries",
                accept.len()
            )
        } else {
            format!("  accept = [{}]", accept.join(", "))
        });
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The two revisions, or the plan alone.
fn compared(report: &Report) -> String {
    match report.base.as_str() {
        "" => plain(&report.head),
        base => format!("{} → {}", plain(base), plain(&report.head)),
    }
}
