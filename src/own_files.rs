//! Checks hand-written files in `terraform/` before Terraform runs: they may decide which servers Terraform connects to
//! or which programs it runs.

use portcullis_generator::file_set::FileSet;
use portcullis_generator::own_files::{Finding, findings};
use portcullis_generator::review::{ChangeId, ChangeKind, Sorted, sort};
use portcullis_generator::sentences;
use portcullis_generator::service::{LOCAL, Service};

use crate::failure::{Failure, Outcome};
use crate::project::Project;
use crate::revision::Revision;
use crate::talk;
use crate::today::today;

/// Fails for an environment in AWS if `[review]` doesn't accept such a file, because Terraform runs programs as early as in
/// its plan. `local` reaches only this machine.
pub fn check_for(project: &Project, service: &Service, environment: &str, generated: &FileSet) -> Outcome {
    if environment == LOCAL {
        return Ok(());
    }
    judge(project, service, generated, |_| ())
}

/// Prints the accepted ones, and fails if one is not accepted.
pub fn check(project: &Project, service: &Service, generated: &FileSet) -> Outcome {
    judge(project, service, generated, talk::say)
}

fn judge(
    project: &Project,
    service: &Service,
    generated: &FileSet,
    mut say_accepted: impl FnMut(String),
) -> Outcome {
    let tree = Revision::WorkingTree.tree(project.root())?;
    let id = |finding: &Finding| ChangeId::new(ChangeKind::TerraformReconfigured, finding.of());
    let sentence = |finding: &Finding| finding.sentence().replace("**", "");
    let Sorted {
        accepted,
        expired,
        blocked,
    } = sort(
        findings(generated, &tree),
        |finding| [id(finding)],
        &service.accepted_changes,
        today(),
    );
    for (finding, line) in accepted {
        say_accepted(format!("accepted: {} ({})", sentence(&finding), line.reason));
    }
    if blocked.is_empty() && expired.is_empty() {
        return Ok(());
    }
    let mut message = String::from(
        "files in terraform/ that Portcullis did not generate change where Terraform connects or what it runs:",
    );
    for (finding, line) in &expired {
        message.push_str(&format!(
            "\n  {}\n  {}",
            sentence(finding),
            sentences::expired(line)
        ));
    }
    let mut help = String::from(if blocked.is_empty() {
        "delete unwanted files, or give the expired `accept` entries a later `until`"
    } else {
        "delete unwanted files, or add an entry for each to `accept` under `[review]`:\n"
    });
    for finding in &blocked {
        message.push_str(&format!("\n  {}", sentence(finding)));
        help.push_str(&format!("\n  {},", id(finding).line_to_accept()));
    }
    Err(Failure::refused(message).help(help))
}
