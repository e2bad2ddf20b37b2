//! What the keys of the user pool and its clients mean together.

use std::collections::{BTreeMap, BTreeSet};

use crate::environments::PLACEHOLDER;
use crate::identifier::Identifier;
use crate::service::meaning::Resolver;
use crate::spec::{ClientTable, PasswordTable, Placed, UserPoolTable};
use crate::user_pool::{Client, PasswordPolicy, UserPool};

impl Resolver<'_> {
    pub(crate) fn user_pool(&mut self, table: &UserPoolTable, service: &str) -> UserPool {
        let UserPoolTable {
            span: _,
            name,
            // There is one way, and it always holds.
            sign_in_with: _,
            self_sign_up,
            password,
            clients,
        } = table;
        UserPool {
            name: name
                .value
                .clone()
                .unwrap_or_else(|| format!("{service}-{PLACEHOLDER}")),
            self_sign_up: self_sign_up.value,
            password: policy(password),
            clients: self.clients(clients),
        }
    }

    fn clients(&mut self, tables: &[(Placed<String>, ClientTable)]) -> BTreeMap<String, Client> {
        let mut clients = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        for (name, table) in tables {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "client");
            let ClientTable {
                span: _,
                formerly,
                auth_flows,
            } = table;
            let flows = auth_flows.value.iter().flatten();
            let flows: BTreeSet<&str> = flows.map(|flow| flow.value.explicit_auth_flow()).collect();
            let client = Client {
                formerly: formerly.value.clone(),
                explicit_auth_flows: flows.into_iter().collect(),
            };
            clients.insert(name.value.clone(), client);
        }
        let former = tables.iter().map(|(name, table)| (name, &table.formerly));
        self.former_names(former, "client");
        clients
    }
}

fn policy(table: &PasswordTable) -> PasswordPolicy {
    let PasswordTable {
        span: _,
        minimum_length,
        lowercase,
        uppercase,
        numbers,
        symbols,
        temporary_password_validity_days,
    } = table;
    PasswordPolicy {
        minimum_length: minimum_length.value,
        lowercase: lowercase.value,
        uppercase: uppercase.value,
        numbers: numbers.value,
        symbols: symbols.value,
        temporary_password_validity_days: temporary_password_validity_days.value,
    }
}
