//! Computes what `portcullis generate --check` does for a spec with as many functions and routes as its argument says, with
//! the generated files in memory. CONTRIBUTING.md says how to count its instructions.

use std::fmt::Write;

use portcullis_generator::own_files::{self, Tree};
use portcullis_generator::service::{Handler, Handlers};
use portcullis_generator::{modules, service};

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let (text, handlers) = spec(count.unwrap_or(200));
    let service = service(&text, Some(&handlers)).expect("the spec is valid");
    let files = modules::all(&service);
    let tree: Tree = files
        .iter()
        .map(|(path, text)| (path.into(), text.into()))
        .collect();
    assert_eq!(own_files::findings(&files, &tree), []);
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    println!("{bytes} bytes in {} files", files.iter().count());
}

/// A spec with a function for each route, and the handlers of the functions.
fn spec(count: usize) -> (String, Handlers) {
    let mut functions = String::new();
    let mut routes = String::from("[routes]\n");
    let mut handlers = Handlers::new();
    for number in 0..count {
        let name = format!("function{number}");
        writeln!(
            functions,
            "[functions.{name}]\ndescription = \"Answers {number}\""
        )
        .expect("a string takes any text");
        writeln!(routes, "\"GET /items{number}\" = {{ function = \"{name}\" }}")
            .expect("a string takes any text");
        let folder = format!("functions/{name}");
        let binaries = [name.clone()].into();
        handlers.insert(name, Handler { folder, binaries });
    }
    let text = format!(
        "[service]\nname = \"bench\"\nregion = \"us-east-1\"\n\
         [user_pool.clients.cli]\nauth_flows = [\"user_password\", \"refresh_token\"]\n\
         [api]\ncors = {{ allow_origin = \"*\" }}\n\
         [environments.dev]\n{functions}{routes}"
    );
    (text, handlers)
}
