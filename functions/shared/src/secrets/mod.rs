//! Secrets that `secrets` of a function names in `portcullis.toml`: an environment variable holds a secret's name, and
//! [`secret`] reads its value.

mod aws;
mod cache;
mod name;

use std::{env, fmt, time::Instant};

use crate::Error;
use aws::Aws;
use cache::Cache;
use name::Name;

static CACHE: Cache = Cache::new();

/// The value of a secret. `Debug` hides it, and it has no `Display` and no `Serialize`, so that it gets into logs and answers
/// only by [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

/// Returns the secret that an environment variable names, such as `DB_URL`.
///
/// The value is kept for five minutes. After that, the next call reads it again, so a rotated secret needs no deployment.
///
/// # Errors
/// If the variable names no secret, or if AWS doesn't answer with a text in 10 seconds. The error never contains a value.
pub async fn secret(variable: &str) -> Result<Secret, Error> {
    let value = env::var(variable)
        .map_err(|_| format!("`{variable}` is not set: add it to `secrets` of this function"))?;
    let name = Name::parse(&value).ok_or_else(|| {
        format!("`{variable}` must be the name of a secret, as in `secrets` of this function")
    })?;
    if let Some(secret) = CACHE.get(&value, Instant::now()) {
        return Ok(secret);
    }
    let aws = Aws::of(|name| env::var(name).ok())?;
    let read = aws.read(name).await;
    let secret = read.map_err(|error| format!("can't read the secret `{variable}`: {error}"))?;
    CACHE.keep(value.clone(), secret.clone(), Instant::now());
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value() {
        let secret = Secret("hunter2".into());
        assert_eq!(format!("{:?}", Some(&secret)), "Some(Secret(hidden))");
        assert_eq!(secret.expose(), "hunter2");
    }

    /// A variable of every process that names no secret, and one of none.
    #[tokio::test]
    async fn a_variable_that_names_no_secret_is_an_error_without_its_value() {
        let error = secret("PATH").await.unwrap_err().to_string();
        assert_eq!(
            error,
            "`PATH` must be the name of a secret, as in `secrets` of this function"
        );
        let error = secret("NO_SUCH_VARIABLE").await.unwrap_err().to_string();
        assert_eq!(
            error,
            "`NO_SUCH_VARIABLE` is not set: add it to `secrets` of this function"
        );
    }
}
