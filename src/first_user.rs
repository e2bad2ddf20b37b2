//! The first user of an environment, and the rules for another one.

use portcullis_generator::environments::is_email;
use portcullis_generator::modules::LOCAL_FIRST_USER;
use portcullis_generator::service::{Environment, LOCAL, Service};
use portcullis_generator::surface::is_first_user;
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::talk;

/// The known first users of an environment before an apply.
#[derive(Debug, Default, PartialEq)]
pub struct FirstUser {
    /// The user in the state.
    pub applied: Option<String>,
    /// The user of an earlier apply, which may have failed before the invitation.
    pub remembered: Option<String>,
}

/// Returns the first user in a state. The output `first_user_email` doesn't count: Terraform writes it from the plan, even
/// if it could not create the user.
pub fn first_user_of_state(state: &str) -> Option<String> {
    let state: Value = serde_json::from_str(state).ok()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let address = |resource: &Value| {
        let [module, kind, name] = ["module", "type", "name"].map(|key| text(&resource[key]));
        format!("{module}.{kind}.{name}")
    };
    let user = state["resources"]
        .as_array()?
        .iter()
        .find(|resource| is_first_user(&address(resource)))?;
    let mut instances = user["instances"].as_array()?.iter();
    let current = instances.find(|instance| instance["deposed"].is_null())?;
    current["attributes"]["username"].as_str().map(String::from)
}

/// Returns whether an environment's root has the variable `first_user_email`.
pub fn has_first_user_variable(service: &Service, name: &str) -> bool {
    service.user_pool_in(name).is_some() && service.environments[name].first_user.is_none()
}

/// Returns whether two addresses name one user. Generated pools ignore the case of addresses.
fn is_same_user(email: &str, other: &str) -> bool {
    email.to_lowercase() == other.to_lowercase()
}

/// Returns the value of the root module's `first_user_email`; none if the spec has it, or there is no first user. It refuses
/// to replace the applied user, because this would delete the user. A user who is only remembered can be replaced.
pub fn first_user(
    name: &str,
    service: &Service,
    FirstUser { applied, remembered }: FirstUser,
    chosen: Option<&str>,
) -> Outcome<Option<String>> {
    let environment = &service.environments[name];
    if service.user_pool_in(name).is_none() {
        return match chosen {
            Some(_) => Err(no_pool_to_invite_into(environment)),
            None => Ok(None),
        };
    }
    if let Some(email) = chosen.filter(|email| !is_email(email)) {
        return Err(Failure::input(format!(
            "`--first-user` must be an email address, but it is `{email}`"
        ))
        .help("write `--first-user you@example.com`"));
    }
    if let Some(email) = &environment.first_user {
        return match chosen {
            Some(chosen) if !is_same_user(chosen, email) => Err(Failure::input(format!(
                "the first user of `{name}` must be `{email}`, as in the spec, but `--first-user` is `{chosen}`"
            ))
            .help("remove `--first-user` (and YOUR_EMAIL), or change `first_user` in the spec")),
            _ => {
                if let Some(applied) = applied.filter(|applied| applied != email) {
                    talk::warn(format!(
                        "the spec changes the first user of `{name}` to `{email}`, so the user `{applied}` will be deleted"
                    ));
                }
                Ok(None)
            }
        };
    }
    match (applied, chosen) {
        (Some(applied), Some(chosen)) if !is_same_user(&applied, chosen) => Err(Failure::input(format!(
            "can't make `{chosen}` the first user of `{name}`: this would delete the user `{applied}`"
        ))
        .help(if name == LOCAL {
            "remove `--first-user` (and YOUR_EMAIL), or run `portcullis destroy` first".to_string()
        } else {
            format!("remove `--first-user` (and YOUR_EMAIL), or write `first_user = \"{chosen}\"` under `[environments.{name}]`")
        })),
        (Some(applied), _) => Ok(Some(applied)),
        (None, Some(chosen)) => Ok(Some(chosen.into())),
        (None, None) if remembered.is_some() => Ok(remembered),
        (None, None) if name == LOCAL => Ok(Some(LOCAL_FIRST_USER.into())),
        (None, None) => Ok(None),
    }
}

