//! AWS as functions see it: a listener of their own in front of the emulated AWS.
//!
//! ```text
//! function ─listener→ signature ─→ function's name ─┐
//!                     call ─operations→ needs ──────┼─iam→ allowed: on to the emulated AWS (forward)
//!                     rights of the applied state ──┘      refused: as AWS refuses (answers)
//! ```
//!
//! It belongs to the data plane and not to the control plane's proxy, because the data plane reads the applied state,
//! and reads it again at each reload. The rights of the served state count. The control plane serves Terraform, which
//! creates the resources that rights are about.
//!
//! Functions are foreign code, so the listener asks [`crate::guard`] as every other does. It answers calls that are
//! signed with a function's credentials and the few calls that AWS takes unsigned. A web page may use a presigned URL.

mod access;
mod answer;
mod answers;
mod applied;
mod call;
mod credentials;
mod endpoint;
mod forward;
mod listener;
mod operations;
mod signature;

pub(super) use access::Access;
pub(super) use endpoint::Aws;
