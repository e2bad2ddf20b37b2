//! The user pool and its clients.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::identifier::Identifier;
use crate::resources::{cognito_user_pool, cognito_user_pool_client};
use crate::service::meaning::Resolver;
use crate::service::{Client, PasswordPolicy, UserPool};
use crate::spec::{UserPoolTable, Written};

impl Resolver<'_> {
    pub(crate) fn user_pool(&mut self, table: &UserPoolTable, service: &str) -> UserPool {
        for way in table.sign_in_with.iter().flat_map(|ways| ways.get_ref()) {
            if way.get_ref() != "email" {
                self.report(
                    Diagnostic::new(
                        way.span(),
                        format!("users can't sign in with `{}`", way.get_ref()),
                    )
                    .hint("write `sign_in_with = [\"email\"]`: the e-mail address is the user name"),
                );
            }
        }
        if let Some(ways) = &table.sign_in_with
            && ways.get_ref().is_empty()
        {
            self.report(
                Diagnostic::new(ways.span(), "nothing to sign in with")
                    .hint("write `sign_in_with = [\"email\"]`"),
            );
        }
        let name = self.display_name(&table.name, service, "a user pool", cognito_user_pool::check_name);
        let password = &table.password;
        let flag =
            |written: &Option<Written<bool>>, default| written.as_ref().map_or(default, |w| *w.get_ref());
        UserPool {
            name,
            self_sign_up: flag(&table.self_sign_up, false),
            password: PasswordPolicy {
                minimum_length: self.number(
                    "minimum_length",
                    &password.minimum_length,
                    8,
                    cognito_user_pool::MINIMUM_LENGTH,
                    "characters",
                ),
                lowercase: flag(&password.lowercase, false),
                uppercase: flag(&password.uppercase, false),
                numbers: flag(&password.numbers, false),
                symbols: flag(&password.symbols, false),
                temporary_password_validity_days: self.number(
                    "temporary_password_validity_days",
                    &password.temporary_password_validity_days,
                    7,
                    cognito_user_pool::TEMPORARY_PASSWORD_VALIDITY_DAYS,
                    "days",
                ),
            },
            clients: self.clients(table),
        }
    }

    pub(crate) fn clients(&mut self, table: &UserPoolTable) -> BTreeMap<String, Client> {
        if table.clients.is_empty() {
            self.report(
                Diagnostic::new(0..0, "the user pool has no client: nobody could sign in")
                    .hint(
                        "add `[user_pool.clients.cli]` with `auth_flows = [\"user_srp\", \"refresh_token\"]`",
                    )
                    .missing("user_pool.clients"),
            );
        }
        let mut clients = BTreeMap::new();
        let mut identifiers = BTreeMap::new();
        for (name, client) in &table.clients {
            self.check_name(name, "a client", 64);
            self.collision(&mut identifiers, Identifier::new(name.get_ref()), name, "clients");
            if let Some(flows) = client
                .auth_flows
                .as_ref()
                .filter(|flows| flows.get_ref().is_empty())
            {
                self.report(
                    Diagnostic::new(flows.span(), "the client has no way to sign users in")
                        .hint("write `auth_flows = [\"user_srp\", \"refresh_token\"]`; of none, Cognito makes its own choice"),
                );
            }
            let mut flows = BTreeSet::new();
            for flow in client.auth_flows.iter().flat_map(|flows| flows.get_ref()) {
                match cognito_user_pool_client::explicit_auth_flow(flow.get_ref()) {
                    Some(known) => _ = flows.insert(known),
                    None => self.unknown_flow(flow),
                }
            }
            clients.insert(
                name.get_ref().clone(),
                Client {
                    formerly: client.formerly.as_ref().map(|name| name.get_ref().clone()),
                    explicit_auth_flows: flows.into_iter().collect(),
                },
            );
        }
        let former = table
            .clients
            .iter()
            .map(|(name, client)| (name, client.formerly.as_ref()));
        self.former_names(former, "client", 64);
        clients
    }

    fn unknown_flow(&mut self, flow: &Written<String>) {
        let known = cognito_user_pool_client::AUTH_FLOWS.iter().map(|(name, _)| *name);
        match cognito_user_pool_client::own_name(flow.get_ref()) {
            Some(own) => self.report(
                Diagnostic::new(
                    flow.span(),
                    format!("`{}` is Cognito's name for an auth flow", flow.get_ref()),
                )
                .hint(format!("write `{own}`")),
            ),
            None => self.unknown(flow, "auth flow", known),
        }
    }
}
