//! `README.md` of the generated files: the service, its callers and rights, and a list of the files.
//!
//! It holds no count, so that two branches that add something merge.

use minijinja::Environment;
use minijinja::value::{Serde, Value};
use portcullis_foreign_text::printable;
use serde::Serialize;

use crate::access_logs::account;
use crate::graph;
use crate::modules::module::{HEADER, Module};
use crate::service::{Auth, Service, UserPool};

const TEMPLATE: &str = include_str!("overview.md.jinja");

#[derive(Serialize)]
struct Page<'a> {
    header: &'a str,
    name: &'a str,
    users: Users,
    /// True if functions decide about the callers of some routes.
    authorizers: bool,
    user_pool: String,
    cors: bool,
    picture: String,
    routes: Vec<RouteRow<'a>>,
    environments: Vec<ModuleRow<'a>>,
    accounts: Vec<ModuleRow<'a>>,
    modules: Vec<ModuleRow<'a>>,
}

/// The users that may sign in.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Users {
    /// There are none.
    None,
    /// Anyone may register.
    Register,
    /// Those who are invited.
    Invited,
    /// Those of a pool that exists.
    Existing,
}

impl Users {
    fn of(service: &Service) -> Self {
        match &service.user_pool {
            None => Self::None,
            Some(UserPool::Own(pool)) if pool.self_sign_up => Self::Register,
            Some(UserPool::Own(_)) => Self::Invited,
            Some(UserPool::Existing { .. }) => Self::Existing,
        }
    }
}

#[derive(Serialize)]
struct RouteRow<'a> {
    method: &'a str,
    path: String,
    callers: String,
    function: String,
}

#[derive(Serialize)]
struct ModuleRow<'a> {
    name: &'a str,
    folder: &'a str,
    summary: &'a str,
}

/// Returns the text of `terraform/README.md`, for all modules and roots.
pub fn render(service: &Service, modules: &[Module]) -> String {
    let routes = service.routes.iter().map(|(path, method, route)| RouteRow {
        method: method.as_str(),
        path: code(&path.to_string()),
        callers: {
            let callers = match &route.auth {
                Auth::None => "**public**".into(),
                Auth::UserPool => "signed-in users only".into(),
                Auth::Authorizer(name) => format!("only callers that the authorizer {} admits", code(name)),
            };
            match route.api_key {
                true => callers + ", with an API key",
                false => callers,
            }
        },
        function: code(&route.function),
    });
    let page = Page {
        header: HEADER,
        name: &service.name,
        users: Users::of(service),
        authorizers: service
            .routes
            .iter()
            .any(|(.., route)| route.auth.authorizer().is_some()),
        user_pool: service
            .own_user_pool()
            .map(|pool| code(&pool.name))
            .unwrap_or_default(),
        cors: service.api.cors.is_some(),
        picture: graph::mermaid(service, None).trim_end().to_string(),
        routes: routes.collect(),
        environments: rows(modules, "environments/"),
        accounts: rows(modules, account::FOLDER),
        modules: rows(modules, "modules/"),
    };
    Environment::new()
        .render_str(TEMPLATE, Value::from(Serde(page)))
        .map(|text| format!("{}\n", text.trim_end()))
        .expect("the template is a constant that the golden trees render")
}

/// The modules of a folder, by name.
fn rows<'a>(modules: &'a [Module], folder: &str) -> Vec<ModuleRow<'a>> {
    let mut rows: Vec<_> = modules
        .iter()
        .filter_map(|module| {
            let name = module.folder.strip_prefix(folder)?;
            Some(ModuleRow {
                name,
                folder: &module.folder,
                summary: &module.summary,
            })
        })
        .collect();
    rows.sort_by_key(|row| row.name);
    rows
}

/// A text as code, which means itself, also in a table: <https://github.github.com/gfm/#code-spans>.
fn code(text: &str) -> String {
    let text = printable::line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space at both sides goes; without it a backtick of the text would be one of the fence.
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_means_itself() {
        for (text, expected) in [
            ("/orders/{id}", "`/orders/{id}`"),
            ("a|b <b>", "`a\\|b <b>`"),
            ("`", "`` ` ``"),
            ("a``b", "```a``b```"),
        ] {
            assert_eq!(code(text), expected);
        }
    }
}
