//! `portcullis invitation`

use portcullis_generator::service::LOCAL;
use portcullis_local::control_plane::invitations;

use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::Project;
use crate::talk;

/// Prints the last invitation, or somebody's; the temporary password stands alone on the last line.
pub fn run(project: &Project, environment: &str, email: Option<&str>) -> Outcome {
    if environment != LOCAL {
        return Err(Failure::input(format!("Cognito sent the invitation of `{environment}` by mail"))
            .hint("to send it again: `aws cognito-idp admin-create-user --message-action RESEND --user-pool-id POOL --username EMAIL`"));
    }
    let all = invitations(&Local::of(project).invitations()).or_tool()?;
    let of = |email: &str| {
        all.iter()
            .rev()
            .find(|one| one.email.as_deref() == Some(email) || one.username == email)
    };
    let found = match email {
        Some(email) => of(email),
        None => all.last(),
    };
    let Some(invitation) = found else {
        let who = email.map(|email| format!(" for `{email}`")).unwrap_or_default();
        return Err(Failure::input(format!("there is no invitation{who}")).hint(
            "`make apply` invites the first user; elsewhere than in `local` Cognito sends a real mail",
        ));
    };
    talk::data(format_args!(
        "{invitation}\n\n{}\n",
        invitation.temporary_password
    ))
}
