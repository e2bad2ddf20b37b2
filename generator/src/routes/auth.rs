//! The callers of a route.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::diagnostic::{Diagnostic, Diagnostics, shown};
use crate::resources::api_gateway_method;
use crate::spec::Value;
use crate::spec::declaration::{Form, Key, Literal, choices};
use crate::spec::expected::Expected;
use crate::spec::field::{Scalar, Word};
use crate::text_rule::TextRule;

choices! {
    /// Callers of a route that need no name.
    Unnamed {
        /// Public: no token is needed.
        Public = "none" | "NONE" | "public" | "open";
        /// Signed-in users of the user pool only.
        UserPool = "user_pool" | "COGNITO_USER_POOLS" | "cognito";
    }
}

/// Callers of a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Auth {
    /// Public: no token is needed.
    None,
    /// Signed-in users of the user pool only.
    UserPool,
    /// Those that the function of this authorizer admits.
    Authorizer(String),
}

/// The beginning of the name of an authorizer.
const AUTHORIZERS: &str = "authorizers.";

/// The name of an authorizer as a route has it.
pub static AUTHORIZER: TextRule = TextRule {
    must_be: "`authorizers.NAME`: those that the function of this authorizer admits",
    help: "",
    check: |_| true,
    pattern: "^authorizers\\.[A-Za-z0-9_-]+$",
};

impl Auth {
    /// AWS's word for it.
    pub(crate) fn authorization(&self) -> &'static str {
        match self {
            Self::None => api_gateway_method::PUBLIC,
            Self::UserPool => api_gateway_method::USER_POOLS,
            Self::Authorizer(_) => api_gateway_method::CUSTOM,
        }
    }

    /// The name of its authorizer in `[authorizers]`, if it has one there.
    pub fn authorizer(&self) -> Option<&str> {
        match self {
            Self::None | Self::UserPool => None,
            Self::Authorizer(name) => Some(name),
        }
    }
}

/// As in the spec.
impl fmt::Display for Auth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("none"),
            Self::UserPool => formatter.write_str("user_pool"),
            Self::Authorizer(name) => write!(formatter, "{AUTHORIZERS}{name}"),
        }
    }
}

impl Serialize for Auth {
    fn serialize<To: Serializer>(&self, to: To) -> Result<To::Ok, To::Error> {
        to.collect_str(self)
    }
}

impl Scalar for Auth {
    const FORM: Form = Form::ChoiceOrText;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(text) = value.text() else {
            diagnostics.push(value.wrong_type(key, Expected::Text));
            return None;
        };
        if let Some(name) = text.strip_prefix(AUTHORIZERS) {
            return Some(Self::Authorizer(name.into()));
        }
        match Unnamed::parse(text) {
            Some(Unnamed::Public) => Some(Self::None),
            Some(Unnamed::UserPool) => Some(Self::UserPool),
            None => {
                let known = Unnamed::CHOICES.iter().map(|choice| choice.name);
                let known = known.chain(["authorizers.NAME"]);
                let unknown =
                    Diagnostic::new(value.span(), format!("unknown `{}` `{}`", key.name, shown(text)));
                diagnostics.push(match Unnamed::meant_by(text) {
                    Some(own) => unknown.help(format!("write `{own}`")),
                    None => unknown.similar(text, "a value", known.clone()).known(known),
                });
                None
            }
        }
    }

    fn literal(_: Literal) -> Option<Self> {
        None
    }
}
