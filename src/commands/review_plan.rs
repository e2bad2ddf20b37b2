//! `portcullis review --plan` in a folder without a spec

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use portcullis_emulator::show_output::{self, ShowOutput};
use portcullis_foreign_text::printable;
use portcullis_generator::review::without_spec::review_plan;
use portcullis_generator::review::{self, AcceptedChange, report::Report};

use crate::announced::Announced;
use crate::cli;
use crate::commands::surface::of_file;
use crate::failure::{Failure, OrFail, Outcome, SpecErrors};
use crate::terraform_program::{command_failure, without_advice};
use crate::today::today;

/// The file of accepted changes, unless another one is named.
pub const ACCEPTED_CHANGES: &str = "portcullis-review.toml";

/// Reviews a plan of Terraform that no spec is of. `root` is the folder of the root module.
pub fn report(root: &Path, options: &cli::Review) -> Outcome<Report> {
    let [file] = &options.plan[..] else {
        return Err(
            Failure::input("without a spec, `--plan` must name one plan").help("review each plan by itself")
        );
    };
    let named = options.accept.as_deref();
    let name = named.map_or_else(|| ACCEPTED_CHANGES.to_owned(), |file| file.display().to_string());
    let accepted = accepted_changes(root, named, &name)?;
    let text = text(root, file)?;
    let mut report = review_plan(&text, &accepted, &name, today()).map_err(|error| of_file(file, error))?;
    report.head = printable::line(&file.display().to_string());
    Ok(report)
}

/// Reads the file of accepted changes, which errors call `name`. The one that nothing names may be missing.
fn accepted_changes(root: &Path, named: Option<&Path>, name: &str) -> Outcome<Vec<AcceptedChange>> {
    let file = named.map_or_else(|| root.join(ACCEPTED_CHANGES), Path::to_owned);
    if named.is_none() && !file.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&file)
        .map_err(|error| Failure::input(format!("can't read {}: {error}", printable::code(name))))?;
    review::accepted_changes(&text).map_err(|errors| {
        let name = name.to_owned();
        Failure::spec(SpecErrors { name, text, errors })
    })
}

/// Returns the output of `terraform show -json` for a plan. A file of `terraform plan -out` is shown first, which needs the
/// providers that `terraform init` installed in the root module.
fn text(root: &Path, file: &Path) -> Outcome<String> {
    if !is_plan_file(file) {
        return show_output::read(file, ShowOutput::Plan).or_input();
    }
    let path: PathBuf = file.canonicalize().or_input()?;
    let mut terraform = Command::new("terraform");
    // The root module and its variables are the user's, who also ran `terraform init` with them.
    without_advice(&mut terraform);
    let output = terraform
        .current_dir(root)
        .args(["show", "-json", "-no-color"])
        .arg(&path)
        .stdin(Stdio::null())
        .announced()
        .output()
        .map_err(|error| {
            Failure::tool(format!("can't start `terraform`: {error}"))
                .help("install Terraform, or review its output: `terraform show -json PLANFILE > plan.json`")
        })?;
    if !output.status.success() {
        return Err(command_failure("show", &output.stderr)
            .help("run `terraform init` in the folder of the root module, or name it: `--project DIR`"));
    }
    String::from_utf8(output.stdout).or_tool()
}

/// Returns whether a file is one of `terraform plan -out`, which is a zip.
fn is_plan_file(file: &Path) -> bool {
    let mut begin = [0; 4];
    let read = fs::File::open(file).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == *b"PK\x03\x04"
}
