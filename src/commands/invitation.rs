//! `portcullis invitation`

use portcullis_emulator::control_plane::{Mail, mails};
use portcullis_foreign_text::printable::code;
use portcullis_generator::service::LOCAL;

use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::Project;
use crate::talk;

/// Prints the last email, or the last one to a user. The last line holds only the temporary password or code.
pub fn run(project: &Project, environment: &str, email: Option<&str>) -> Outcome {
    if environment != LOCAL {
        return Err(Failure::input(format!("can't read emails of {}: Cognito sends them", code(environment)))
            .help("send an invitation again: `aws cognito-idp admin-create-user --message-action RESEND --user-pool-id POOL --username EMAIL`"));
    }
    let all = mails(&Local::of(project).mails()).or_tool()?;
    let Some(mail) = last(&all, email) else {
        if project.service()?.user_pool.is_none() {
            return Err(Failure::input("no email: the service has no user pool").help(
                "add `[user_pool.clients.cli]` with `auth_flows = [\"user_password\", \"refresh_token\"]`",
            ));
        }
        let who = email
            .map(|email| format!(" for {}", code(email)))
            .unwrap_or_default();
        return Err(Failure::input(format!("no email{who} yet"))
            .help("run `portcullis apply` to invite the first user"));
    };
    talk::data(format_args!("{mail}\n\n{}\n", mail.secret))
}

/// Returns the last email, or the last one to a user. Case is ignored.
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
