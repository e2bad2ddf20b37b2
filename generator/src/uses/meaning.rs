//! From `uses` of a function to statements of its role.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;

use crate::diagnostic::{Diagnostic, nearest};
use crate::functions::statement::Statement;
use crate::references::{Reference, Template};
use crate::service::meaning::Resolver;
use crate::spec::{Lists, Placed, Spec};
use crate::uses::declaration::Declaration;
use crate::uses::declared::{self, Declared};
use crate::uses::{Attribute, Datum, Kind, Uses, actions, comment, variable, verbs_of, with_key};

/// The variables in which a function finds what it uses. What is unknown has none.
pub(crate) fn variables(spec: &Spec, lists: &Lists) -> impl Iterator<Item = (String, Template)> {
    let data = lists.iter().filter_map(|(of, _)| declared::find(spec, &of.value));
    data.map(|declared| variable(&declared.datum))
}

impl Resolver<'_> {
    /// Returns the resources that a function uses, and the statements that allow it.
    pub(crate) fn uses(&mut self, spec: &Spec, lists: &Lists) -> (Uses, Vec<Statement>) {
        let mut uses = Uses::new();
        let mut statements = Vec::new();
        let mut variables = BTreeMap::new();
        for (of, verbs) in lists {
            let Some(declared) = declared::find(spec, &of.value) else {
                self.unknown_data(spec, of);
                continue;
            };
            if let Some(first) = variables.insert(declared.datum.variable(), of) {
                self.same_variable(&declared.datum, of, first);
            }
            let verbs = self.verbs(&declared.datum, of, verbs);
            if verbs.is_empty() {
                continue;
            }
            statements.extend(self::statements(&declared, &verbs));
            uses.insert(declared.datum, verbs);
        }
        statements.sort_by(|one, other| (&one.resources, one).cmp(&(&other.resources, other)));
        statements.dedup();
        (uses, statements)
    }

    /// Reports data whose names differ only in what a variable's name doesn't show.
    fn same_variable(&mut self, datum: &Datum, of: &Placed<String>, first: &Placed<String>) {
        let variable = datum.variable();
        let summary = format!(
            "duplicate environment variable `{variable}` of {}",
            code(&of.value)
        );
        let help = format!("rename one of them: `{variable}` can name one only");
        self.report(
            Diagnostic::new(of.span.clone(), summary)
                .related(first.span.clone(), "the other one")
                .help(help),
        );
    }

    fn unknown_data(&mut self, spec: &Spec, of: &Placed<String>) {
        let report = Diagnostic::new(of.span.clone(), format!("unknown {} in `uses`", code(&of.value)));
        let known: Vec<Datum> = declared::all(spec).into_iter().map(|one| one.datum).collect();
        let paths: Vec<String> = known.iter().map(ToString::to_string).collect();
        let paths = || paths.iter().map(String::as_str);
        let near = nearest(&of.value, paths());
        let near = known
            .iter()
            .find(|datum| Some(datum.to_string().as_str()) == near);
        let key = of.value.split('.').next();
        let meant = Kind::ALL
            .into_iter()
            .find(|kind| Some(kind.declaration().key) == key);
        let meant = meant.or(known.is_empty().then_some(Kind::Tables));
        let is_there = |kind: &Kind| known.iter().any(|datum| datum.kind == *kind);
        self.report(if let Some(near) = near {
            let what = format!("a {}", near.kind.declaration().noun);
            report.similar(&of.value, &what, paths())
        } else if let Some(kind) = meant.filter(|kind| !is_there(kind)) {
            let Declaration { noun, example, .. } = kind.declaration();
            report.help(format!("declare the {noun}, as in {example}"))
        } else {
            report.known(paths())
        });
    }

    /// Verbs in the order of their declaration.
    fn verbs(&mut self, datum: &Datum, of: &Placed<String>, verbs: &[Placed<String>]) -> Vec<&'static str> {
        let known = || datum.kind.declaration().verbs.iter().map(|verb| verb.name);
        if verbs.is_empty() {
            self.report(
                Diagnostic::new(
                    of.span.clone(),
                    format!("the verbs of {} must not be empty", code(&of.value)),
                )
                .known(known()),
            );
        }
        let (known_verbs, unknown): (Vec<_>, Vec<_>) = verbs
            .iter()
            .partition(|verb| known().any(|name| name == verb.value));
        for verb in unknown {
            let report = Diagnostic::new(
                verb.span.clone(),
                format!("unknown verb {} for {}", code(&verb.value), code(&of.value)),
            );
            self.report(report.similar(&verb.value, "a verb", known()).known(known()));
        }
        let summary = |verb: &str| format!("duplicate verb {}", code(verb));
        self.duplicates(
            known_verbs.iter().copied(),
            |verb| verb,
            summary,
            "delete one of them",
        );
        known()
            .filter(|name| known_verbs.iter().any(|verb| verb.value == *name))
            .collect()
    }
}

/// The statements that allow verbs: one about the data, and one about the key that encrypts it.
fn statements(of: &Declared<'_>, verbs: &[&str]) -> impl Iterator<Item = Statement> {
    let Declared {
        datum,
        parts,
        kms_key,
        lacks: _,        // for references
        reachable_by: _, // a limit, not a right
    } = of;
    let verbs_of = || verbs_of(datum.kind, verbs);
    let itself = verbs_of().any(|verb| verb.on_itself).then_some("");
    let parts = parts.filter(|_| verbs_of().any(|verb| verb.on_parts));
    let resources = itself.into_iter().chain(parts);
    let data = Statement::new(
        actions(datum.kind, verbs).into_iter().map(str::to_owned),
        resources
            .map(|behind| Template::of_reference(Reference::Datum(datum.clone(), Attribute::Arn), behind)),
        comment(datum, verbs),
    );
    let of_key = || verbs_of().flat_map(|verb| verb.with_key).copied();
    let key = kms_key.filter(|_| of_key().next().is_some());
    let key = key.map(|_| with_key(datum, of_key()));
    [data].into_iter().chain(key)
}
