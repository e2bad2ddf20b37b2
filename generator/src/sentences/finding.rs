//! The sentence about a file that decides where Terraform connects or what it runs.

use portcullis_foreign_text::printable::code;

use crate::own_files::{Decision, Finding};

impl Finding {
    /// Returns its effect: one line without a full stop. Words in `**` must not be overlooked.
    pub fn sentence(&self) -> String {
        let Self {
            path,
            address,
            decision,
            is_in_generated,
        } = self;
        let place = match address {
            Some(address) => format!("{} in {}", code(address), code(path)),
            None => code(path),
        };
        let undone = if *is_in_generated {
            ", and `portcullis generate` undoes it"
        } else {
            ""
        };
        format!("{place} {}{undone}", decision.clause())
    }
}

impl Decision {
    /// A clause that begins with a verb.
    fn clause(&self) -> String {
        let text = match self {
            Self::Provider => "**configures a provider**, which decides where Terraform connects and as whom",
            Self::Backend => "**configures where the state is stored**",
            Self::ProviderSource(Some(source)) => {
                return format!("**adds a provider**, a program, from {}", code(source));
            }
            Self::ProviderSource(None) => {
                "**adds a provider**, a program, from a source that is not a plain string"
            }
            Self::Setting => "**changes an unknown setting** of Terraform",
            Self::ModuleSource(Some(source)) => {
                return format!(
                    "**uses a module** that this review doesn't cover, from {}",
                    code(source)
                );
            }
            Self::ModuleSource(None) => "**uses a module** from a source that is not a plain string",
            Self::OtherProvider(name) => {
                return format!(
                    "**needs another provider**, a program that Terraform runs: {}",
                    code(name)
                );
            }
            Self::OtherState => "**reads another state**",
            Self::Invocation => "**invokes a function** during the plan",
            Self::Provisioner => "**runs a program** during the apply",
            Self::Action => "**runs an action** during the apply",
            Self::Override => "**overrides other blocks**",
            Self::OpenTofu => "**is read by OpenTofu** instead of a reviewed file",
            Self::UnknownBlock => "**is an unknown kind of block**",
            Self::Unreadable => "**can't be parsed**, so its effect is unknown",
            Self::Link => "**is a link**, and this review doesn't cover its target",
            Self::Installed => "**contains installed providers or modules**, which Terraform runs",
        };
        text.to_owned()
    }
}
