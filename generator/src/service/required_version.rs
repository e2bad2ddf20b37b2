//! The versions of Portcullis that may read a spec.

use semver::{Version, VersionReq};

use crate::diagnostic::Diagnostic;
use crate::service::meaning::{Handlers, Resolver};
use crate::spec::Given;

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Resolver<'_> {
    /// Reports a requirement that this version does not meet. Another revision may ask for another version: a review reads it all
    /// the same.
    pub(crate) fn required_version(
        &mut self,
        required: &Given<String>,
        handlers: Option<&Handlers>,
    ) -> Option<String> {
        let text = required.value.as_ref()?;
        let (Ok(requirement), Ok(version)) = (VersionReq::parse(text), Version::parse(VERSION)) else {
            return Some(text.clone());
        };
        if let (Some(span), Some(_), false) = (&required.span, handlers, requirement.matches(&version)) {
            let error = Diagnostic::new(
                span.clone(),
                format!("`required_version` must allow {VERSION}, the version that runs, not `{text}`"),
            );
            self.report(error.help("install a version that it allows, or change the requirement"));
        }
        Some(text.clone())
    }
}
