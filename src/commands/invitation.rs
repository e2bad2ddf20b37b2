//! `portcullis invitation`

use portcullis_generator::service::LOCAL;
use portcullis_local::control_plane::{Invitation, invitations};

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
    let Some(invitation) = last(&all, email) else {
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

/// The last invitation, or the last one of a user, whose name is the same in any case.
fn last<'a>(all: &'a [Invitation], email: Option<&str>) -> Option<&'a Invitation> {
    let Some(email) = email.map(str::to_lowercase) else {
        return all.last();
    };
    all.iter().rev().find(|one| {
        let names = [one.email.as_deref(), Some(one.username.as_str())];
        names
            .into_iter()
            .flatten()
            .any(|name| name.to_lowercase() == email)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_found_in_any_case_of_the_name() {
        let invitation = |username: &str, email: &str| Invitation {
            user_pool_id: "us-east-1_Pool".into(),
            username: username.into(),
            assigned_username: username.into(),
            email: Some(email.into()),
            subject: String::new(),
            message: String::new(),
            temporary_password: String::new(),
            sent_at: String::new(),
        };
        let all = [
            invitation("Jane", "J@Example.com"),
            invitation("b", "b@example.com"),
        ];
        for name in ["jane", "JANE", "j@example.com"] {
            assert_eq!(last(&all, Some(name)), Some(&all[0]), "{name}");
        }
        assert_eq!(last(&all, None), Some(&all[1]));
        assert_eq!(last(&all, Some("c@example.com")), None);
    }
}
