//! The check of files that are not generated and decide where Terraform connects or what it runs, before Terraform runs.

use portcullis_generator::own_files::findings;
use portcullis_generator::review::report::line_to_accept;
use portcullis_generator::service::{Answer, ChangeKind, LOCAL, Service, answer};

use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::revision::Revision;
use crate::talk;
use crate::today::today;

/// Fails if such a file is not accepted by `[review]`, before Terraform works on an environment in AWS: it would run
/// programs as early as in its plan. `local` reaches only this machine.
pub fn check_for(project: &Project, service: &Service, environment: &str) -> Outcome {
    if environment == LOCAL {
        return Ok(());
    }
    judge(project, service, |_| ())
}

/// Prints what is accepted, and fails if something is not.
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
        "files below `terraform/` that are not generated decide where Terraform connects or what it runs:",
    );
    let mut hint = String::from("delete what should not be there, or accept it under `[review]`:\n");
    for (of, sentence) in blocked {
        message.push_str(&format!("\n  {sentence}"));
        hint.push_str(&format!("\n  {},", line_to_accept(kind, &of)));
    }
    Err(Failure::refused(message).hint(hint))
}
