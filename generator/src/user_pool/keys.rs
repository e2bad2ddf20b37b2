//! `[user_pool]`, its password policy and its clients.

use crate::diagnostic::Diagnostics;
use crate::spec::{Reader, Written, read_each};

/// `[user_pool]`.
#[derive(Debug, Default)]
pub struct UserPoolTable {
    /// The name that the Cognito console shows.
    pub name: Option<Written<String>>,
    /// What a user signs in with.
    pub sign_in_with: Option<Written<Vec<Written<String>>>>,
    /// Whether anybody may register.
    pub self_sign_up: Option<Written<bool>>,
    /// `password = { … }`.
    pub password: PasswordTable,
    /// `[user_pool.clients.NAME]`.
    pub clients: Vec<(Written<String>, ClientTable)>,
}

/// `password = { … }` of the user pool.
#[derive(Debug, Default)]
pub struct PasswordTable {
    /// Characters, at least.
    pub minimum_length: Option<Written<i64>>,
    /// Whether a lower-case letter is required.
    pub lowercase: Option<Written<bool>>,
    /// Whether an upper-case letter is required.
    pub uppercase: Option<Written<bool>>,
    /// Whether a digit is required.
    pub numbers: Option<Written<bool>>,
    /// Whether a symbol is required.
    pub symbols: Option<Written<bool>>,
    /// Days for which an invitation's password is valid.
    pub temporary_password_validity_days: Option<Written<i64>>,
}

/// `[user_pool.clients.NAME]`.
#[derive(Debug, Default)]
pub struct ClientTable {
    /// The name that the client had before.
    pub formerly: Option<Written<String>>,
    /// How the client may sign users in.
    pub auth_flows: Option<Written<Vec<Written<String>>>>,
}

impl UserPoolTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            name: reader.string("name", diagnostics),
            sign_in_with: reader.strings("sign_in_with", diagnostics),
            self_sign_up: reader.boolean("self_sign_up", diagnostics),
            password: reader
                .table("password", diagnostics)
                .map(|table| PasswordTable::read(table, diagnostics))
                .unwrap_or_default(),
            clients: read_each(&mut reader, "clients", diagnostics, ClientTable::read),
        };
        reader.finish(diagnostics);
        table
    }
}

impl PasswordTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            minimum_length: reader.integer("minimum_length", diagnostics),
            lowercase: reader.boolean("lowercase", diagnostics),
            uppercase: reader.boolean("uppercase", diagnostics),
            numbers: reader.boolean("numbers", diagnostics),
            symbols: reader.boolean("symbols", diagnostics),
            temporary_password_validity_days: reader.integer("temporary_password_validity_days", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

impl ClientTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let auth_flows = reader.strings("auth_flows", diagnostics);
        let table = Self {
            formerly: reader.string("formerly", diagnostics),
            auth_flows: reader.require(
                auth_flows,
                "auth_flows",
                "[\"user_srp\", \"refresh_token\"]",
                diagnostics,
            ),
        };
        reader.finish(diagnostics);
        table
    }
}
