//! Functions and the crates that build them: each has the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span};
use crate::functions::Function;
use crate::functions::keys::BINARY;
use crate::service::meaning::{Handler, Handlers, Resolver};
use crate::spec::{FunctionTable, Placed};
use crate::text_rule::NAME_64;

impl Resolver<'_> {
    /// Reports a function that no binary of a crate can be.
    pub(super) fn binary(&mut self, name: &Placed<String>, table: &FunctionTable, handlers: &Handlers) {
        // An error in the name of a function would be repeated for the name of its crate.
        if !(NAME_64.check)(&name.value) {
            return;
        }
        let binaries = handlers.values().flat_map(|handler| &handler.binaries);
        let binaries: BTreeSet<&String> = binaries.collect();
        match table.binary.placed() {
            Some((binary, place)) => self.named_binary(binary, place, &binaries),
            // What is wrong with the key is reported by itself.
            None if table.binary.is_written() || binaries.contains(&name.value) => {}
            None => self.missing_binary(name, handlers),
        }
    }

    /// Reports a function without a binary of its name. It is built from that binary, which any package may have.
    fn missing_binary(&mut self, name: &Placed<String>, handlers: &Handlers) {
        let text = &name.value;
        let Some(Handler { folder, binaries }) = handlers.get(text) else {
            return self.function_without_crate(name, handlers);
        };
        let binaries: Vec<_> = binaries.iter().map(|binary| format!("`{binary}`")).collect();
        self.report(
            Diagnostic::new(
                name.span.clone(),
                format!("missing binary `{text}` in `{folder}` for the function `{text}`"),
            )
            .label(format!("`{folder}` builds {}", binaries.join(", ")))
            .help(format!(
                "set `name = \"{text}\"` under `[[bin]]` in `{folder}/Cargo.toml`"
            )),
        );
    }

    /// Reports a `binary` that no crate builds.
    fn named_binary(&mut self, binary: &str, place: Span, binaries: &BTreeSet<&String>) {
        if !(BINARY.check)(binary) || binaries.iter().any(|known| *known == binary) {
            return;
        }
        let known = binaries.iter().map(|known| known.as_str());
        let report = Diagnostic::new(place, format!("unknown `binary` `{binary}`"));
        self.report(match binaries.is_empty() {
            true => report.help(format!("add a crate that builds `{binary}` to `functions/`")),
            false => report.similar(binary, "a binary", known.clone()).known(known),
        });
    }

    fn function_without_crate(&mut self, name: &Placed<String>, handlers: &Handlers) {
        let text = &name.value;
        let known = handlers.iter().flat_map(|(package, handler)| {
            let binaries = handler.binaries.iter().map(String::as_str);
            binaries.chain([package.as_str()])
        });
        let missing = Diagnostic::new(
            name.span.clone(),
            format!("missing crate `{text}` in `functions/` for the function `{text}`"),
        );
        let path = |near: &str| format!("functions.{near}");
        self.report(missing.similar_key(text, "a crate", known, path).help(format!(
            "copy a crate to `functions/{text}`, name its package `{text}`, and add it to the members of \
             `functions/Cargo.toml`"
        )));
    }

    /// Reports crates that no function is built from.
    pub(super) fn unused_crates(
        &mut self,
        handlers: Option<&Handlers>,
        functions: &BTreeMap<String, Function>,
    ) {
        for (package, handler) in handlers.into_iter().flatten() {
            let mut names = handler.binaries.iter().chain([package]);
            let is_run = |binary: &String| {
                let mut functions = functions.values();
                functions.any(|function| function.binary.as_ref() == Some(binary))
            };
            if !names.any(|name| functions.contains_key(name) || is_run(name)) {
                self.report(
                    Diagnostic::new(
                        0..0,
                        format!(
                            "missing `[functions.{package}]` for the crate in `{}`",
                            handler.folder
                        ),
                    )
                    .help(format!("add `[functions.{package}]`, or delete the crate"))
                    .missing(format!("functions.{package}")),
                );
            }
        }
    }
}
