//! From a spec's text to the whole tree and to its picture, by the number of routes.
//! `cargo bench -p portcullis-generator`.

use std::fmt::Write;

use divan::Bencher;
use divan::counter::ItemsCount;
use portcullis_generator::service::{Handler, Handlers};
use portcullis_generator::{graph, modules, service};

fn main() {
    divan::main();
}

const ROUTES: [usize; 4] = [1, 10, 100, 300];

/// A service with a function for each four routes, on paths of one to three segments.
fn spec(routes: usize) -> (String, Handlers) {
    let mut text = String::from(
        "[service]\nname = \"bench\"\nregion = \"us-east-1\"\n\
         [user_pool.clients.cli]\nauth_flows = [\"user_password\", \"refresh_token\"]\n\
         [api]\ncors = { allow_origin = \"*\" }\n",
    );
    let functions: Vec<String> = (0..routes.div_ceil(4)).map(|n| format!("function{n}")).collect();
    for name in &functions {
        writeln!(text, "[functions.{name}]\ndescription = \"Answers\"")
            .expect("a string takes what is written");
    }
    text.push_str("[routes]\n");
    for route in 0..routes {
        let (group, function) = (route / 4, &functions[route / 4]);
        let key = match route % 4 {
            0 => format!("GET /group{group}"),
            1 => format!("POST /group{group}"),
            2 => format!("GET /group{group}/{{id}}"),
            _ => format!("DELETE /group{group}/{{id}}/parts"),
        };
        writeln!(text, "\"{key}\" = {{ function = \"{function}\" }}")
            .expect("a string takes what is written");
    }
    let handlers = functions
        .into_iter()
        .map(|name| {
            let folder = format!("functions/{name}");
            let binaries = [name.clone()].into();
            (name, Handler { folder, binaries })
        })
        .collect();
    (text, handlers)
}

/// Text to service: reading and every check.
#[divan::bench(args = ROUTES)]
fn resolve(bencher: Bencher, routes: usize) {
    let (text, handlers) = spec(routes);
    bencher
        .counter(ItemsCount::new(routes))
        .bench_local(|| service(&text, Some(&handlers)).expect("the spec is right"));
}

/// Service to texts: blocks, layout, READMEs.
#[divan::bench(args = ROUTES)]
fn emit(bencher: Bencher, routes: usize) {
    let (text, handlers) = spec(routes);
    let service = service(&text, Some(&handlers)).expect("the spec is right");
    bencher
        .counter(ItemsCount::new(routes))
        .bench_local(|| modules::all(&service));
}

/// Service to SVG, which is laid out.
#[divan::bench(args = ROUTES)]
fn draw(bencher: Bencher, routes: usize) {
    let (text, handlers) = spec(routes);
    let service = service(&text, Some(&handlers)).expect("the spec is right");
    bencher
        .counter(ItemsCount::new(routes))
        .bench_local(|| graph::svg(&service, None));
}
