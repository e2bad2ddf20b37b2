//! Call → the actions and resources that it needs.
//!
//! The mapping is a list of what is known: a call that is not in it needs something that is not known, and is refused.
//!
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.

mod dynamodb;
mod mapped;
mod messages;
mod needs;
pub mod s3;
mod secrets;
mod services;
mod ses;
#[cfg(test)]
mod tests;

pub use mapped::{Mapped, Unmapped};
pub use needs::{name, needs};
