//! Terraform's addresses of what routes are made of: each belongs to its path alone.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use portcullis_generator::modules;
use proptest::prelude::*;

/// Paths of few words, so that many are alike.
fn path() -> impl Strategy<Value = String> {
    let words = vec![
        "a",
        "b",
        "s",
        "d",
        "w",
        "1",
        "root",
        "parameter",
        "__",
        "_",
        "-",
        "$",
    ];
    let literal = prop::collection::vec(prop::sample::select(words), 1..4).prop_map(|words| words.concat());
    let segment = prop_oneof![4 => literal, 1 => Just("{}".to_owned())];
    prop::collection::vec(segment, 0..4).prop_map(|segments| {
        // A parameter has the same name wherever it stands at the same depth: siblings may have one.
        let named = segments.iter().enumerate();
        let path: String = named
            .map(|(depth, segment)| format!("/{}", segment.replace("{}", &format!("{{id{depth}}}"))))
            .collect();
        if path.is_empty() { "/".into() } else { path }
    })
}

/// The addresses of the blocks of the service module's routes, each with the comment above it, which names the path.
fn addresses(paths: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut spec = String::from(
        "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[user_pool.clients.cli]\nauth_flows = [\"user_srp\"]\n\
         [api]\ncors = { allow_origin = \"*\" }\n[functions.open]\n[functions.other]\n[routes]\n",
    );
    for (place, path) in paths.iter().enumerate() {
        // So few on a function that each has its own permission.
        let function = if place % 2 == 0 { "open" } else { "other" };
        _ = writeln!(
            spec,
            "{:?} = {{ function = {function:?} }}",
            format!("GET {path}")
        );
    }
    let service = portcullis_generator::service(&spec, None)
        .unwrap_or_else(|wrong| panic!("{}", wrong.render("spec", &spec, false)));
    let tree = modules::all(&service);
    let routes = tree.get("modules/service/routes.tf").unwrap();
    let mut found = BTreeMap::new();
    let mut comment = "";
    for line in routes.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            // Another function may answer the path of another set.
            comment = text.split(": signed-in").next().unwrap();
        }
        if line.starts_with("resource ") || line.starts_with("module ") {
            let before = found.insert(line.trim_end_matches(" {").to_owned(), comment.to_owned());
            assert_eq!(before, None, "{line} is there twice");
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_route_that_is_added_renames_no_other(
        paths in prop::collection::btree_set(path(), 1..24),
        added in path(),
    ) {
        let before = addresses(&paths);
        let mut more = paths.clone();
        more.insert(added.clone());
        let after = addresses(&more);
        for (address, path) in &before {
            prop_assert_eq!(after.get(address), Some(path), "{} was added: {}", &added, address);
        }
        // A module, a preflight and a permission for each route, beside the resources of the paths.
        let resource = |address: &&String| address.starts_with("resource \"aws_api_gateway_resource\"");
        prop_assert_eq!(after.keys().filter(|address| !resource(address)).count(), 3 * more.len());
    }
}
