//! The report of a review: the same for a terminal, for a comment and for a machine.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

use std::collections::BTreeSet;

use portcullis_foreign_text::printable::code;

use crate::review::{ChangeId, ChangeKind, Fact, Judged, Verdict};

/// A whole review, ready to be shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// The base of the comparison, as the reader knows it: `main`, `portcullis.toml`.
    pub base: String,
    /// With what.
    pub head: String,
    /// The facts with their verdicts, the gravest first.
    pub facts: Vec<Judged>,
    /// Environments whose API gets a new deployment, as far as the specs tell.
    pub deployments: Vec<String>,
    /// True if anything changes in AWS, as far as the specs show it.
    pub infrastructure: bool,
    /// The plans of Terraform.
    pub plans: Vec<Plan>,
    /// The place of accepted changes.
    pub accepting: Accepting,
}

/// The place of accepted changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Accepting {
    /// The table `[review]` of the spec.
    #[default]
    Spec,
    /// A file of its own, by its name.
    File(String),
}

/// Terraform's plan for an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Name of the environment; empty if no spec has environments.
    pub environment: String,
    /// Resources that are created; a replaced one is created and destroyed.
    pub add: usize,
    /// Resources that are changed in place.
    pub change: usize,
    /// Resources that are destroyed.
    pub destroy: usize,
    /// True if the API gets a new deployment.
    pub deployment: bool,
    /// Addresses with what happens to each, sorted: the folded details.
    pub actions: Vec<(String, &'static str)>,
    /// Values that are unknown before the apply, but admit no other callers than the spec.
    pub notes: Vec<String>,
}

/// The action on resources that stay in AWS and leave the state.
pub(crate) const FORGET: &str = "forget";

impl Report {
    /// Returns whether a fact is blocked.
    pub fn is_blocked(&self) -> bool {
        self.count(|verdict| *verdict == Verdict::Blocked) > 0
    }

    fn count(&self, is: impl Fn(&Verdict) -> bool) -> usize {
        self.facts.iter().filter(|judged| is(&judged.verdict)).count()
    }

    /// The first line: what came out.
    fn conclusion(&self) -> String {
        let blocked = self.count(|verdict| *verdict == Verdict::Blocked);
        let accepted = self.count(|verdict| matches!(verdict, Verdict::Accepted(_)));
        let info = self.facts.len() - blocked - accepted;
        let parts = [(blocked, "blocked"), (accepted, "accepted"), (info, "info")];
        let counted: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let does_something = self.plans.iter().any(|plan| !plan.actions.is_empty());
        if counted.is_empty() && does_something {
            match self.accepting {
                Accepting::Spec => "nothing changes in the spec".into(),
                Accepting::File(_) => "no change of access or data".into(),
            }
        } else if counted.is_empty() {
            "nothing changes".into()
        } else {
            counted.join(", ")
        }
    }

    /// The `accept` entries for what is blocked, each once. A change with an expired entry needs no second one.
    fn lines_to_add(&self) -> Vec<String> {
        let has_expired = |id: &ChangeId| {
            let mut facts = self.facts.iter().map(|judged| &judged.fact);
            facts.any(|fact| matches!(fact, Fact::AcceptedChangeExpired(line) if line.is_for(id)))
        };
        let ids = self.facts.iter().filter_map(Judged::id_to_accept);
        let mut lines: Vec<String> = ids
            .filter(|id| !has_expired(id))
            .map(|id| id.line_to_accept())
            .collect();
        let mut seen = BTreeSet::new();
        lines.retain(|line| seen.insert(line.clone()));
        lines
    }

    /// The last lines: what it means for AWS. Terraform's plan knows better than the specs.
    fn consequences(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.plans.iter().map(Plan::sentence).collect();
        lines.extend(self.plans.iter().filter_map(Plan::note));
        let unplanned: Vec<String> = self
            .deployments
            .iter()
            .filter(|name| self.plans.iter().all(|plan| plan.environment != **name))
            .map(|name| format!("`{name}`"))
            .collect();
        if !unplanned.is_empty() {
            let each = if unplanned.len() > 1 { " each" } else { "" };
            lines.push(format!("1 new deployment{each} in {}", unplanned.join(", ")));
        }
        let is_compared = self
            .facts
            .iter()
            .all(|judged| judged.fact.kind() != ChangeKind::SpecInvalid);
        if lines.is_empty() && !self.infrastructure && is_compared {
            lines.push("no infrastructure changes expected".into());
        }
        lines
    }
}

impl Accepting {
    /// The place for a new entry.
    fn place(&self) -> String {
        match self {
            Self::Spec => "under `[review]`".to_owned(),
            Self::File(name) => format!("to {}", code(name)),
        }
    }
}

