//! A plan → what it would lose.

use serde_json::Value;

use super::environment::{Of, looks_in};
use super::loss::{Ending, Event, Keep, Loss};
use super::{data, objects, schema};
use crate::modules::USER_POOL;
use crate::review::{ChangeId, ChangeKind};
use crate::service::Service;
use portcullis_terraform_json::plan::{Action, Change, ParsedPlan};

const POOL: &str = "aws_cognito_user_pool";
const DOMAIN: &str = "aws_cognito_user_pool_domain";

/// Returns the losses of a plan in an environment of a service, in the plan's order.
pub fn losses(plan: &ParsedPlan, service: &Service, environment: &str) -> Vec<Loss> {
    let of = Of {
        service,
        name: environment,
        environment: &service.environments[environment],
    };
    all(plan, Some(of))
}

/// Returns the losses of a plan of Terraform that no spec is of, in the plan's order. Each is named by its address.
pub fn losses_without_spec(plan: &ParsedPlan) -> Vec<Loss> {
    all(plan, None)
}

fn all(plan: &ParsedPlan, of: Option<Of<'_>>) -> Vec<Loss> {
    let ParsedPlan { changes, drift, .. } = plan;
    let reading = Reading {
        changes: changes.iter().filter(|change| change.mode == "managed").collect(),
        drift: drift.iter().filter(|change| change.mode == "managed").collect(),
        region: plan.root.region.as_deref(),
        of,
    };
    let pools = reading.of(POOL).filter_map(|change| reading.pool(change));
    let mut losses: Vec<Loss> = pools.collect();
    if losses.is_empty() {
        losses.extend(reading.orphaned());
    }
    losses.extend(reading.of(POOL).filter_map(|change| reading.attributes(change)));
    losses.extend(data::losses(plan, of));
    losses.extend(objects::losses(plan, of));
    losses.extend(reading.of(DOMAIN).filter_map(|change| reading.domain(change)));
    losses
}

