//! The two kinds of roles that functions have: their own, and existing ones.

use portcullis_foreign_text::printable::code;

use crate::functions::Function;

/// The creator of a function's role. Each has a Terraform module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoleOf {
    /// Portcullis: a role for this function alone.
    Portcullis,
    /// You or your company: it exists.
    Others,
}

impl RoleOf {
    /// Those that a service may have.
    pub(crate) const ALL: [Self; 2] = [Self::Portcullis, Self::Others];

    /// Of a function.
    pub(crate) fn function(function: &Function) -> Self {
        match function.role {
            None => Self::Portcullis,
            Some(_) => Self::Others,
        }
    }

    /// The name of the module.
    pub(crate) fn module(self) -> &'static str {
        match self {
            Self::Portcullis => "lambda_function",
            Self::Others => "lambda_function_with_existing_role",
        }
    }
}

/// It in words, behind "may".
pub(crate) fn phrase(role: &str) -> String {
    format!(
        "do all that the existing role {} allows, which Portcullis doesn't know",
        code(role)
    )
}
