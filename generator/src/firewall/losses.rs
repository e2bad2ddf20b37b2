//! A plan → what it would lose of identity data.

use serde_json::Value;

use super::schema;
use crate::modules::USER_POOL;
use crate::service::{ChangeKind, Environment, Service};
use portcullis_foreign_text::words::code;
use portcullis_terraform_json::plan::{self, Action, Change, PlanError};

const POOL: &str = "aws_cognito_user_pool";
const DOMAIN: &str = "aws_cognito_user_pool_domain";

/// Something that a plan would lose.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// Where it stands, after moves.
    pub address: String,
    /// Whether it is the pool of the spec, and not one that stands in HCL that somebody wrote.
    pub is_ours: bool,
    /// What happens and why, as a clause.
    pub sentence: String,
    /// What keeps it, where the spec has a word for that.
    pub keep: Option<String>,
    /// The lines of `[review]` that answer for it: change and subject, the one to recommend first. A subject is the
    /// spec's own word, else the address.
    pub answers: Vec<(ChangeKind, String)>,
    /// Whether AWS would refuse it, because the pool's deletion protection is on.
    pub protected: bool,
    /// The id of the pool, where that is what goes, with all that is in it.
    pub pool: Option<String>,
}

/// What a plan, as `terraform show -json PLANFILE` prints it, would lose in an environment of a service, in the plan's
/// order.
pub fn losses(text: &str, service: &Service, environment: &str) -> Result<Vec<Loss>, PlanError> {
    let (changes, drift) = (plan::changes(text)?, plan::drift(text)?);
    let reading = Reading {
        changes: changes.iter().filter(|change| change.mode == "managed").collect(),
        drift: drift.iter().filter(|change| change.mode == "managed").collect(),
        name: environment,
        environment: &service.environments[environment],
    };
    let pools = reading.of(POOL).filter_map(|change| reading.pool(change));
    let mut losses: Vec<Loss> = pools.collect();
    if losses.is_empty() {
        losses.extend(reading.forgotten());
    }
    losses.extend(reading.of(POOL).filter_map(|change| reading.schema(change)));
    losses.extend(reading.of(DOMAIN).filter_map(|change| reading.domain(change)));
    Ok(losses)
}

struct Reading<'a> {
    changes: Vec<&'a Change>,
    drift: Vec<&'a Change>,
    name: &'a str,
    environment: &'a Environment,
}