impl Plan {
    fn sentence(&self) -> String {
        let Self {
            environment,
            add,
            change,
            destroy,
            deployment,
            ..
        } = self;
        let forget = self
            .actions
            .iter()
            .filter(|(_, action)| *action == FORGET)
            .count();
        let of = match environment.as_str() {
            "" => String::new(),
            environment => format!(" of `{environment}`"),
        };
        if *add + *change + *destroy + forget == 0 {
            return format!("plan{of}: no infrastructure changes");
        }
        let forget = match forget {
            0 => String::new(),
            count => format!(", {count} to forget"),
        };
        let deployment = if *deployment { ", 1 new deployment" } else { "" };
        format!("plan{of}: {add} to add, {change} to change, {destroy} to destroy{forget}{deployment}")
    }
}

impl Plan {
    fn note(&self) -> Option<String> {
        let (first, more) = self.notes.split_first()?;
        let more = match more.len() {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        Some(format!(
            "unknown before the apply to `{}`: {first}{more}",
            self.environment
        ))
    }
}

impl Judged {
    /// The change that an `accept` entry would accept; none if it is not blocked, or no entry accepts it.
    fn id_to_accept(&self) -> Option<ChangeId> {
        let fact = &self.fact;
        (self.verdict == Verdict::Blocked && fact.kind().can_be_accepted()).then(|| fact.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{AcceptedChange, Callers, Shifted};

    fn judged(fact: Fact, verdict: Verdict) -> Judged {
        Judged { fact, verdict }
    }

    fn setting(path: &[&str], before: u32, after: u32) -> Fact {
        Fact::Setting {
            path: path.iter().map(ToString::to_string).collect(),
            of: path.join("."),
            before: Some(before.into()),
            after: Some(after.into()),
            is_secret: false,
            meaning: None,
            signs_in: true,
        }
    }

    fn report() -> Report {
        let opened = Shifted {
            requests: "GET /admin".into(),
            from: None,
            to: "GET /admin".into(),
            function: "admin".into(),
            before: Callers::SignedIn,
            after: Callers::Anyone,
            kept: Vec::new(),
        };
        let every_origin = Fact::CorsOrigin {
            environment: "dev".into(),
            before: None,
            after: "*".into(),
            signs_in: true,
        };
        let reason = "Previews have addresses of their own | soon";
        Report {
            base: "main".into(),
            head: "portcullis.toml".into(),
            facts: vec![
                judged(Fact::RouteOpened(opened), Verdict::Blocked),
                judged(every_origin, Verdict::Accepted(reason.into())),
                judged(
                    setting(&["functions", "orders", "memory_mb"], 512, 1024),
                    Verdict::Info,
                ),
            ],
            deployments: vec!["dev".into(), "prod".into()],
            infrastructure: true,
            plans: Vec::new(),
            accepting: Accepting::Spec,
        }
    }

    #[test]
    fn a_terminal_gets_a_line_a_fact_and_the_line_that_lets_it_through() {
        assert_eq!(
            text(&report(), &|_, text| text.into()),
            "\
main → portcullis.toml: 1 blocked, 1 accepted, 1 info

✗ blocked: `GET /admin` becomes public, handled by `admin`
! accepted: CORS now allows every origin in `dev`, also on routes for signed-in users (Previews have addresses of their own | soon)
· `functions.orders.memory_mb` 512 → 1024
· 1 new deployment each in `dev`, `prod`
To accept a blocked change, add it under [review] with a reason:
  accept = [{ change = \"route_opened\", of = \"GET /admin\", reason = \"…\" }]
"
        );
    }

    #[test]
    fn a_comment_has_a_table_of_routes_and_one_of_what_is_at_risk() {
        assert_eq!(
            markdown(&report()),
            "\
### Portcullis: 1 blocked, 1 accepted, 1 info

`main` → `portcullis.toml`

| Route | What changes |
|---|---|
| `GET /admin` | ❌ `GET /admin` becomes **public**, handled by `admin` |

| At risk | Verdict |
|---|---|
| CORS now allows **every origin** in `dev`, also on routes for signed-in users | ⚠️ accepted: `Previews have addresses of their own \\| soon` |

1 new deployment each in `dev`, `prod`

<details><summary>1 other change</summary>

- `functions.orders.memory_mb` 512 → 1024

</details>

<details><summary>To accept blocked changes</summary>

Add under `[review]`, with a reason:

```toml
accept = [
  { change = \"route_opened\", of = \"GET /admin\", reason = \"…\" },
]
```

</details>
"
        );
    }

    /// Reasons are anybody's who opens a pull request, as names of branches and files are.
    #[test]
    fn what_somebody_wrote_is_no_markup_and_moves_no_cursor() {
        let mut report = report();
        let hostile = "\\*b\\* \\<img src=x> @team </details>\n| `x` | \u{1b}[2J\u{202e}";
        report.base = hostile.into();
        report.facts[0].verdict = Verdict::Accepted(hostile.into());
        report.facts[1].verdict = Verdict::Accepted(hostile.into());
        report.plans = vec![Plan {
            actions: vec![(hostile.into(), "create")],
            ..Plan::default()
        }];
        let markdown = markdown(&report);
        let whole = "\\*b\\* \\<img src=x> @team </details>\\u000A| \\u0060x\\u0060 | \\u001B[2J\\u202E";
        let in_cell = whole.replace('|', "\\|");
        for line in [
            format!("`{whole}` → `portcullis.toml`"),
            format!("(accepted: `{in_cell}`) |"),
            format!("| ⚠️ accepted: `{in_cell}` |"),
            format!("- create `{whole}`"),
        ] {
            let ends = markdown.lines().any(|shown| shown.ends_with(&line));
            assert!(ends, "{line} is not in\n{markdown}");
        }
        let text = text(&report, &|_, text| text.into());
        assert!(text.starts_with(&format!("{whole} → ")), "{text}");
        assert_eq!(text.matches(&format!("({whole})\n")).count(), 2, "{text}");
    }

    #[test]
    fn a_machine_gets_the_same() {
        let json: serde_json::Value = serde_json::from_str(&json(&report())).unwrap();
        assert_eq!(json["format"], 3);
        assert_eq!(json["blocked"], true);
        assert_eq!(
            json["facts"][1],
            serde_json::json!({
                "change": "cors_any_origin", "of": "dev", "verdict": "accepted",
                "sentence": "CORS now allows **every origin** in `dev`, also on routes for signed-in users",
                "before": null, "after": "*", "reason": "Previews have addresses of their own | soon"
            })
        );
        assert_eq!(json["deployments"], serde_json::json!(["dev", "prod"]));
    }

    #[test]
    fn a_change_with_an_expired_entry_gets_no_second_one() {
        let mut report = report();
        assert_eq!(report.lines_to_add().len(), 1);
        let ChangeId { kind, of } = report.facts[0].fact.id();
        let line = AcceptedChange {
            change: kind,
            of,
            reason: "Ours".into(),
            until: None,
        };
        let expired = judged(Fact::AcceptedChangeExpired(line), Verdict::Blocked);
        report.facts.push(expired);
        assert!(report.lines_to_add().is_empty());
    }

    #[test]
    fn a_plan_that_does_something_is_not_nothing() {
        let mut same = Report {
            plans: vec![Plan {
                environment: "dev".into(),
                actions: vec![("a.b".into(), FORGET)],
                ..Plan::default()
            }],
            ..Report::default()
        };
        let shown = text(&same, &|_, text| text.into());
        assert!(shown.contains(": nothing changes in the spec\n"), "{shown}");
        assert!(
            shown.contains("· plan of `dev`: 0 to add, 0 to change, 0 to destroy, 1 to forget\n"),
            "{shown}"
        );
        same.plans[0].actions.clear();
        let shown = text(&same, &|_, text| text.into());
        assert!(shown.contains(": nothing changes\n"), "{shown}");
        assert!(
            shown.contains("· plan of `dev`: no infrastructure changes\n"),
            "{shown}"
        );
    }

    #[test]
    fn a_line_to_add_is_one_line_and_ends_no_fence() {
        for (of, line) in [
            ("orders", "\"orders\""),
            ("a[\"b\"]", "'a[\"b\"]'"),
            ("a\n```\n\"b\"", r#""a\n\u0060\u0060\u0060\n\"b\"""#),
        ] {
            let function = of.into();
            let shown = judged(Fact::LogsDeleted { function }, Verdict::Blocked);
            let shown = shown.id_to_accept().unwrap().line_to_accept();
            assert_eq!(
                shown,
                format!("{{ change = \"logs_deleted\", of = {line}, reason = \"…\" }}")
            );
            let read: toml::Table = toml::from_str(&format!("line = {shown}")).unwrap();
            assert_eq!(read["line"]["of"].as_str(), Some(of));
        }
    }

    #[test]
    fn nothing_is_said_of_nothing() {
        let same = Report {
            base: "HEAD".into(),
            head: "portcullis.toml".into(),
            ..Report::default()
        };
        assert_eq!(
            text(&same, &|_, text| text.into()),
            "HEAD → portcullis.toml: nothing changes\n\n· no infrastructure changes expected\n"
        );
        assert_eq!(
            markdown(&same),
            "### Portcullis: nothing changes\n\n`HEAD` → `portcullis.toml`\n\nno infrastructure changes expected\n"
        );
    }

    #[test]
    fn a_comment_that_would_be_too_long_leaves_out_what_is_folded_last() {
        let long = Report {
            plans: vec![Plan {
                environment: "dev".into(),
                actions: vec![("module.service.aws_lambda_permission.get_open".into(), "create"); 1000],
                ..Plan::default()
            }],
            ..report()
        };
        let text = markdown(&long);
        assert!(
            text.len() < 60_000 && !text.contains("aws_lambda_permission"),
            "{}",
            text.len()
        );
        assert!(text.contains("were left out") && text.contains("becomes **public**"));
    }
}
