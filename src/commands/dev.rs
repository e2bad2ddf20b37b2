//! `portcullis dev`: applies each change when it is saved, and prints the requests.
//!
//! A change of code needs no Terraform. The applied function takes its code from a zip, and the data plane reads that
//! zip again. Terraform's state then has the hash of the previous code. `plan` shows this difference, and the next
//! apply removes it. A change of the spec is applied as `apply` does it.

use std::path::Path;
use std::time::{Duration, Instant};

use portcullis_generator::service::{LOCAL, Service};

use super::apply::{Serving, apply};
use super::requests;
use crate::build::{Artifact, BuildOptions, Builder, Program, Purpose};
use crate::cli::{MessageFormat, TerraformOptions};
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::page::Page;
use crate::project::{Project, SPEC, this_machine};
use crate::sources::{Saved, Sources};
use crate::tools::Tools;
use crate::{interrupt, talk};

/// Applies, then serves each saved change until a signal ends it. After a failure the former version stays.
pub fn run(project: &Project, options: &TerraformOptions, down: bool) -> Outcome {
    if options.environment.name != LOCAL {
        return Err(Failure::input("`dev` must be used with `local`")
            .help("run `portcullis apply`: read every plan for AWS before you apply it"));
    }
    // Before anything is read: what is saved meanwhile is seen then.
    let mut sources = Sources::of(project)?;
    let Some(mut serving) = apply(project, options, false)? else {
        return Ok(());
    };
    serving.next_commands();
    let page = {
        let _turn = project.turn(LOCAL)?;
        Local::of(project).serve_page()?
    };
    let _clock = Local::of(project).run_schedules()?;
    requests::print(Local::of(project).request_log()).or_tool()?;
    let ending = Local::of(project);
    interrupt::end_well(move || end(&ending, down)).or_tool()?;
    loop {
        show(&page, &serving)?;
        talk::say(format!(
            "\nWatching {SPEC} and functions/. Press Ctrl-C to stop {}",
            match down {
                true => "watching and the API",
                false => "watching. The API keeps running",
            }
        ));
        let (applied, at) = serve_code_until_applied(project, options, &mut sources, &serving.service)?;
        serving = applied;
        talk::say(format!(
            "{} {} serves the new {SPEC}, {} after the save",
            talk::paint("32", "✓"),
            serving.api_url,
            seconds(at.elapsed()),
        ));
        if interrupt::interrupted() {
            end(&Local::of(project), down);
            return Ok(());
        }
    }
}

/// Lets the page call the service that was just applied, and prints its address if pages may call the API.
fn show(page: &Page, serving: &Serving) -> Outcome {
    page.show(&serving.service, &serving.outputs).or_tool()?;
    if serving.service.user_pool_in(LOCAL).is_some() && serving.service.api.cors.is_some() {
        talk::say(format!(
            "\nA page that signs in and calls the API: {}",
            talk::paint("1", &page.url())
        ));
    }
    Ok(())
}

/// Ends well, and says what still runs.
fn end(local: &Local, down: bool) {
    if !down {
        talk::say(
            "\nStopped watching. The API is still running. To stop it, run `portcullis down`. To update Terraform's \
             state, run `portcullis apply`",
        );
        return;
    }
    match local.stop_without_destroying() {
        Ok(()) => talk::say("\nStopped `local`. Its data and its logs are deleted"),
        Err(failure) => _ = talk::failure(&failure, MessageFormat::Text),
    }
}

/// Serves the code of a service until a new spec is applied. Returns the time of that save.
fn serve_code_until_applied(
    project: &Project,
    options: &TerraformOptions,
    sources: &mut Sources,
    service: &Service,
) -> Outcome<(Serving, Instant)> {
    let programs = Program::all(service);
    let (functions_dir, artifacts_dir) = (project.functions(), project.artifacts(Purpose::Local));
    let cargo_lambda = Tools::new(project.root()).cargo_lambda().or_tool()?;
    let mut code = Code::new(BuildOptions {
        functions_dir: &functions_dir,
        artifacts_dir: &artifacts_dir,
        architecture: this_machine()?,
        purpose: Purpose::Local,
        functions: &programs,
        cargo_lambda: &cargo_lambda,
    })?;
    let mut spec_failed = false;
    loop {
        let saved = sources.next()?;
        for path in &saved.paths {
            talk::say(format!("{} Saved {}", talk::paint("36", "·"), path.display()));
        }
        // A part that the spec lacked may exist now, such as the crate of a function.
        spec_failed |= saved.paths.iter().any(|path| path.as_os_str() == SPEC);
        let outcome = if spec_failed {
            apply(project, options, false)
        } else {
            code.serve(project, &saved).map(|()| None)
        };
        match outcome {
            Ok(Some(serving)) => return Ok((serving, saved.at)),
            Ok(None) => {}
            Err(failure) if interrupt::interrupted() => return Err(failure),
            Err(failure) => {
                interrupt::wait_if_ending();
                _ = talk::failure(&failure, MessageFormat::Text);
                talk::say("The API still runs the previous version. Waiting for the next save");
            }
        }
    }
}

/// The functions' code that is built and served.
struct Code<'a> {
    options: BuildOptions<'a>,
    /// None after the workspace's crates have changed.
    builder: Option<Builder<'a>>,
    served: Vec<Artifact>,
}

impl<'a> Code<'a> {
    /// The code that was just built and applied.
    fn new(options: BuildOptions<'a>) -> Outcome<Self> {
        let mut builder = Builder::new(&options).or_input()?;
        let served = builder.zip().or_tool()?;
        Ok(Self {
            options,
            builder: Some(builder),
            served,
        })
    }

    /// Builds and serves the saved code, and prints how long the compiler and the rest took.
    fn serve(&mut self, project: &Project, saved: &Saved) -> Outcome {
        let _turn = project.turn(LOCAL)?;
        if saved.paths.iter().any(|path| changes_crates(path)) {
            self.builder = None;
        }
        let builder = match &mut self.builder {
            Some(builder) => builder,
            none => none.insert(Builder::new(&self.options).or_input()?),
        };
        let compiler = Instant::now();
        builder.compile().or_input()?;
        let compiler = compiler.elapsed();
        let artifacts = builder.zip().or_tool()?;
        let changed: Vec<&str> = artifacts
            .iter()
            .filter(|artifact| !self.served.contains(artifact))
            .map(|artifact| artifact.function.as_str())
            .collect();
        if changed.is_empty() {
            talk::say("The code did not change");
            return Ok(());
        }
        Local::of(project).serve_code()?;
        let took = saved.at.elapsed();
        talk::say(format!(
            "{} the next request runs the new code of {}, {} after the save ({} compiler, {} rest)",
            talk::paint("32", "✓"),
            changed.join(", "),
            seconds(took),
            seconds(compiler),
            seconds(took.saturating_sub(compiler)),
        ));
        self.served = artifacts;
        Ok(())
    }
}

/// Returns whether a file decides about the crates or their compiler.
fn changes_crates(path: &Path) -> bool {
    ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "config.toml"]
        .iter()
        .any(|name| path.ends_with(name))
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
