//! `portcullis login`

use portcullis_emulator::control_plane::{self, mails};
use portcullis_foreign_text::printable::code;
use portcullis_generator::service::{LOCAL, Service};
use serde_json::Value;

use crate::applied::Applied;
use crate::cli::Login;
use crate::failure::{Failure, OrFail, Outcome};
use crate::local::Local;
use crate::project::Project;
use crate::sign_in::cognito::Cognito;
use crate::sign_in::kept::Kept;
use crate::sign_in::passwords::Passwords;
use crate::sign_in::{Attempt, SignIn};
use crate::talk;
use crate::tools::Tools;

/// Signs a user in and prints the token on stdout. Asks for a password only if no valid tokens are kept.
pub fn run(project: &Project, options: &Login) -> Outcome {
    let service = project.service()?;
    let name = &options.environment.name;
    let applied = Applied::of(project, &service, name)?;
    let mut sign_in = sign_in(project, &service, &applied, name, options.client.as_deref())?;
    sign_in.attempt.is_first = options.first;
    let kept = Kept::of(project, name);
    let user = options.user.as_deref();
    let tokens = match options.first {
        true => None,
        false => sign_in.kept(&kept, user)?,
    };
    let tokens = match tokens {
        Some(tokens) => tokens,
        None => {
            let first_user = applied.text("first_user_email");
            sign_in.attempt.user = user.or(first_user).map(String::from).ok_or_else(|| {
                Failure::input(format!("missing `--user`: `{name}` has no first user"))
                    .help("write `--user you@example.com`")
            })?;
            let mut passwords = match options.password_stdin {
                true => Passwords::Stdin,
                false => Passwords::Terminal {
                    example: (name == LOCAL).then(|| example(&service)).flatten(),
                },
            };
            let password = password(project, &sign_in.attempt, &mut passwords)?;
            let tokens = sign_in.with_password(&password, &mut passwords)?;
            kept.keep(&tokens)?;
            talk::say(format!("Signed in as {}", code(&tokens.user)));
            tokens
        }
    };
    let token = if options.access_token {
        &tokens.access_token
    } else {
        &tokens.id_token
    };
    talk::data(format_args!("{token}\n"))
}

/// Returns who signs in through the chosen client. The user is still to be chosen.
pub fn sign_in<'a>(
    project: &Project,
    service: &Service,
    applied: &Applied,
    environment: &'a str,
    client: Option<&str>,
) -> Outcome<SignIn<'a>> {
    if service.user_pool.is_none() {
        return Err(
            Failure::input("the service has no user pool, so nobody can sign in").help(
                "add `[user_pool.clients.cli]` with `auth_flows = [\"user_password\", \"refresh_token\"]`",
            ),
        );
    }
    let client_id = client_id(applied, client)?;
    let user_pool_id = applied.text("user_pool_id").unwrap_or_default().to_owned();
    Ok(SignIn {
        cognito: Cognito {
            aws: Tools::new(project.root()).aws().or_tool()?,
            region: applied.region.clone(),
            endpoint: applied.endpoint().map(String::from),
        },
        attempt: Attempt {
            client_id,
            user_pool_id,
            user: String::new(),
            environment,
            is_first: false,
        },
    })
}

/// The id of a client by its name, or of the one that `apply` shows commands for.
fn client_id(applied: &Applied, name: Option<&str>) -> Outcome<String> {
    let clients = applied
        .outputs
        .get("user_pool_client_ids")
        .and_then(Value::as_object);
    let names = || {
        let names = clients.into_iter().flat_map(|clients| clients.keys());
        names.cloned().collect::<Vec<_>>().join(", ")
    };
    let id = match name {
        Some(name) => clients
            .and_then(|clients| clients.get(name))
            .ok_or_else(|| {
                Failure::input(format!("unknown client {}", code(name)))
                    .help(format!("choose one of: {}", names()))
            })?
            .as_str(),
        None => applied.text("user_pool_client_id"),
    };
    id.map(String::from).ok_or_else(|| {
        Failure::input("the environment has no client that signs users in")
            .help("add a client under `[user_pool.clients]`, and apply")
    })
}

/// The password to sign in with. In `local`, the first one is that of the invitation, which Portcullis has saved.
fn password(project: &Project, attempt: &Attempt, passwords: &mut Passwords) -> Outcome<String> {
    let user = &attempt.user;
    if !attempt.is_first {
        return passwords.password(&format!("Password of {}", code(user)));
    }
    if attempt.environment != LOCAL {
        return passwords.password(&format!("Temporary password of {}", code(user)));
    }
    let all = mails(&Local::of(project).mails()).or_tool()?;
    let invitation = all.iter().rev().find(|mail| {
        mail.kind == control_plane::Kind::Invitation
            && mail.user_pool_id == attempt.user_pool_id
            && mail.username.to_lowercase() == user.to_lowercase()
    });
    invitation.map(|mail| mail.secret.clone()).ok_or_else(|| {
        Failure::input(format!("`local` has no invitation for {}", code(user)))
            .help("choose another user: `--user EMAIL`")
    })
}

/// A password that satisfies the pool's policy in `local`.
fn example(service: &Service) -> Option<String> {
    Some(service.user_pool_in(LOCAL)?.password.example())
}
