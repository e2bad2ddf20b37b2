//! Two revisions, and what every part of the comparison asks about them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::review::pairs::{Pairs, RouteName};
use crate::review::{Callers, ChangeKind, Fact};
use crate::service::{Auth, Environment, LOCAL, Service};
use crate::spec::toml_text;
use crate::uses::{Datum, Kind};

/// Two revisions of a service.
pub(crate) struct Comparison<'a> {
    pub base: &'a Service,
    pub head: &'a Service,
    pub functions: Pairs,
    pub clients: Pairs,
    pub routes: Pairs<RouteName>,
    /// The environments that are in both and count. `local` is not AWS, and counts only if it is the only environment.
    pub environments: Vec<&'a str>,
}

impl<'a> Comparison<'a> {
    pub fn new(base: &'a Service, head: &'a Service) -> Self {
        Self {
            base,
            head,
            functions: Pairs::of_functions(base, head),
            clients: Pairs::of_clients(base, head),
            routes: Pairs::of_routes(base, head),
            environments: counting(head)
                .filter(|name| base.environments.contains_key(*name))
                .collect(),
        }
    }

    /// A key of another value, which no other fact says.
    pub fn setting<Value: Serialize>(
        &self,
        path: &[&str],
        before: Option<Value>,
        after: Option<Value>,
    ) -> Option<Fact> {
        self.setting_with(path, before, after, None)
    }

    /// A key of another value, with the kind of change that it is and its consequence.
    pub fn setting_with<Value: Serialize>(
        &self,
        path: &[&str],
        before: Option<Value>,
        after: Option<Value>,
        meaning: Option<(ChangeKind, &'static str)>,
    ) -> Option<Fact> {
        let value = |value: Value| serde_json::to_value(value).expect("a value of the spec is one of JSON");
        let (before, after) = (before.map(value), after.map(value));
        (before != after).then(|| Fact::Setting {
            path: path.iter().map(ToString::to_string).collect(),
            of: toml_text::key(path),
            before,
            after,
            is_secret: false,
            meaning,
            signs_in: self.signs_in(),
        })
    }

    /// Returns the fact about replaced data: the service's name or one of these keys changes, each with its value before and
    /// after.
    pub fn replaced<const N: usize>(
        &self,
        kind: Kind,
        name: &str,
        keys: [(&str, [String; 2]); N],
    ) -> Option<Fact> {
        let service = [&self.base.name, &self.head.name].map(Clone::clone);
        let all = [("service.name", service)].into_iter().chain(keys);
        let changed = all.filter(|(_, [before, after])| before != after);
        let reasons: Vec<_> = changed
            .map(|(key, [before, after])| [key.to_owned(), before, after])
            .collect();
        let of = Datum::new(kind, name);
        (!reasons.is_empty()).then_some(Fact::DataReplaced { of, reasons })
    }

    /// New things of a table that look like one that is gone, each like one at most.
    pub fn formerly_missing(
        &self,
        table: &'static str,
        names: &Pairs,
        are_alike: impl Fn(&str, &str) -> bool,
    ) -> Vec<Fact> {
        let mut gone: Vec<&String> = names.gone.iter().collect();
        let mut facts = Vec::new();
        for name in &names.new {
            if let Some(index) = gone.iter().position(|before| are_alike(before, name)) {
                facts.push(Fact::FormerlyMissing {
                    table,
                    before: gone.remove(index).clone(),
                    after: name.clone(),
                });
            }
        }
        facts
    }

    /// Returns whether a route of the head is for signed-in users.
    pub fn signs_in(&self) -> bool {
        let mut routes = self.head.routes.iter();
        routes.any(|(.., route)| route.auth != Auth::None)
    }

    /// An environment of both, before and after.
    pub fn environment(&self, name: &str) -> (&'a Environment, &'a Environment) {
        (&self.base.environments[name], &self.head.environments[name])
    }

    /// Returns the counting environments that only the head has.
    pub fn new_environments(&self) -> impl Iterator<Item = &'a str> {
        let base = self.base;
        counting(self.head).filter(|name| !base.environments.contains_key(*name))
    }

    /// Returns the counting environments that only the base has.
    pub fn gone_environments(&self) -> impl Iterator<Item = &'a str> {
        let head = self.head;
        counting(self.base).filter(|name| !head.environments.contains_key(*name))
    }
}

/// Returns the facts about new and deleted data of a kind, from its names before and after.
pub(crate) fn data<'n>(
    kind: Kind,
    before: impl Iterator<Item = &'n String>,
    after: impl Iterator<Item = &'n String>,
) -> Vec<Fact> {
    let [before, after] = [before.collect::<BTreeSet<_>>(), after.collect()];
    let new = after
        .difference(&before)
        .map(|name| Fact::DataAdded(Datum::new(kind, name)));
    let gone = before
        .difference(&after)
        .map(|name| Fact::DataDeleted(Datum::new(kind, name)));
    new.chain(gone).collect()
}

/// The environments of a service that a review reports.
pub(crate) fn counting(service: &Service) -> impl Iterator<Item = &str> {
    let alone = service.environments.len() == 1;
    let names = service.environments.keys().map(String::as_str);
    names.filter(move |name| alone || *name != LOCAL)
}

/// Returns the callers of a route of a service.
pub(crate) fn callers(service: &Service, auth: &Auth) -> Callers {
    match auth {
        Auth::None => Callers::Anyone,
        Auth::UserPool if service.own_user_pool().is_some_and(|pool| pool.self_sign_up) => {
            Callers::SelfSignUp
        }
        Auth::UserPool => Callers::SignedIn,
        Auth::Authorizer(name) => Callers::AdmittedBy(service.authorizers[name].function.clone()),
    }
}