impl<'a> Reading<'a> {
    fn of(&self, kind: &'static str) -> impl Iterator<Item = &'a Change> {
        self.changes
            .iter()
            .copied()
            .filter(move |change| change.kind == kind)
    }

    /// A pool that is not there afterwards, or not known to be.
    fn pool(&self, change: &Change) -> Option<Loss> {
        let address = code(&change.address);
        let users = "every user is lost";
        let sentence = match &change.action {
            Action::NoOp | Action::Read | Action::Update => return self.moved_aside(change),
            Action::Create => return self.not_found(change),
            Action::Replace { .. } => {
                format!("{address} would be replaced{}: {users}", self.because(change))
            }
            Action::Delete if change.deposed.is_some() => format!(
                "the pool that a replacement of {address} left behind would be deleted: {users} that it has"
            ),
            Action::Delete => format!("{address} would be deleted: {users}"),
            Action::Forget => format!(
                "Terraform would forget {address}: the pool stays in AWS, and nothing here knows of it and its users"
            ),
            Action::Other(actions) => format!(
                "a newer Terraform would do to {address} what is not known here ({}): {users}, perhaps",
                code(&actions.join(", "))
            ),
        };
        let mut loss = self.loss(change, sentence, ChangeKind::PoolReplaced);
        if change.replace_paths.iter().any(|path| path == "region") {
            loss.answers
                .insert(0, (ChangeKind::RegionChanged, self.name.into()));
        }
        loss.keep = self.keep(change);
        loss.pool = Some(text(&change.before, "id").to_owned());
        loss.protected = change.action.destroys() && text(&change.before, "deletion_protection") == "ACTIVE";
        Some(loss)
    }

    /// A pool that stays and gives its address to one that is made: what refers to it has the empty one then.
    fn moved_aside(&self, change: &Change) -> Option<Loss> {
        let before = change.previous_address.as_deref()?;
        let made = self
            .of(POOL)
            .find(|pool| pool.address == before && pool.action == Action::Create)?;
        let sentence = format!(
            "{} would be made anew and empty: the pool {}, which has the users, moves to {}",
            code(&made.address),
            code(text(&change.before, "id")),
            code(&change.address)
        );
        let mut loss = self.loss(made, sentence, ChangeKind::PoolReplaced);
        loss.pool = Some(text(&change.before, "id").to_owned());
        Some(loss)
    }

    /// A pool that is made although there is one in the state: Terraform looked for that and did not find it. It takes
    /// another region for that (AWS provider 5), another account, or somebody who deleted it.
    fn not_found(&self, change: &Change) -> Option<Loss> {
        let gone = self
            .drift
            .iter()
            .find(|drift| drift.address == change.address && drift.action.destroys())?;
        // arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID
        let arn: Vec<&str> = text(&gone.before, "arn").split(':').collect();
        let place = |index: usize| arn.get(index).copied().unwrap_or_default();
        let (region, account) = (place(3), place(4));
        let mut loss = self.loss(
            change,
            format!(
                "{} would be made anew and empty: Terraform looks in {}, and does not find the pool {} (region {}, account \
                 {}), whose users stay behind",
                code(&change.address),
                code(&self.environment.region),
                code(text(&gone.before, "id")),
                code(region),
                code(account),
            ),
            ChangeKind::PoolReplaced,
        );
        loss.pool = Some(text(&gone.before, "id").to_owned());
        if self
            .environment
            .account
            .as_deref()
            .is_some_and(|now| now != account)
        {
            loss.answers
                .insert(0, (ChangeKind::AccountChanged, self.name.into()));
        }
        if self.environment.region != region {
            loss.answers
                .insert(0, (ChangeKind::RegionChanged, self.name.into()));
        }
        Some(loss)
    }

    /// A pool that is made, or taken into the state, although something in the state hangs on one that is not in the
    /// state any more.
    fn forgotten(&self) -> Option<Loss> {
        let made = self
            .of(POOL)
            .find(|change| change.action == Action::Create || !change.importing.is_null())?;
        let known = |id: &str| self.of(POOL).any(|pool| text(&pool.before, "id") == id);
        let orphan = self.changes.iter().find(|change| {
            change.replace_paths.iter().any(|path| path == "user_pool_id")
                && !known(text(&change.before, "user_pool_id"))
        })?;
        let what = if !made.importing.is_null() {
            "be another pool"
        } else {
            "be made anew and empty"
        };
        let sentence = format!(
            "{} would {what}: {} is of the pool {}, which is not in the state any more and has the users",
            code(&made.address),
            code(&orphan.address),
            code(text(&orphan.before, "user_pool_id")),
        );
        let mut loss = self.loss(made, sentence, ChangeKind::PoolReplaced);
        loss.pool = Some(text(&orphan.before, "user_pool_id").to_owned());
        loss.keep = Some(format!(
            "take it into the state again: `terraform import '{}' {}`",
            made.address,
            text(&orphan.before, "user_pool_id")
        ));
        Some(loss)
    }

    /// A pool whose users lose an attribute, or get another one in its place.
    fn schema(&self, change: &Change) -> Option<Loss> {
        if change.action != Action::Update {
            return None;
        }
        let lost = schema::lost(change)?;
        let sentence = format!(
            "{} would have {lost}, which Cognito neither removes nor changes",
            code(&change.address)
        );
        Some(self.loss(change, sentence, ChangeKind::PoolSchemaChanged))
    }

    /// A domain that is not there afterwards, or is another one. One that follows its pool has nothing of its own to
    /// lose.
    fn domain(&self, change: &Change) -> Option<Loss> {
        let follows = change.replace_paths == ["user_pool_id"]
            && self
                .of(POOL)
                .any(|pool| pool.action.destroys() && pool.before["id"] == change.before["user_pool_id"]);
        let address = code(&change.address);
        let pages = format!(
            "nobody can sign in at {}, and programs hold that address",
            code(text(&change.before, "domain"))
        );
        let sentence = match &change.action {
            Action::NoOp | Action::Read | Action::Update | Action::Create => return None,
            Action::Replace { .. } if follows => return None,
            Action::Replace { .. } => {
                format!("{address} would be replaced{}: {pages}", self.because(change))
            }
            Action::Delete => format!("{address} would be deleted: {pages}"),
            Action::Forget => {
                format!("Terraform would forget {address}: it stays in AWS until somebody deletes it")
            }
            Action::Other(actions) => format!(
                "a newer Terraform would do to {address} what is not known here ({}): {pages}, perhaps",
                code(&actions.join(", "))
            ),
        };
        Some(self.loss(change, sentence, ChangeKind::DomainDeleted))
    }

    fn loss(&self, change: &Change, sentence: String, kind: ChangeKind) -> Loss {
        let is_ours = is_ours(change);
        let of = if is_ours { "user_pool" } else { &change.address };
        Loss {
            address: change.address.clone(),
            is_ours,
            sentence,
            keep: None,
            answers: vec![(kind, of.to_owned())],
            protected: false,
            pool: None,
        }
    }

    /// Why something is replaced: Terraform's reason in the words of the spec, where that has a word.
    fn because(&self, change: &Change) -> String {
        let reasons: Vec<String> = change
            .replace_paths
            .iter()
            .map(|path| self.reason(change, path))
            .collect();
        if reasons.is_empty() {
            return String::new();
        }
        format!(", because {}", reasons.join(" and "))
    }

    fn reason(&self, change: &Change, path: &str) -> String {
        let key = match path.split(['[', '.']).next() {
            Some("name") if is_ours(change) => "user_pool.name".to_owned(),
            Some("username_attributes") if is_ours(change) => "user_pool.sign_in_with".to_owned(),
            Some("region") if is_ours(change) => format!("environments.{}.region", self.name),
            _ => path.to_owned(),
        };
        match (change.before[path].as_str(), change.after[path].as_str()) {
            (Some(before), Some(after)) => {
                format!("{} changes from {} to {}", code(&key), code(before), code(after))
            }
            _ => format!("{} changes", code(&key)),
        }
    }

    /// The line of the spec that keeps our pool. Its name is that of the service where nobody gives it one.
    fn keep(&self, change: &Change) -> Option<String> {
        let renamed = is_ours(change) && change.replace_paths == ["name"];
        let name = change.before["name"].as_str().filter(|_| renamed)?;
        let name = toml::Value::String(name.to_owned());
        Some(format!(
            "`name = {name}` under `[user_pool]` keeps the pool and its users"
        ))
    }
}

fn is_ours(change: &Change) -> bool {
    change.address == USER_POOL || change.previous_address.as_deref() == Some(USER_POOL)
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}
