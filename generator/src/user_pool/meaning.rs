//! From the keys of the user pool and its clients to the resolved types.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::identifier::Identifier;
use crate::service::meaning::Resolver;
use crate::spec::field::Keys;
use crate::spec::{ClientTable, GroupTable, Placed, Spec, UserPoolTable};
use crate::user_pool::{Client, Group, OWN_POOL, OwnUserPool, UserPool};

impl Resolver<'_> {
    pub(crate) fn user_pool(&mut self, spec: &Spec, service: &str) -> Option<UserPool> {
        let table = spec.user_pool.as_ref()?;
        let existing = &table.existing;
        if existing.is_written() {
            self.beside_existing(table);
            let arn = existing.value.clone().unwrap_or_default();
            return Some(UserPool::Existing { arn });
        }
        if table.clients.is_empty() {
            self.no_client(table);
        }
        let clients = self.clients(&table.clients);
        let groups = self.groups(&table.groups);
        Some(UserPool::Own(OwnUserPool::of(table, service, clients, groups)))
    }

    fn no_client(&mut self, table: &UserPoolTable) {
        self.report(
            Diagnostic::new(table.span.clone(), "missing `[user_pool.clients]`")
                .help(format!(
                    "add {OWN_POOL}, or `existing = \"arn:…\"` to use an existing pool"
                ))
                .missing("user_pool.clients"),
        );
    }

    /// Reports the keys that would change an existing pool.
    fn beside_existing(&mut self, table: &UserPoolTable) {
        let Some(place) = &table.existing.span else { return };
        for (key, span) in table.written().into_iter().filter(|(key, _)| *key != "existing") {
            self.report(
                Diagnostic::new(span, format!("`{key}` must not be set with `existing`"))
                    .related(place.clone(), "the existing pool")
                    .help(format!(
                        "delete `{key}`: Portcullis doesn't change an existing pool. Or delete `existing` for a pool of its \
                         own"
                    )),
            );
        }
    }

    fn groups(&mut self, tables: &[(Placed<String>, GroupTable)]) -> BTreeMap<String, Group> {
        let mut identifiers = BTreeMap::new();
        let mut groups = BTreeMap::new();
        for (name, table) in tables {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "group");
            groups.insert(name.value.clone(), Group::of(table));
        }
        groups
    }

    fn clients(&mut self, tables: &[(Placed<String>, ClientTable)]) -> BTreeMap<String, Client> {
        let mut clients = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        for (name, table) in tables {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "client");
            clients.insert(name.value.clone(), Client::of(table));
        }
        let former = tables.iter().map(|(name, table)| (name, &table.formerly));
        self.former_names(former, "client");
        clients
    }
}
