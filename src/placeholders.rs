//! The examples in the spec of a new service that must be replaced before it is deployed to AWS.

use portcullis_generator::service::Environment;
use portcullis_generator::warnings::Warning;

use crate::failure::{Failure, Outcome};

/// The bucket for Terraform's state. Names of buckets are unique in AWS, so this one belongs to another account.
const STATE_BUCKET: &str = "my-terraform-state";

/// The first user. No mail arrives there: <https://www.rfc-editor.org/rfc/rfc2606#section-3>.
const FIRST_USER: &str = "someone@example.com";

/// Returns a warning if the bucket for the state is still the example.
pub fn state_bucket(environment: &Environment) -> Option<Warning> {
    let state = environment.state.as_ref()?;
    let name = &environment.name;
    (state.bucket == STATE_BUCKET).then(|| Warning {
        summary: format!(
            "the bucket for the state of `{name}` must be yours, but it is still the example `{STATE_BUCKET}`"
        ),
        help: format!(
            "create a bucket with `aws s3 mb s3://NAME --region {region}`, and write `state = {{ bucket = \"NAME\", region = \
             \"{region}\" }}` under `[environments.{name}]`",
            region = state.region
        ),
    })
}

/// Returns a warning if the first user is still the example.
pub fn first_user(environment: &Environment) -> Option<Warning> {
    let name = &environment.name;
    (environment.first_user.as_deref() == Some(FIRST_USER)).then(|| Warning {
        summary: format!(
            "the first user of `{name}` is still the example `{FIRST_USER}`, where no invitation arrives"
        ),
        help: format!(
            "write your own address as `first_user` under `[environments.{name}]` before the first apply"
        ),
    })
}

/// Fails if the bucket is still the example, because Terraform would use a stranger's.
pub fn check(environment: &Environment) -> Outcome {
    match state_bucket(environment) {
        Some(Warning { summary, help }) => Err(Failure::input(summary).help(help)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new_service::embedded::DEMO;

    /// The environment `dev` of the demo after a replacement.
    fn dev(from: &str, to: &str) -> Environment {
        let mut service = portcullis_generator::service(&DEMO.spec.replace(from, to), None).unwrap();
        service.environments.remove("dev").unwrap()
    }

    #[test]
    fn the_demo_has_both_examples() {
        let dev = dev("", "");
        assert!(state_bucket(&dev).is_some());
        assert!(first_user(&dev).is_some());
        assert!(check(&dev).is_err());
    }

    #[test]
    fn values_of_your_own_are_no_examples() {
        assert_eq!(state_bucket(&dev(STATE_BUCKET, "catalogue-state")), None);
        assert!(check(&dev(STATE_BUCKET, "catalogue-state")).is_ok());
        assert_eq!(first_user(&dev(FIRST_USER, "someone@company.com")), None);
        assert_eq!(first_user(&dev("first_user", "tags = {} #")), None);
        assert_eq!(state_bucket(&dev("state ", "# state ")), None);
    }
}
