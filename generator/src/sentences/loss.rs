//! The sentence of a loss of identity data, and of what keeps it.

use portcullis_foreign_text::{printable::code, shell};

use crate::data_loss::{Attribute, Ending, Event, Expiring, Keep, Reason, Store};

impl Event {
    /// Returns the possible loss and its reason: one line without a full stop.
    pub fn sentence(&self) -> String {
        let address = code(self.address());
        match self {
            Self::PoolEnds { ending, .. } => match ending {
                Ending::Replaced(reasons) => {
                    format!("{address} is replaced{}: every user is lost", because(reasons))
                }
                Ending::Deposed => {
                    format!(
                        "the pool that a replacement of {address} left behind is deleted: its users are lost"
                    )
                }
                Ending::Deleted => format!("{address} is deleted: every user is lost"),
                Ending::Forgotten => format!(
                    "{address} is removed from the state: the pool stays in AWS, and Portcullis no longer manages it"
                ),
                Ending::Unknown(actions) => format!(
                    "{address} may lose every user: Portcullis doesn't know the action {}",
                    code(&actions.join(", "))
                ),
            },
            Self::PoolMovedAside { pool, to, .. } => format!(
                "{address} becomes a new, empty pool: pool {}, which has the users, moves to {}",
                code(pool),
                code(to)
            ),
            Self::PoolNotFound {
                pool,
                looks_in,
                region,
                account,
                ..
            } => format!(
                "{address} becomes a new, empty pool: Terraform {} pool {} of region {} and account {}",
                does_not_find(looks_in),
                code(pool),
                code(region),
                code(account)
            ),
            Self::PoolOrphaned {
                imported,
                orphan,
                pool,
                ..
            } => format!(
                "{address} becomes {}: {} belongs to pool {}, which has the users and is no longer in the state",
                if *imported {
                    "another pool"
                } else {
                    "a new, empty pool"
                },
                code(orphan),
                code(pool)
            ),
            Self::AttributesLost { attributes, .. } => {
                let attributes: Vec<String> = attributes
                    .iter()
                    .map(|attribute| match attribute {
                        Attribute::Removed(name) => format!("removes the attribute {}", code(name)),
                        Attribute::Changed(name) => format!("changes the attribute {}", code(name)),
                        Attribute::Unknown => {
                            "may change attributes that are unknown before the apply".to_owned()
                        }
                    })
                    .collect();
                format!(
                    "{address} {}, but Cognito can only add attributes",
                    attributes.join(" and ")
                )
            }
            Self::DataEnds { store, ending, .. } => {
                let Nouns { noun, contents } = Nouns::of(*store);
                match ending {
                    Ending::Replaced(reasons) => {
                        format!(
                            "{address} is replaced{}: every {contents} is lost",
                            because(reasons)
                        )
                    }
                    Ending::Deposed => format!(
                        "the {noun} that a replacement of {address} left behind is deleted: every {contents} is lost"
                    ),
                    Ending::Deleted => format!("{address} is deleted: every {contents} is lost"),
                    Ending::Forgotten => format!(
                        "{address} is removed from the state: the {noun} stays in AWS, and Portcullis no longer manages it"
                    ),
                    Ending::Unknown(actions) => format!(
                        "{address} may lose every {contents}: Portcullis doesn't know the action {}",
                        code(&actions.join(", "))
                    ),
                }
            }
            Self::DataNotFound {
                store,
                name,
                looks_in,
                region,
                ..
            } => {
                let Nouns { noun, contents } = Nouns::of(*store);
                let from = if region.is_empty() {
                    String::new()
                } else {
                    format!(" of region {}", code(region))
                };
                format!(
                    "{address} becomes a new {noun} without any {contents}: Terraform {} {}{from}",
                    does_not_find(looks_in),
                    code(name)
                )
            }
            Self::VersioningSuspended { .. } => {
                format!("{address} suspends versioning: from now on, a deleted or overwritten object is lost")
            }
            Self::ObjectsExpire { objects, after, .. } => {
                let objects = match objects {
                    Expiring::Objects => "objects",
                    Expiring::OldVersions => "old versions",
                };
                let days = if *after == 1 { "day" } else { "days" };
                format!("{address} deletes {objects} after {after} {days}, earlier than before")
            }
            Self::DomainEnds { domain, ending, .. } => {
                let pages = format!("users can no longer sign in at {}", code(domain));
                match ending {
                    Ending::Replaced(reasons) => {
                        format!("{address} is replaced{}: {pages}", because(reasons))
                    }
                    Ending::Deleted | Ending::Deposed => format!("{address} is deleted: {pages}"),
                    Ending::Forgotten => format!(
                        "{address} is removed from the state: it stays in AWS, and Portcullis no longer manages it"
                    ),
                    Ending::Unknown(actions) => format!(
                        "{address} may be lost: Portcullis doesn't know the action {}",
                        code(&actions.join(", "))
                    ),
                }
            }
        }
    }
}

impl Keep {
    /// Returns advice to prevent it.
    pub fn sentence(&self) -> String {
        match self {
            Self::Name(name) => {
                let name = toml::Value::String(name.to_owned());
                format!("set `name = {name}` under `[user_pool]` to keep the pool and its users")
            }
            Self::Import { address, pool } => {
                format!(
                    "import the pool again: `terraform import {} {}`",
                    shell::word(address),
                    shell::word(pool)
                )
            }
        }
    }
}

/// The nouns for a store and for its contents.
struct Nouns {
    noun: &'static str,
    contents: &'static str,
}

impl Nouns {
    fn of(store: Store) -> Self {
        match store {
            Store::Table => Self {
                noun: "table",
                contents: "item",
            },
            Store::Bucket => Self {
                noun: "bucket",
                contents: "object",
            },
        }
    }
}

/// The end of a clause about something that Terraform doesn't find in a region. The region may be unknown.
fn does_not_find(region: &str) -> String {
    match region {
        "" => "doesn't find".to_owned(),
        region => format!("looks in {} and doesn't find", code(region)),
    }
}

fn because(reasons: &[Reason]) -> String {
    let reasons: Vec<String> = reasons
        .iter()
        .map(|Reason { key, values }| match values {
            Some([before, after]) => {
                format!("{} changes from {} to {}", code(key), code(before), code(after))
            }
            None => format!("{} changes", code(key)),
        })
        .collect();
    if reasons.is_empty() {
        return String::new();
    }
    format!(" because {}", reasons.join(" and "))
}