struct Reading<'a> {
    changes: Vec<&'a Change>,
    drift: Vec<&'a Change>,
    /// The region of the provider, if it is a constant.
    region: Option<&'a str>,
    of: Option<Of<'a>>,
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
        let ending = match &change.action {
            Action::NoOp | Action::Read | Action::Update => return self.moved_aside(change),
            Action::Create => return self.not_found(change),
            Action::Delete if change.deposed.is_some() => Ending::Deposed,
            Action::Replace { .. } | Action::Delete | Action::Forget | Action::Other(_) => {
                self.ending(change)?
            }
        };
        let address = change.address.clone();
        let mut loss = self.loss(change, Event::PoolEnds { address, ending });
        if let Some(of) = self.of
            && change.replace_paths.iter().any(|path| path == "region")
        {
            loss.ids
                .insert(0, ChangeId::new(ChangeKind::RegionChanged, of.name));
        }
        loss.keep = self.keep(change);
        loss.pool = Some(text(&change.before, "id").to_owned());
        loss.protected = change.action.destroys() && text(&change.before, "deletion_protection") == "ACTIVE";
        Some(loss)
    }

    /// Returns the end of a change's resource; none if it stays.
    fn ending(&self, change: &Change) -> Option<Ending> {
        Ending::of(change, |path| self.key(change, path))
    }

    /// A pool that stays and gives its address to one that is created: what refers to it has the empty one then.
    fn moved_aside(&self, change: &Change) -> Option<Loss> {
        let before = change.previous_address.as_deref()?;
        let made = self
            .of(POOL)
            .find(|pool| pool.address == before && pool.action == Action::Create)?;
        let pool = text(&change.before, "id").to_owned();
        let event = Event::PoolMovedAside {
            address: made.address.clone(),
            pool: pool.clone(),
            to: change.address.clone(),
        };
        Some(Loss {
            pool: Some(pool),
            ..self.loss(made, event)
        })
    }

    /// Returns the loss of a pool that is created although the state has one, because Terraform did not find that. The
    /// cause is another region (AWS provider 5), another account, or a deletion outside of Terraform.
    fn not_found(&self, change: &Change) -> Option<Loss> {
        let gone = self
            .drift
            .iter()
            .find(|drift| drift.address == change.address && drift.action.destroys())?;
        // arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID
        let arn: Vec<&str> = text(&gone.before, "arn").split(':').collect();
        let place = |index: usize| arn.get(index).copied().unwrap_or_default();
        let (region, account) = (place(3), place(4));
        let pool = text(&gone.before, "id").to_owned();
        let event = Event::PoolNotFound {
            address: change.address.clone(),
            pool: pool.clone(),
            looks_in: looks_in(self.of, self.region),
            region: region.into(),
            account: account.into(),
        };
        let mut loss = self.loss(change, event);
        loss.pool = Some(pool);
        let Some(of) = self.of else { return Some(loss) };
        if of
            .environment
            .account
            .as_deref()
            .is_some_and(|now| now != account)
        {
            loss.ids
                .insert(0, ChangeId::new(ChangeKind::AccountChanged, of.name));
        }
        if of.environment.region != region {
            loss.ids
                .insert(0, ChangeId::new(ChangeKind::RegionChanged, of.name));
        }
        Some(loss)
    }

    /// A pool that is created or imported, although something in the state belongs to one that is no longer there.
    fn orphaned(&self) -> Option<Loss> {
        let made = self
            .of(POOL)
            .find(|change| change.action == Action::Create || !change.importing.is_null())?;
        let known = |id: &str| self.of(POOL).any(|pool| text(&pool.before, "id") == id);
        let orphan = self.changes.iter().find(|change| {
            change.replace_paths.iter().any(|path| path == "user_pool_id")
                && !known(text(&change.before, "user_pool_id"))
        })?;
        let pool = text(&orphan.before, "user_pool_id").to_owned();
        let address = made.address.clone();
        let event = Event::PoolOrphaned {
            address: address.clone(),
            imported: !made.importing.is_null(),
            orphan: orphan.address.clone(),
            pool: pool.clone(),
        };
        Some(Loss {
            keep: Some(Keep::Import {
                address,
                pool: pool.clone(),
            }),
            pool: Some(pool),
            ..self.loss(made, event)
        })
    }

    /// A domain that is not there afterwards, or is another one. One that follows its pool has nothing of its own to
    /// lose.
    fn domain(&self, change: &Change) -> Option<Loss> {
        let follows = change.replace_paths == ["user_pool_id"]
            && self
                .of(POOL)
                .any(|pool| pool.action.destroys() && pool.before["id"] == change.before["user_pool_id"]);
        let ending = match self.ending(change)? {
            Ending::Replaced(_) if follows => return None,
            ending => ending,
        };
        let event = Event::DomainEnds {
            address: change.address.clone(),
            domain: text(&change.before, "domain").to_owned(),
            ending,
        };
        Some(self.loss(change, event))
    }

    /// The key of the spec that an argument has its value from.
    fn key(&self, change: &Change, path: &str) -> Option<String> {
        let of = self.of.filter(|_| self.is_ours(change))?;
        match path {
            "name" => Some("user_pool.name".to_owned()),
            "username_attributes" => Some("user_pool.sign_in_with".to_owned()),
            "region" => Some(format!("environments.{}.region", of.name)),
            _ => None,
        }
    }

    /// A pool whose users lose an attribute, or get another one in its place.
    fn attributes(&self, change: &Change) -> Option<Loss> {
        if change.action != Action::Update {
            return None;
        }
        let attributes = schema::lost(change);
        let address = change.address.clone();
        (!attributes.is_empty()).then(|| self.loss(change, Event::AttributesLost { address, attributes }))
    }

    fn loss(&self, change: &Change, event: Event) -> Loss {
        let is_ours = self.is_ours(change);
        let of = if is_ours { "user_pool" } else { &change.address };
        Loss {
            is_ours,
            keep: None,
            ids: vec![ChangeId::new(event.kind(), of)],
            protected: false,
            pool: None,
            event,
        }
    }

    /// The line of the spec that keeps our pool.
    fn keep(&self, change: &Change) -> Option<Keep> {
        let renamed = self.is_ours(change) && change.replace_paths == ["name"];
        let name = change.before["name"].as_str().filter(|_| renamed)?;
        Some(Keep::Name(name.to_owned()))
    }

    /// Returns `true` for the pool of the spec, also before it moved.
    fn is_ours(&self, change: &Change) -> bool {
        let addresses = [Some(change.address.as_str()), change.previous_address.as_deref()];
        self.of.is_some() && addresses.contains(&Some(USER_POOL))
    }
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}
