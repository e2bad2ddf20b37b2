//! Checks files in `terraform/` that Portcullis did not generate, before Terraform runs: they may decide where Terraform
//! connects or which programs it runs.

use portcullis_generator::own_files::findings;
use portcullis_generator::review::report::line_to_accept;
use portcullis_generator::service::{Answer, ChangeKind, LOCAL, Service, answer};

use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::revision::Revision;
use crate::talk;
use crate::today::today;

/// Fails for an environment in AWS if `[review]` doesn't accept such a file, because Terraform runs programs as early as in
/// its plan. `local` reaches only this machine.
pub fn check_for(project: &Project, service: &Service, environment: &str) -> Outcome {
    if environment == LOCAL {
        return Ok(());
    }
    judge(project, service, |_| ())
}

/// Prints the accepted ones, and fails if one is not accepted.
pub fn check(project: &Project, service: &Service) -> Outcome {
    judge(project, service, talk::say)
}

fn judge(project: &Project, service: &Service, mut say_accepted: impl FnMut(String)) -> Outcome {
    let tree = Revision::WorkingTree.tree(project.root())?;
    let kind = ChangeKind::TerraformReconfigured;
    let mut blocked = Vec::new();
    for finding in findings(service, &tree) {
        let (of, sentence) = (finding.of(), finding.sentence());
        let sentence = sentence.replace("**", "");
        match answer(&service.accepted_changes, &[(kind, &of)], today()) {
            Answer::Accepted(line) => say_accepted(format!("accepted: {sentence} ({})", line.reason)),
            Answer::Expired(_) | Answer::None => blocked.push((of, sentence)),
        }
    }
    if blocked.is_empty() {
        return Ok(());
    }
    let mut message = String::from(
        "files in terraform/ that Portcullis did not generate change where Terraform connects or what it runs:",
    );
    let mut help =
        String::from("delete unwanted files, or add an entry for each to `accept` under `[review]`:\n");
    for (of, sentence) in blocked {
        message.push_str(&format!("\n  {sentence}"));
        help.push_str(&format!("\n  {},", line_to_accept(kind, &of)));
    }
    Err(Failure::refused(message).help(help))
}
