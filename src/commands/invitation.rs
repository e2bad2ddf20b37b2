//! `portcullis invitation`

use portcullis_emulator::control_plane::{Mail, mails};
use portcullis_foreign_text::words::code;
use portcullis_generator::service::LOCAL;

use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::Project;
use crate::talk;

/// Prints the last mail, or the last one of a user. The temporary password or the code stands alone on the last line.
pub fn run(project: &Project, environment: &str, email: Option<&str>) -> Outcome {
    if environment != LOCAL {
        return Err(Failure::input(format!("Cognito sends the mails of {}", code(environment)))
            .hint("to send an invitation again: `aws cognito-idp admin-create-user --message-action RESEND --user-pool-id POOL --username EMAIL`"));
    }
    let all = mails(&Local::of(project).mails()).or_tool()?;
    let Some(mail) = last(&all, email) else {
        let who = email
            .map(|email| format!(" for {}", code(email)))
            .unwrap_or_default();
        return Err(Failure::input(format!("there is no mail{who}")).hint(
            "`make apply` invites the first user; elsewhere than in `local` Cognito sends a real mail",
        ));
    };
    talk::data(format_args!("{mail}\n\n{}\n", mail.secret))
}

/// The last mail, or the last one of a user, whose name is the same in any case.
fn last<'a>(all: &'a [Mail], email: Option<&str>) -> Option<&'a Mail> {
    let Some(email) = email.map(str::to_lowercase) else {
        return all.last();
    };
    all.iter().rev().find(|one| {
        let names = [one.to.as_deref(), Some(one.username.as_str())];
        names
            .into_iter()
            .flatten()
            .any(|name| name.to_lowercase() == email)
    })
}

#[cfg(test)]
mod tests {
    use portcullis_emulator::control_plane::Kind;

    use super::*;

    #[test]
    fn a_mail_is_found_in_any_case_of_the_name() {
        let mail = |username: &str, email: &str| Mail {
            kind: Kind::Invitation,
            user_pool_id: "us-east-1_Pool".into(),
            username: username.into(),
            assigned_username: username.into(),
            to: Some(email.into()),
            subject: None,
            message: String::new(),
            secret: String::new(),
            sent_at: String::new(),
        };
        let all = [mail("Jane", "J@Example.com"), mail("b", "b@example.com")];
        for name in ["jane", "JANE", "j@example.com"] {
            assert_eq!(last(&all, Some(name)), Some(&all[0]), "{name}");
        }
        assert_eq!(last(&all, None), Some(&all[1]));
        assert_eq!(last(&all, Some("c@example.com")), None);
    }
}
