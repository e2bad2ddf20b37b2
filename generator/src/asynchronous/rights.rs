//! The statements by which Lambda sends failed events to their destination, with the rights of the function's role.

use crate::asynchronous::action;
use crate::functions::statement::Statement;
use crate::references::Template;
use crate::uses::{self, Datum};

/// The statements for a destination. `has_key` says that a KMS key of yours encrypts it: Lambda encrypts with the rights of
/// the function.
pub(crate) fn statements(to: &Datum, has_key: bool) -> Vec<Statement> {
    let arn = Template::arn_of(to);
    let actions = action(to.kind).into_iter().map(str::to_owned);
    let comment = format!("Lambda sends failed events to the {}.", called(to));
    let key = has_key.then(|| uses::with_key(to, ["kms:Decrypt", "kms:GenerateDataKey"]));
    [Statement::new(actions, [arn], comment)]
        .into_iter()
        .chain(key)
        .collect()
}

/// The same in words, behind "may".
pub(crate) fn phrases(to: Option<&Datum>) -> impl Iterator<Item = String> {
    to.into_iter()
        .map(|to| format!("send failed events to the {}", called(to)))
}

/// A queue or topic in words: "queue `failed`".
fn called(to: &Datum) -> String {
    format!("{} `{}`", to.kind.declaration().noun, to.name)
}
