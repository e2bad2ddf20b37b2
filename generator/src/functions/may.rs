//! From `may` of a function to statements in AWS's own words, checked against AWS's own list of actions.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;

use crate::diagnostic::{Diagnostic, Span};
use crate::functions::keys::MayTable;
use crate::functions::rights;
use crate::functions::statement::Statement;
use crate::references::{Known, Part, Template, Values};
use crate::resources::iam_actions::{self, ACTION, Unknown};
use crate::resources::iam_role_policy::INLINE_CHARACTERS;
use crate::service::meaning::Resolver;
use crate::spec::Placed;

impl Resolver<'_> {
    /// The statements of a function.
    pub(crate) fn may(&mut self, tables: &[MayTable], known: &Known) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut seen: BTreeMap<(Vec<String>, Vec<String>), Span> = BTreeMap::new();
        for table in tables {
            let MayTable {
                span,
                actions,
                resources,
                reason,
            } = table;
            let (Some(named), Some(on)) = (&actions.value, &resources.value) else {
                continue;
            };
            for (key, is_empty, place) in [
                ("actions", named.is_empty(), &actions.span),
                ("resources", on.is_empty(), &resources.span),
            ] {
                if is_empty {
                    let place = place.clone().unwrap_or_else(|| span.clone());
                    let help = match key {
                        "actions" => "name an action, as in `actions = [\"dynamodb:GetItem\"]`",
                        _ => "name an ARN, or `resources = [\"*\"]` with a `reason`",
                    };
                    self.report(Diagnostic::new(place, format!("`{key}` must not be empty")).help(help));
                }
            }
            for action in named {
                self.action(action);
            }
            let on: Vec<Template> = on.iter().filter_map(|text| self.resource(text, known)).collect();
            self.reason(table);
            let text = reason.value.clone().unwrap_or_default();
            let statement = Statement::new(named.iter().map(|one| one.value.clone()), on, text);
            let written = statement.resources.iter().map(Template::written).collect();
            if let Some(other) = seen.insert((statement.actions.clone(), written), span.clone()) {
                self.report(
                    Diagnostic::new(span.clone(), "duplicate statement in `may`")
                        .related(other, "the other one")
                        .help("delete one of them"),
                );
            }
            statements.push(statement);
        }
        statements.sort();
        statements
    }

    /// Reports an action that AWS does not know.
    fn action(&mut self, action: &Placed<String>) {
        let text = &action.value;
        if text == "*" || !(ACTION.check)(text) {
            return;
        }
        let Err(unknown) = iam_actions::find(text) else {
            return;
        };
        self.report(match unknown {
            Unknown::Service(prefix, near) => {
                let report = Diagnostic::new(
                    action.span.clone(),
                    format!("unknown service {} in the action {}", code(&prefix), code(text)),
                );
                match near {
                    Some(near) => report.similar(&prefix, "a service", [near]),
                    None => report.help(
                        "use a prefix of AWS's service authorization reference, as in `dynamodb:GetItem`",
                    ),
                }
            }
            Unknown::Action(near) => {
                let report = Diagnostic::new(action.span.clone(), format!("unknown action {}", code(text)));
                match near {
                    Some(near) => report.help(format!("an action with a similar name exists: `{near}`")),
                    None => report.help(format!(
                        "use an action of AWS's service authorization reference of {}",
                        iam_actions::date()
                    )),
                }
            }
        });
    }

    /// A resource with its references: `*`, an ARN, or what holds an ARN.
    fn resource(&mut self, text: &Placed<String>, known: &Known) -> Option<Template> {
        let template = self.template(text, known)?;
        if let Some(reference) = template.references().find(|reference| !reference.is_of_arns()) {
            self.report(
                Diagnostic::new(
                    text.span.clone(),
                    format!(
                        "`${{{}}}` must not be in `resources`: no ARN holds it",
                        reference.path()
                    ),
                )
                .help("write an ARN, such as `arn:${partition}:dynamodb:${region}:${account}:table/orders`"),
            );
            return None;
        }
        if !self.output_begins(text, &template) {
            return None;
        }
        let is_arn = match template.parts() {
            [Part::Text(text)] if text == "*" => true,
            [Part::Text(text), ..] => text.starts_with("arn:") && is_whole_arn(&template),
            [Part::Reference(reference), ..] => reference.is_an_arn(),
            [] => false,
        };
        if !is_arn {
            self.report(
                Diagnostic::new(
                    text.span.clone(),
                    format!(
                        "each of `resources` must be an ARN or `*`, not {}",
                        code(&text.value)
                    ),
                )
                .help("write it as in `arn:${partition}:dynamodb:${region}:${account}:table/orders`"),
            );
            return None;
        }
        Some(template.in_policy())
    }

    /// Reports a statement that needs a reason.
    fn reason(&mut self, table: &MayTable) {
        let lists = [&table.actions, &table.resources];
        let mut all = lists.into_iter().filter_map(|list| list.value.as_ref()).flatten();
        let wide =
            all.find(|text| text.value == "*" || (ACTION.check)(&text.value) && text.value.contains('*'));
        if let (Some(wide), None) = (wide, &table.reason.span) {
            self.report(
                Diagnostic::new(wide.span.clone(), format!("missing `reason` for `{}`", wide.value)).help(
                    "name what the function needs, or add `reason = \"…\"`, which becomes the comment above the statement",
                ),
            );
        }
    }

    /// Reports more statements than fit into the policies of one role.
    pub(crate) fn policy_size(
        &mut self,
        function: &str,
        place: &Span,
        statements: &[Statement],
        values: &Values,
        tracing: bool,
        log_group: Option<&str>,
    ) {
        if statements.is_empty() {
            return;
        }
        let of_all = rights::statements_of_all(&rights::of_all_if(tracing), function, log_group, values);
        let characters = characters(&of_all, values) + characters(statements, values);
        if characters > INLINE_CHARACTERS {
            self.report(
                Diagnostic::new(
                    place.clone(),
                    format!(
                        "the statements of `{function}` must be at most {INLINE_CHARACTERS} characters, not {characters}"
                    ),
                )
                .label("IAM takes no more in the policies of one role")
                .help("put resources with the same actions into one statement, or split the function"),
            );
        }
    }
}

/// Returns whether a text has the six parts of an ARN.
fn is_whole_arn(template: &Template) -> bool {
    template.written().split(':').count() >= 6
}

/// The characters of a policy. IAM does not count white space.
fn characters(statements: &[Statement], values: &Values) -> usize {
    let list = |texts: Vec<String>| texts.iter().map(|text| text.len() + 3).sum::<usize>() + 1;
    let each = statements.iter().map(|statement| {
        let Statement {
            actions,
            resources,
            comment: _, // HCL alone has it
        } = statement;
        let resources = resources.iter().map(|resource| resource.text(values)).collect();
        r#"{"Action":,"Effect":"Allow","Resource":},"#.len() + list(actions.clone()) + list(resources)
    });
    r#"{"Statement":[],"Version":"2012-10-17"}"#.len() + each.sum::<usize>()
}
