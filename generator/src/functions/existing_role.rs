//! Functions with an existing role, which Portcullis neither creates nor knows.

use crate::asynchronous::rights as asynchronous;
use crate::diagnostic::{Diagnostic, Span};
use crate::environments::LOCAL;
use crate::events::rights as events;
use crate::functions::rights;
use crate::functions::statement::Statement;
use crate::references::Template;
use crate::resources::iam_role;
use crate::resources::partition::Partition;
use crate::service::Service;
use crate::service::meaning::Resolver;
use crate::spec::{EnvironmentTable, FunctionTable, Given, Own, Spec};
use crate::uses::Datum;
use crate::uses::kms_keys::kms_keys;

/// The statements that keys of a function would give to its role.
pub(super) struct Needs<'a> {
    pub(super) uses: &'a [Statement],
    pub(super) secrets: &'a [Statement],
    pub(super) may: &'a [Statement],
}

/// Returns what Lambda needs in the existing role of a function, in some environment. Lambda polls, connects and sends with the
/// rights of the function's role. The needs of the function's own code are unknown.
pub(crate) fn needs(service: &Service, name: &str) -> Vec<Statement> {
    let function = &service.functions[name];
    let keys = kms_keys(service, &service.environments[LOCAL]);
    let key_of = |datum: &Datum| keys.get(datum).map(String::as_str);
    let events = function.on.iter();
    let events = events.flat_map(|event| events::statements(event, key_of));
    let failures = function.on_failure.iter();
    let failures = failures.flat_map(|to| asynchronous::statements(to, key_of(to).is_some()));
    let mut environments = service.environments.keys();
    let has_network =
        environments.any(|environment| service.function_in(environment, name).network.is_some());
    let network = has_network.then_some(rights::NETWORK).into_iter().flatten();
    let traces = service.tracing.then_some(rights::TRACES);
    let rights = network.chain(traces).filter(|right| !right.denies());
    let rights = rights.map(|right| {
        let actions = right.actions.iter().map(ToString::to_string);
        Statement::new(actions, [Template::of_text("*")], "")
    });
    let mut all: Vec<Statement> = Vec::new();
    for statement in events.chain(failures).chain(rights) {
        if !all.contains(&statement) {
            all.push(statement);
        }
    }
    all
}

impl Resolver<'_> {
    /// Reports keys whose statements an existing role would have to get.
    pub(super) fn beside_an_existing_role(&mut self, table: &FunctionTable, needs: &Needs<'_>) {
        let Some(role) = &table.role.span else { return };
        let Needs { uses, secrets, may } = needs;
        let uses_place = table.uses.first().map(|(of, _)| of.span.clone());
        let secrets_place = table.secrets.values().next().map(|(place, _)| place.clone());
        let may_place = table.may.first().map(|may| may.span.clone());
        for (key, place, statements) in [
            ("uses", uses_place, uses),
            ("secrets", secrets_place, secrets),
            ("may", may_place, may),
        ] {
            if let Some(place) = place {
                self.beside(role, key, place, statements);
            }
        }
    }

    fn beside(&mut self, role: &Span, key: &str, place: Span, statements: &[Statement]) {
        let phrases: Vec<String> = statements.iter().map(Statement::phrase).collect();
        let phrases = phrases.join(", and ");
        let own = "delete `role`: Portcullis then creates a role";
        let help = match phrases.is_empty() {
            true => own.to_owned(),
            false => {
                format!("{own} that may {phrases}. Or delete `{key}`, and let the existing role {phrases}")
            }
        };
        self.report(
            Diagnostic::new(
                place,
                format!("`{key}` must not be set for a function with `role`"),
            )
            .label("Portcullis changes no existing role")
            .related(role.clone(), "the existing role")
            .help(help),
        );
    }

    /// Reports a role that only an environment has.
    pub(super) fn existing_role_here(&mut self, name: &str, own: &FunctionTable, table: &FunctionTable) {
        if let (Some(span), None) = (&own.role.span, &table.role.span) {
            self.report(
                Diagnostic::new(
                    span.clone(),
                    format!("`role` of an environment needs `role` in `[functions.{name}]`"),
                )
                .help(format!(
                    "add `role = \"arn:…\"` to `[functions.{name}]`: the role of the other environments"
                )),
            );
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
