//! The modules of the generated Terraform: one per concern, each in a file of its own.
//!
//! A module is data first ([`Module`]) and becomes files in one place, so that a README can't say anything else
//! than `variables.tf` does.

pub(crate) mod access_test;
mod files;
pub(crate) mod module;
mod module_readme;
mod moved;
mod root_readme;
mod service;

pub use crate::api::deployment::snapshot;
pub use crate::environments::module::{LOCAL_ACCOUNT, LOCAL_FIRST_USER, environment, planned_provider};
pub use crate::functions::in_service::environment_variables;
pub use module::{HEADER, HEADER_PREFIX, Module, Output, PROVIDER, TERRAFORM, Variable, is_generated};
pub use service::{DEPLOYMENT, OWN_MODULE, REST_API, STAGE, USER_POOL, is_bucket, is_table};

use crate::file_set::FileSet;
use crate::service::Service;
use crate::{access_logs, api, buckets, functions, user_pool};

/// The files that GitHub collapses in a pull request, because they repeat the HCL.
const GITATTRIBUTES: &str = "README.md      linguist-generated
*.tftest.hcl   linguist-generated
.gitattributes linguist-generated
";

/// Every module that the service needs, a root per environment, and a `README.md` of them all.
pub fn all(service: &Service) -> FileSet {
    let mut files = FileSet::default();
    let mut modules = of_service(service);
    let environments = service.environments.values();
    modules.extend(environments.map(|environment| self::environment(service, environment)));
    modules.extend(access_logs::account::modules(service));
    files.insert("", "README.md", root_readme::render(service, &modules));
    files.insert("", ".gitattributes", format!("# {HEADER}\n{GITATTRIBUTES}"));
    for module in modules {
        module.write_to(&mut files);
    }
    files
}

/// Every module that the service needs.
pub fn of_service(service: &Service) -> Vec<Module> {
    let mut modules = user_pool::modules::modules(service);
    modules.extend(functions::module::modules(service));
    modules.extend(buckets::modules::modules(service));
    modules.extend(api::modules::modules(service));
    modules.push(service::module(service));
    modules
}
