//! A new function: a crate or a binary, its place in the workspace, and its entries in the spec. Everything is checked
//! before anything is written.

pub mod addition;
mod handler_crate;
mod spec_entry;
mod written;

use std::fs;

use portcullis_foreign_text::printable::code;
use portcullis_generator::disk;
use portcullis_generator::service::{Handler, Handlers};

use crate::failure::{Failure, OrFail, Outcome, SpecErrors};
use crate::functions_workspace;
use crate::project::{Project, SPEC};

use addition::{Addition, Auth, Route, Trigger};
use handler_crate::Template;
use written::Written;

/// Adds a function to a project. Returns the files that it wrote, by their paths in the project.
pub fn add(project: &Project, addition: &Addition) -> Outcome<Vec<String>> {
    if let Trigger::Route(route) = &addition.trigger {
        check_reason(route)?;
    }
    let service = project.service()?;
    let name = &addition.name;
    if service.functions.contains_key(name) {
        return Err(Failure::input(format!("duplicate function {}", code(name))).help("choose another name"));
    }
    let text = fs::read_to_string(project.root().join(SPEC)).or_input()?;
    let spec = spec_entry::added(&text, addition)?;
    let mut handlers = disk::handlers(&project.functions()).or_input()?;
    let folder = make_room(&mut handlers, addition)?;
    portcullis_generator::service(&spec, Some(&handlers)).map_err(|errors| {
        Failure::spec(SpecErrors {
            name: SPEC.to_owned(),
            text: spec.clone(),
            errors,
        })
    })?;

    let mut written = Written::of(project.root());
    let template = Template::of(&addition.trigger);
    let handler = template.source(name);
    if addition.bin_of.is_some() {
        let path = format!("{folder}/Cargo.toml");
        let manifest = fs::read_to_string(project.root().join(&path)).or_input()?;
        template.check_crate(&path, &manifest)?;
        written.new_file(format!("{folder}/src/bin/{name}.rs"), handler)?;
    } else {
        let read = |file: &str| fs::read_to_string(project.functions().join(file)).or_input();
        let (manifest, lock) = (read("Cargo.toml")?, read("Cargo.lock")?);
        let crate_manifest = handler_crate::manifest(name, addition.description.as_deref(), &manifest)?;
        let manifest_and_lock =
            functions_workspace::with_member(&manifest, &lock, name, &handler_crate::DEPENDENCIES)?;
        written.new_file(format!("{folder}/Cargo.toml"), crate_manifest)?;
        written.new_file(format!("{folder}/src/main.rs"), handler)?;
        let (manifest, lock) = manifest_and_lock;
        written.changed("functions/Cargo.toml".to_owned(), manifest);
        written.changed("functions/Cargo.lock".to_owned(), lock);
    }
    written.changed(SPEC.to_owned(), spec);
    written.write()
}

/// Fails if a public route has no reason, or another route has one.
fn check_reason(route: &Route) -> Outcome {
    match (route.auth, &route.reason) {
        (Some(Auth::None), None) => Err(Failure::input(
            "missing `--reason`: `--auth none` lets anyone call the route",
        )
        .help("say why, for someone who reads the spec a year from now: `--reason \"Health check of the load balancer\"`")),
        (Some(Auth::None), Some(reason)) => {
            if reason.trim().is_empty() || reason.chars().any(char::is_control) {
                return Err(Failure::input("`--reason` must be one line of text")
                    .help("say why the route is public"));
            }
            Ok(())
        }
        (_, Some(_)) => Err(Failure::input("`--reason` must come with `--auth none`").help("remove `--reason`")),
        (_, None) => Ok(()),
    }
}

/// Adds the function's binary to those of the workspace. Returns the folder of its crate in the project.
fn make_room(handlers: &mut Handlers, addition: &Addition) -> Outcome<String> {
    let name = &addition.name;
    let has_binary = |handler: &&Handler| handler.binaries.contains(name);
    if let Some(Handler { folder, .. }) = handlers.values().find(has_binary) {
        return Err(Failure::input(format!(
            "duplicate binary {}: {} has it",
            code(name),
            code(folder)
        ))
        .help(format!(
            "choose another name, or write {} in `{SPEC}` yourself",
            code(&format!("[functions.{name}]"))
        )));
    }
    if let Some(crate_name) = &addition.bin_of {
        let known: Vec<_> = handlers.keys().cloned().collect();
        let Some(handler) = handlers.get_mut(crate_name) else {
            return Err(Failure::input(format!("unknown crate {}", code(crate_name)))
                .help(format!("choose one of: {}", known.join(", "))));
        };
        handler.binaries.insert(name.clone());
        return Ok(handler.folder.clone());
    }
    let folder = format!("functions/{name}");
    let handler = Handler {
        folder: folder.clone(),
        binaries: [name.clone()].into(),
    };
    handlers.insert(name.clone(), handler);
    Ok(folder)
}
