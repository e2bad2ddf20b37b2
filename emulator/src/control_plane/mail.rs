//! The mails that Cognito would have sent: one file each, readable by their owner only, because they hold temporary
//! passwords and confirmation codes. Nothing else does: no state of Terraform, no log.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portcullis_files::PRIVATE;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// A message that Cognito would have sent, by mail or SMS.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The purpose of its secret.
    pub kind: Kind,
    /// The user pool, such as `us-east-1_a1B2c3D4e`.
    pub user_pool_id: String,
    /// The name that users sign in with: their e-mail address in a pool that takes it for a name.
    pub username: String,
    /// The name that Cognito gave the user, a UUID in such a pool, else the same.
    pub assigned_username: String,
    /// The e-mail address or phone number; `None` for a user without one, whom Cognito could not reach.
    pub to: Option<String>,
    /// The subject by the pool's template; an SMS has none.
    pub subject: Option<String>,
    /// The text by the pool's template, with the secret in it.
    pub message: String,
    /// The temporary password, or the confirmation code.
    pub secret: String,
    /// Time of sending, RFC 3339 in UTC.
    pub sent_at: String,
}

/// The purpose of the secret of an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A temporary password: it signs the user in once, to choose a password of their own.
    Invitation,
    /// A code that confirms who signed up.
    SignUp,
    /// A code that sets a new password.
    ForgottenPassword,
    /// A code that verifies an e-mail address.
    Email,
    /// A code that verifies a phone number.
    PhoneNumber,
}

impl Mail {
    /// A mail of moto's, which says everything but when it was sent.
    pub(super) fn sent_now(mut mail: Value) -> Result<Self> {
        mail["sent_at"] = now()?.into();
        serde_json::from_value(mail).context("unknown form of an email of moto")
    }
}

/// The time, as mails have it.
pub(super) fn now() -> Result<String> {
    OffsetDateTime::now_utc()
        .format(&Rfc3339)
        .context("the time has a format")
}

/// The mail as it would have arrived.
impl fmt::Display for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.subject.is_some() {
            writeln!(formatter, "From: no-reply@verificationemail.com")?;
        }
        let to = self.to.as_deref().unwrap_or("(no email address)");
        writeln!(formatter, "To: {to}")?;
        writeln!(formatter, "Date: {}", self.sent_at)?;
        if let Some(subject) = &self.subject {
            writeln!(formatter, "Subject: {subject}")?;
        }
        write!(formatter, "\n{}", self.message.trim_end())
    }
}

/// Without the secret, so that no log comes to hold it.
impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Mail")
            .field("kind", &self.kind)
            .field("user_pool_id", &self.user_pool_id)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// The mails in a folder, the oldest first; none when there is no such folder.
///
/// # Errors
/// If the folder or a file in it can't be read, or if a file is not a mail.
pub fn mails(folder: &Path) -> Result<Vec<Mail>> {
    let mut all: Vec<_> = files(folder)?.into_iter().map(|(_, mail)| mail).collect();
    all.sort_by(|one, other| one.sent_at.cmp(&other.sent_at));
    Ok(all)
}

