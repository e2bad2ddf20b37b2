//! IAM's decision about a function's call, by the statements of its role in the applied state.
//!
//! ```text
//! state ─rights::of→ Rights          the policies of a function's role, read once per load
//! call  ─aws::operations→ Need       the actions and resources that a call needs
//! Rights, Need ─Rights::decide→ Verdict
//! ```
//!
//! moto evaluates policies, too (`INITIAL_NO_AUTH_ACTION_COUNT`), but it can't serve here. Tried with moto 5.2.5:
//!
//! - It knows a call's resource for S3, SQS, IAM and STS alone. Elsewhere the resource is `*`, so a statement that
//!   names a table allows nothing, and `NotResource` allows everything.
//! - It ignores `NotResource`, compares actions case-sensitively, and knows no condition of a call.
//! - It asks for the action `TransactWriteItems`, which IAM does not have.
//! - It answers in XML with status 403 for every service.
//! - It checks every caller alike: Terraform would need an administrator's keys in the emulated AWS.
//!
//! If a part can't be evaluated here, the stricter result counts: an `Allow` statement then does not apply, and a
//! `Deny` statement does. The log names the part that was not evaluated.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.

mod condition;
mod context;
mod fit;
mod managed;
mod need;
mod notes;
mod rights;
mod roles;
mod statement;
#[cfg(test)]
mod tests;
mod verdict;

pub(super) use context::Context;
pub(super) use need::Need;
pub(super) use notes::notes;
pub(super) use rights::of_functions;
pub(super) use roles::Roles;
pub(super) use verdict::{RefusalReason, Refused, Rights, Verdict};
