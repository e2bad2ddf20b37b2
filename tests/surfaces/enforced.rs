//! A state's surface and the gateway that serves it say the same of every route.

use std::fs;
use std::path::Path;

use portcullis_emulator::data_plane::{Callers, EnforcedRoute, enforced};
use portcullis_generator::surface::{Route, Surface, of_state};
use serde_json::Value;

#[test]
fn what_is_printed_is_what_is_enforced() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut states = Vec::new();
    for (file, api) in [
        ("generator/tests/demo.state.json", None),
        ("emulator/tests/fixtures/shop/state.json", None),
        ("emulator/tests/fixtures/limits/state.json", None),
        ("emulator/tests/fixtures/bookshop/state.json", Some("bookshop")),
        (
            "emulator/tests/fixtures/bookshop/state.json",
            Some("bookshop-openapi"),
        ),
    ] {
        states.push((file.to_owned(), fs::read_to_string(root.join(file)).unwrap(), api));
    }
    for entry in fs::read_dir(super::folder().join("cases")).unwrap() {
        let path = entry.unwrap().path();
        let case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let state = super::state(&super::resources(&case));
        states.push((path.display().to_string(), state, None));
    }
    let (mut routes, mut guarded, mut called) = (0, 0, 0);
    for (name, text, api) in states {
        // Some states have a surface that says what is wrong with them, and can't be served.
        let (Ok(surface), Ok(enforced)) = (of_state(&text, api), enforced(&text, api)) else {
            continue;
        };
        for enforced in &enforced {
            let is_same = |route: &&Route| (&route.method, &route.path) == (&enforced.method, &enforced.path);
            let route = surface.routes.iter().find(is_same);
            let route = route.unwrap_or_else(|| panic!("{name}: the surface lacks {enforced:?}"));
            if let Err(why) = compare(&surface, route, enforced) {
                panic!("{name}: {why}:\n{route:?}\n{enforced:?}");
            }
            routes += 1;
            guarded += usize::from(matches!(
                enforced.callers,
                Callers::Users { .. } | Callers::AdmittedBy { .. }
            ));
            called += usize::from(enforced.function.is_some());
        }
    }
    assert!(
        routes > 150 && guarded > 80 && called > 130,
        "only {routes} routes, {guarded} guarded, {called} with a function"
    );
}

fn compare(surface: &Surface, route: &Route, enforced: &EnforcedRoute) -> Result<(), &'static str> {
    if route.api_key_required != enforced.api_key_required {
        return Err("only one asks for an API key");
    }
    match &enforced.callers {
        // No request gets in, so the printed surface does not matter.
        Callers::NotEmulated => {}
        Callers::Public if route.auth_type == "NONE" => {}
        Callers::Public => return Err("only the gateway is public"),
        Callers::AdmittedBy { function } => {
            let mut authorizers = surface.authorizers.iter();
            let authorizer =
                authorizers.find(|authorizer| Some(&authorizer.name) == route.authorizer.as_ref());
            let authorizer = authorizer.ok_or("the authorizer is not printed")?;
            let printed = authorizer
                .function
                .as_ref()
                .ok_or("its function is not printed")?;
            let is_same = function == printed || function.ends_with(&format!("-{printed}"));
            if route.auth_type != "CUSTOM" || !is_same {
                return Err("the function that decides differs");
            }
        }
        Callers::Users {
            header,
            issuers,
            scopes,
        } => {
            let mut authorizers = surface.authorizers.iter();
            let authorizer =
                authorizers.find(|authorizer| Some(&authorizer.name) == route.authorizer.as_ref());
            let authorizer = authorizer.ok_or("the authorizer is not printed")?;
            if route.auth_type != "COGNITO_USER_POOLS" || route.scopes != *scopes {
                return Err("the authorization or its scopes differ");
            }
            if authorizer.header != *header || authorizer.pools.len() != issuers.len() {
                return Err("the authorizer differs");
            }
        }
    }
    if let Some((name, qualifier)) = &enforced.function {
        if route.uncertain.integration.is_some() {
            return Err("only the gateway is certain what answers");
        }
        let printed = route.function.as_ref().ok_or("the function is not printed")?;
        let is_same = name == printed || name.ends_with(&format!("-{printed}"));
        if !is_same || route.qualifier != *qualifier {
            return Err("the function differs");
        }
    }
    Ok(())
}
