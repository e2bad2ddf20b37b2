//! For a comment of a pull request: a table of routes, one of what is at risk, the rest folded.

use portcullis_foreign_text::printable::code;

use crate::review::report::Report;
use crate::review::{Judged, Section, Verdict};

/// Bytes of a report: GitHub takes comments of 65,536 characters, and the pipeline adds a few.
const LONGEST: usize = 55_000;

/// The report as Markdown of GitHub's and GitLab's.
pub fn markdown(report: &Report) -> String {
    let of = |section| -> Vec<&Judged> {
        let judged = report.facts.iter();
        judged
            .filter(|judged| judged.fact.kind().section() == section)
            .collect()
    };
    let routes = of(Section::Routes);
    let (mut at_risk, mut settings) = (of(Section::Review), of(Section::Rest));
    // A change that may be blocked and is not here is as harmless as the rest.
    for judged in of(Section::AtRisk) {
        let table = match judged.verdict {
            Verdict::Info => &mut settings,
            _ => &mut at_risk,
        };
        table.push(judged);
    }
    let mut parts = vec![
        format!("### Portcullis: {}", report.conclusion()),
        match report.base.as_str() {
            "" => code(&report.head),
            base => format!("{} → {}", code(base), code(&report.head)),
        },
    ];
    if !routes.is_empty() {
        let rows = routes.iter().map(|judged| {
            let mark = match &judged.verdict {
                Verdict::Info => String::new(),
                Verdict::Blocked => "❌ ".into(),
                Verdict::Accepted(_) => "⚠️ ".into(),
            };
            let reason = match &judged.verdict {
                Verdict::Accepted(reason) => format!(" (accepted: {})", cell(&code(reason))),
                _ => String::new(),
            };
            let route = cell(&code(&judged.fact.of()));
            format!("| {route} | {mark}{}{reason} |", cell(&judged.fact.sentence()))
        });
        parts.push(table("| Route | What changes |\n|---|---|", rows));
    }
    if !at_risk.is_empty() {
        let rows = at_risk.iter().map(|judged| {
            let verdict = match &judged.verdict {
                Verdict::Accepted(reason) => format!("⚠️ accepted: {}", cell(&code(reason))),
                _ => "❌ blocked".into(),
            };
            format!("| {} | {verdict} |", cell(&judged.fact.sentence()))
        });
        parts.push(table("| At risk | Verdict |\n|---|---|", rows));
    }
    let consequences = report.consequences();
    if !consequences.is_empty() {
        parts.push(consequences.join("  \n"));
    }
    if !settings.is_empty() {
        let count = settings.len();
        let noun = if count == 1 {
            "other change"
        } else {
            "other changes"
        };
        let list: Vec<_> = settings
            .iter()
            .map(|judged| format!("- {}", judged.fact.sentence()))
            .collect();
        parts.push(folded(&format!("{count} {noun}"), &list.join("\n")));
    }
    let lines: Vec<String> = report
        .lines_to_add()
        .iter()
        .map(|line| format!("  {line},\n"))
        .collect();
    if !lines.is_empty() {
        let text = format!(
            "Add {}, with a reason:\n\n```toml\naccept = [\n{}]\n```",
            report.accepting.place(),
            lines.concat()
        );
        parts.push(folded("To accept blocked changes", &text));
    }
    let mut left_out = false;
    // The last folded parts are dropped first if a comment would not hold everything. A cut in any other place would
    // break the markup.
    let mut push = |parts: &mut Vec<String>, part: String| {
        if parts.iter().map(String::len).sum::<usize>() + part.len() > LONGEST {
            left_out = true;
        } else {
            parts.push(part);
        }
    };
    for plan in report.plans.iter().filter(|plan| !plan.actions.is_empty()) {
        let list: Vec<_> = plan
            .actions
            .iter()
            .map(|(address, action)| format!("- {action} {}", code(address)))
            .collect();
        let summary = match plan.environment.as_str() {
            "" => "What Terraform does".to_owned(),
            environment => format!("What Terraform does to {environment}"),
        };
        push(&mut parts, folded(&summary, &list.join("\n")));
    }
    if left_out {
        parts.push("This comment was too long, so parts of it were left out. Run `portcullis review` to see everything.".into());
    }
    parts.join("\n\n") + "\n"
}

fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    format!("{head}\n{}", rows.collect::<Vec<_>>().join("\n"))
}

fn folded(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{text}\n\n</details>")
}

/// A text in a cell of a table: it ends neither the cell nor the line.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
