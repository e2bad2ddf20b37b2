//! Functions with an existing role, which Portcullis neither creates nor knows.

use crate::diagnostic::{Diagnostic, Span};
use crate::environments::LOCAL;
use crate::functions::rights::{self, Right};
use crate::functions::statement::Statement;
use crate::references::Template;
use crate::resources::iam_role;
use crate::resources::partition::Partition;
use crate::service::meaning::Resolver;
use crate::spec::{EnvironmentTable, FunctionTable, Given, Own, Spec};

/// The statements that keys of a function would give to its role.
pub(super) struct Needs<'a> {
    pub(super) uses: &'a [Statement],
    pub(super) secrets: &'a [Statement],
    pub(super) may: &'a [Statement],
    pub(super) events: &'a [Statement],
    pub(super) failures: &'a [Statement],
}

impl Resolver<'_> {
    /// Reports keys that would change an existing role.
    pub(super) fn beside_an_existing_role(&mut self, spec: &Spec, table: &FunctionTable, needs: &Needs<'_>) {
        let Some(role) = &table.role.span else { return };
        let Needs {
            uses,
            secrets,
            may,
            events,
            failures,
        } = needs;
        let mut polled = table.on.iter();
        let polled = polled.find_map(|event| event.table.span.clone().or(event.queue.span.clone()));
        let rights = |rights: &[Right]| {
            rights
                .iter()
                .filter(|right| !right.denies())
                .map(statement)
                .collect()
        };
        let network = table.network.as_ref().map(|network| network.span.clone());
        let first = |place: Option<&Span>| place.cloned();
        let all: [(&str, Option<Span>, Vec<Statement>); 6] = [
            (
                "uses",
                first(table.uses.first().map(|(of, _)| &of.span)),
                uses.to_vec(),
            ),
            (
                "secrets",
                first(table.secrets.values().next().map(|(place, _)| place)),
                secrets.to_vec(),
            ),
            ("may", first(table.may.first().map(|may| &may.span)), may.to_vec()),
            ("on", polled, events.to_vec()),
            ("on_failure", table.on_failure.span.clone(), failures.to_vec()),
            ("network", network, rights(&rights::NETWORK)),
        ];
        for (key, place, statements) in all {
            if let Some(place) = place {
                self.beside(role, key, place, &statements);
            }
        }
        if let (true, Some(place)) = (spec.service.tracing.value, &spec.service.tracing.span) {
            let phrase = statement(&rights::TRACES).phrase();
            self.report(
                Diagnostic::new(
                    role.clone(),
                    "`role` must not be set for a function of a service with `tracing = true`",
                )
                .label("Portcullis changes no existing role")
                .related(place.clone(), "the tracing")
                .help(format!(
                    "delete `role`: Portcullis then creates a role that may {phrase}. Or delete `tracing`"
                )),
            );
        }
    }

    fn beside(&mut self, role: &Span, key: &str, place: Span, statements: &[Statement]) {
        let phrases: Vec<String> = statements.iter().map(Statement::phrase).collect();
        let phrases = phrases.join(", and ");
        let may = match phrases.is_empty() {
            true => String::new(),
            false => format!(" that may {phrases}"),
        };
        let own = format!("delete `role`: Portcullis then creates a role{may}");
        let (subject, help) = match key {
            "uses" | "secrets" | "may" if !phrases.is_empty() => (
                format!("`{key}`"),
                format!("{own}. Or delete `{key}`, and let the existing role {phrases}"),
            ),
            "on" => ("an event of a table or queue".to_owned(), own),
            key => (format!("`{key}`"), own),
        };
        self.report(
            Diagnostic::new(
                place,
                format!("{subject} must not be set for a function with `role`"),
            )
            .label("Portcullis changes no existing role")
            .related(role.clone(), "the existing role")
            .help(help),
        );
    }

    /// Reports a role that only an environment has, and a network beside it.
    pub(super) fn existing_role_here(&mut self, name: &str, own: &FunctionTable, table: &FunctionTable) {
        match (&own.role.span, &table.role.span) {
            (Some(span), None) => self.report(
                Diagnostic::new(
                    span.clone(),
                    format!("`role` of an environment needs `role` in `[functions.{name}]`"),
                )
                .help(format!(
                    "add `role = \"arn:…\"` to `[functions.{name}]`: the role of the other environments"
                )),
            ),
            (_, Some(role)) => {
                if let Some(network) = &own.network {
                    let statements = rights::NETWORK.iter().filter(|right| !right.denies());
                    let statements: Vec<Statement> = statements.map(statement).collect();
                    self.beside(role, "network", network.span.clone(), &statements);
                }
            }
            (None, None) => {}
        }
    }

    /// Reports existing roles of another account or partition than the environment's, which Lambda refuses:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    pub(crate) fn existing_roles(
        &mut self,
        spec: &Spec,
        environment: &str,
        table: &EnvironmentTable,
        region: &str,
    ) {
        if environment == LOCAL {
            return;
        }
        for (name, function) in &spec.functions {
            let mut own = table
                .functions
                .iter()
                .filter(|(other, _)| other.value == name.value);
            let own: Option<&Given<String>> = own.next().map(|(_, Own(own))| &own.role);
            let own = own.filter(|role| role.is_written());
            let Some((arn, span)) = own.unwrap_or(&function.role).placed() else {
                continue;
            };
            let Some((partition, account, _)) = iam_role::role_of(arn) else {
                continue;
            };
            let help = |of: &str| match own {
                Some(_) => format!("name a role of that {of}"),
                None => format!(
                    "add `role = \"arn:…\"` with a role of that {of} to `[environments.{environment}.functions.{}]`",
                    name.value
                ),
            };
            let here = Partition::of(region).name;
            if let Some((pinned, place)) = table.account.placed()
                && pinned != account
            {
                let summary = format!(
                    "`role` must be in `{pinned}`, the account of `{environment}`, not in `{account}`"
                );
                let report = Diagnostic::new(span, summary).related(place, "the account");
                self.report(report.help(help("account")));
            } else if partition != here {
                let summary =
                    format!("`role` must be in `{here}`, the partition of `{region}`, not in `{partition}`");
                self.report(Diagnostic::new(span, summary).help(help("partition")));
            }
        }
    }
}

fn statement(right: &Right) -> Statement {
    let actions = right.actions.iter().map(ToString::to_string);
    Statement::new(actions, [Template::of_text("*")], "")
}