/// Only a pool of the service's own has a first user.
fn no_pool_to_invite_into(environment: &Environment) -> Failure {
    let name = &environment.name;
    let why = match environment.existing_user_pool {
        Some(_) => "Portcullis invites no user into an existing pool",
        None => "the service has no user pool",
    };
    Failure::input(format!("can't invite a first user of `{name}`: {why}"))
        .help("remove `--first-user` (and YOUR_EMAIL)")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service with the environment `dev`, and these keys in it.
    fn service(pool: &str, keys: &str) -> Service {
        let spec = format!(
            "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n{pool}\n[functions.open]\n[routes]\n\"GET /\" = {{ \
             function = \"open\", auth = \"none\" }}\n[environments.dev]\n{keys}\n"
        );
        portcullis_generator::service(&spec, None).unwrap_or_else(|_| panic!("the spec is invalid"))
    }

    fn with_pool(keys: &str) -> Service {
        service("[user_pool.clients.cli]\nauth_flows = [\"user_srp\"]", keys)
    }

    fn applied(email: &str) -> FirstUser {
        FirstUser {
            applied: Some(email.into()),
            remembered: Some(email.into()),
        }
    }

    fn remembered(email: &str) -> FirstUser {
        FirstUser {
            applied: None,
            remembered: Some(email.into()),
        }
    }

    #[test]
    fn the_applied_first_user_stays_and_another_one_is_refused() {
        let service = with_pool("");
        let of = |chosen| first_user("dev", &service, applied("a@example.com"), chosen);
        assert_eq!(of(None).unwrap().as_deref(), Some("a@example.com"));
        for same in ["a@example.com", "A@Example.com"] {
            assert_eq!(of(Some(same)).unwrap().as_deref(), Some("a@example.com"));
        }
        let failure = of(Some("b@example.com")).unwrap_err();
        assert!(failure.render().contains("would delete the user"));
    }

    #[test]
    fn a_first_user_who_is_only_remembered_gives_way() {
        let service = with_pool("");
        let of = |chosen| first_user(LOCAL, &service, remembered("a@example.com"), chosen);
        assert_eq!(of(None).unwrap().as_deref(), Some("a@example.com"));
        assert_eq!(
            of(Some("b@example.com")).unwrap().as_deref(),
            Some("b@example.com")
        );
    }

    #[test]
    fn a_state_has_a_first_user_when_the_user_is_there() {
        let state = |instances: Value| {
            serde_json::json!({
                "outputs": {"first_user_email": {"value": "planned@example.com"}},
                "resources": [{"module": "module.service.module.first_user", "mode": "managed",
                    "type": "aws_cognito_user", "name": "this", "instances": instances}],
            })
            .to_string()
        };
        let user = serde_json::json!({"attributes": {"username": "a@example.com"}});
        let former = serde_json::json!({"deposed": "1a2b3c4d", "attributes": {"username": "b@example.com"}});
        let of = |instances: Value| first_user_of_state(&state(instances));
        assert_eq!(
            of(serde_json::json!([former, user])).as_deref(),
            Some("a@example.com")
        );
        assert_eq!(of(serde_json::json!([former])), None);
        assert_eq!(of(serde_json::json!([])), None);
        assert_eq!(first_user_of_state(""), None);
    }

    #[test]
    fn the_spec_names_the_first_user_by_a_literal() {
        let service = with_pool("first_user = \"a@example.com\"");
        let of = |chosen| first_user("dev", &service, FirstUser::default(), chosen);
        assert_eq!(of(None).unwrap(), None);
        assert!(of(Some("b@example.com")).is_err());
    }

    #[test]
    fn only_local_has_a_default_first_user() {
        let service = with_pool("");
        let of = |name, chosen| first_user(name, &service, FirstUser::default(), chosen);
        assert_eq!(of(LOCAL, None).unwrap().as_deref(), Some(LOCAL_FIRST_USER));
        assert_eq!(of("dev", None).unwrap(), None);
        assert!(of(LOCAL, Some("nobody")).is_err());
    }

    #[test]
    fn only_a_pool_of_the_services_own_has_a_first_user() {
        let existing =
            "[user_pool]\nexisting = \"arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbC\"";
        for (pool, in_local) in [("", None), (existing, Some(LOCAL_FIRST_USER))] {
            let service = service(pool, "");
            let of = |name, chosen| first_user(name, &service, FirstUser::default(), chosen);
            assert_eq!(of(LOCAL, None).unwrap().as_deref(), in_local);
            assert_eq!(of(LOCAL, Some("a@example.com")).is_ok(), in_local.is_some());
            assert_eq!(of("dev", None).unwrap(), None);
            assert!(of("dev", Some("a@example.com")).is_err());
        }
    }
}
