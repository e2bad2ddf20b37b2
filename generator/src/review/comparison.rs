//! Two revisions, and what every part of the comparison asks about them.

use serde::Serialize;

use crate::review::Fact;
use crate::review::names::{Names, RouteName};
use crate::review::words::{self, code};
use crate::service::{Auth, ChangeKind, Environment, LOCAL, Service};

/// Two revisions of a service.
pub(crate) struct Comparison<'a> {
    pub base: &'a Service,
    pub head: &'a Service,
    pub functions: Names,
    pub clients: Names,
    pub routes: Names<RouteName>,
    /// The environments that are in both and count: `local` is not AWS, and stands for all of them only where there is
    /// no other one.
    pub environments: Vec<&'a str>,
}

impl<'a> Comparison<'a> {
    pub fn new(base: &'a Service, head: &'a Service) -> Self {
        Self {
            base,
            head,
            functions: Names::of_functions(base, head),
            clients: Names::of_clients(base, head),
            routes: Names::of_routes(base, head),
            environments: counting(head)
                .filter(|name| base.environments.contains_key(*name))
                .collect(),
        }
    }

    /// A fact, which its gate denies where its kind has one. What only guarded routes make dangerous is blocked where
    /// the head has one.
    pub fn fact(&self, kind: ChangeKind, of: impl Into<String>, sentence: impl Into<String>) -> Fact {
        let needs_a_guard = matches!(kind, ChangeKind::CorsAnyOrigin | ChangeKind::SelfSignUpOn);
        Fact {
            kind,
            of: of.into(),
            sentence: sentence.into(),
            blocked: kind.has_gate() && (self.guards() || !needs_a_guard),
            before: None,
            after: None,
        }
    }

    /// A key of another value, in a sentence that says no more than that.
    pub fn setting<Value: Serialize>(
        &self,
        path: &[&str],
        before: Option<Value>,
        after: Option<Value>,
    ) -> Option<Fact> {
        let value = |value: Value| serde_json::to_value(value).expect("a value of the spec is one of JSON");
        let (before, after) = (before.map(value), after.map(value));
        let key = words::key(path);
        let sentence = words::changed(&key, before.as_ref(), after.as_ref());
        let fact = || {
            self.fact(ChangeKind::SettingChanged, key, sentence)
                .values(before.as_ref(), after.as_ref())
        };
        (before != after).then(fact)
    }

    /// New things of a table that look like one that is gone, each like one at most.
    pub fn formerly_missing(
        &self,
        table: &str,
        names: &Names,
        are_alike: impl Fn(&str, &str) -> bool,
    ) -> Vec<Fact> {
        let mut gone: Vec<&String> = names.gone.iter().collect();
        let mut facts = Vec::new();
        for name in &names.new {
            if let Some(index) = gone.iter().position(|before| are_alike(before, name)) {
                let before = gone.remove(index);
                let sentence = format!(
                    "{name} looks like {before}, which is gone: if it is the same one, add {line} to {table}",
                    name = code(name),
                    before = code(before),
                    line = format_args!("`formerly = \"{before}\"`"),
                    table = code(&format!("[{table}.{name}]")),
                );
                facts.push(self.fact(ChangeKind::FormerlyMissing, name, sentence));
            }
        }
        facts
    }

    /// Whether a route of the head asks for a sign-in.
    pub fn guards(&self) -> bool {
        let mut routes = self.head.routes.values();
        routes.any(|route| route.auth != Auth::None)
    }

    /// An environment of both, before and after.
    pub fn environment(&self, name: &str) -> (&'a Environment, &'a Environment) {
        (&self.base.environments[name], &self.head.environments[name])
    }

    /// What counts of the head is not in the base.
    pub fn new_environments(&self) -> impl Iterator<Item = &'a str> {
        let base = self.base;
        counting(self.head).filter(|name| !base.environments.contains_key(*name))
    }

    /// What is in the base only.
    pub fn gone_environments(&self) -> impl Iterator<Item = &'a str> {
        let head = self.head;
        counting(self.base).filter(|name| !head.environments.contains_key(*name))
    }
}

/// The environments of a service that a reviewer is told of.
pub(crate) fn counting(service: &Service) -> impl Iterator<Item = &str> {
    let alone = service.environments.len() == 1;
    let names = service.environments.keys().map(String::as_str);
    names.filter(move |name| alone || *name != LOCAL)
}

/// Who may call.
pub(crate) fn who(service: &Service, auth: Auth) -> &'static str {
    match auth {
        Auth::None => "anyone",
        Auth::UserPool if service.user_pool.self_sign_up => "whoever registers",
        Auth::UserPool => "who signed in",
    }
}