/// The folder as the proxy keeps it.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, made when missing, with what is in it.
    pub(super) fn opened(path: PathBuf) -> Result<Self> {
        portcullis_files::private_folder(&path)
            .with_context(|| format!("can't create the folder `{}`", path.display()))?;
        Ok(Self(path))
    }

    /// The folder, made when missing, without what an earlier life of moto left in it.
    pub(super) fn cleared(path: PathBuf) -> Result<Self> {
        let folder = Self::opened(path)?;
        for file in paths(&folder.0)? {
            remove(&file)?;
        }
        Ok(folder)
    }

    /// Keeps a mail in place of the one of its kind that its user had.
    pub(super) fn keep(&self, mail: &Mail) -> Result<()> {
        let of_user = self.of_user(&mail.user_pool_id, &mail.assigned_username)?;
        let before = of_user.iter().filter(|(_, one)| one.kind == mail.kind);
        let path = self.0.join(format!("{}.json", Uuid::new_v4().simple()));
        let text = serde_json::to_vec_pretty(mail).context("a mail is JSON")?;
        portcullis_files::replace(&path, &text, PRIVATE)
            .with_context(|| format!("can't write `{}`", path.display()))?;
        before.map(|(path, _)| path).try_for_each(|path| remove(path))
    }

    /// Forgets the mails of a user, by the name that Cognito gave.
    pub(super) fn forget_user(&self, user_pool_id: &str, assigned_username: &str) -> Result<()> {
        self.of_user(user_pool_id, assigned_username)?
            .iter()
            .try_for_each(|(path, _)| remove(path))
    }

    /// Forgets the mails of all users of a pool.
    pub(super) fn forget_user_pool(&self, user_pool_id: &str) -> Result<()> {
        let of_pool = files(&self.0)?
            .into_iter()
            .filter(|(_, one)| one.user_pool_id == user_pool_id);
        of_pool.map(|(path, _)| path).try_for_each(|path| remove(&path))
    }

    fn of_user(&self, user_pool_id: &str, assigned_username: &str) -> Result<Vec<(PathBuf, Mail)>> {
        let is_theirs =
            |one: &Mail| one.user_pool_id == user_pool_id && one.assigned_username == assigned_username;
        let all = files(&self.0)?.into_iter();
        Ok(all.filter(|(_, one)| is_theirs(one)).collect())
    }
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("can't read the folder `{}`", folder.display()))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("can't read the folder `{}`", folder.display()))?
            .path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn files(folder: &Path) -> Result<Vec<(PathBuf, Mail)>> {
    let mut files = Vec::new();
    for path in paths(folder)? {
        let bytes = match std::fs::read(&path) {
            // Removed since the folder was read.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            bytes => bytes.with_context(|| format!("can't read `{}`", path.display()))?,
        };
        let mail =
            serde_json::from_slice(&bytes).with_context(|| format!("`{}` is not a mail", path.display()))?;
        files.push((path, mail));
    }
    Ok(files)
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("can't remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn invitation(user_pool_id: &str, username: &str, sent_at: &str) -> Mail {
        Mail {
            kind: Kind::Invitation,
            user_pool_id: user_pool_id.into(),
            username: username.into(),
            assigned_username: format!("uuid-of-{username}"),
            to: Some(username.into()),
            subject: Some("Your temporary password".into()),
            message: format!("Your username is {username} and temporary password is Secret-{sent_at}."),
            secret: format!("Secret-{sent_at}"),
            sent_at: sent_at.into(),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        mails(folder)
            .unwrap()
            .into_iter()
            .map(|one| format!("{} {}", one.username, one.sent_at))
            .collect()
    }

    #[test]
    fn a_user_has_one_mail_of_a_kind_and_it_goes_with_the_user_or_the_pool() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Folder::cleared(folder.path().join("mails")).unwrap();
        kept.keep(&invitation("pool", "b@example.com", "2")).unwrap();
        kept.keep(&invitation("pool", "a@example.com", "1")).unwrap();
        kept.keep(&invitation("other", "a@example.com", "3")).unwrap();
        assert_eq!(
            names(&kept.0),
            ["a@example.com 1", "b@example.com 2", "a@example.com 3"]
        );

        kept.keep(&invitation("pool", "a@example.com", "4")).unwrap();
        assert_eq!(
            names(&kept.0),
            ["b@example.com 2", "a@example.com 3", "a@example.com 4"]
        );

        let code = Mail {
            kind: Kind::SignUp,
            ..invitation("pool", "a@example.com", "5")
        };
        kept.keep(&code).unwrap();
        assert_eq!(mails(&kept.0).unwrap().len(), 4);

        kept.forget_user("pool", "uuid-of-b@example.com").unwrap();
        kept.forget_user("other", "uuid-of-a@example.com").unwrap();
        assert_eq!(names(&kept.0), ["a@example.com 4", "a@example.com 5"]);
        kept.forget_user_pool("other").unwrap();
        assert_eq!(names(&kept.0), ["a@example.com 4", "a@example.com 5"]);
        kept.forget_user_pool("pool").unwrap();
        assert_eq!(names(&kept.0), Vec::<String>::new());
    }

    #[test]
    fn the_files_are_their_owners_alone_and_an_earlier_life_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mails");
        let kept = Folder::cleared(path.clone()).unwrap();
        kept.keep(&invitation("pool", "a@example.com", "1")).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        for file in paths(&path).unwrap() {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        Folder::cleared(path.clone()).unwrap();
        assert_eq!(std::fs::read_dir(path).unwrap().count(), 0);
    }

    #[test]
    fn it_reads_as_a_mail_and_its_debug_text_keeps_the_secret() {
        let invitation = invitation("pool", "a@example.com", "2026-11-22T12:00:00Z");
        assert_eq!(
            invitation.to_string(),
            "From: no-reply@verificationemail.com\nTo: a@example.com\nDate: 2026-11-22T12:00:00Z\n\
             Subject: Your temporary password\n\n\
             Your username is a@example.com and temporary password is Secret-2026-11-22T12:00:00Z."
        );
        assert!(!format!("{invitation:?}").contains("Secret"));
        let sms = Mail {
            kind: Kind::PhoneNumber,
            to: Some("+15555550100".into()),
            subject: None,
            ..invitation
        };
        assert!(
            sms.to_string()
                .starts_with("To: +15555550100\nDate: 2026-11-22T12:00:00Z\n\n")
        );
    }

    #[test]
    fn a_missing_folder_has_zero_mails() {
        assert_eq!(mails(Path::new("/nowhere/at/all")).unwrap(), []);
    }
}
