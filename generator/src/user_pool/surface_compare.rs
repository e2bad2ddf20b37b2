//! The user pool: who can get a token.

use crate::surface::compare::{Comparison, Subject, code, codes, pairs};
use crate::surface::types::{Client, UserPool};

impl Comparison {
    pub(crate) fn user_pool(&mut self, expected: Option<&UserPool>, found: Option<&UserPool>) {
        let subject = Subject::UserPool;
        let (Some(expected), Some(found)) = (expected, found) else {
            if expected.is_some() != found.is_some() {
                self.one_sided(subject, expected.is_some(), "a user pool is");
            }
            return;
        };
        let is = |text: &String| format!("is {}", code(text));
        let lists = |list: &Vec<String>| format!("is {}", codes(list));
        self.changed(
            &subject,
            "the name of the pool",
            (&expected.name, &found.name),
            is,
        );
        self.changed(
            &subject,
            "what users sign in with",
            (&expected.sign_in_with, &found.sign_in_with),
            lists,
        );
        self.changed(
            &subject,
            "what Cognito verifies of a user",
            (&expected.verified, &found.verified),
            lists,
        );
        self.changed(
            &subject,
            "what Cognito verifies before it changes",
            (&expected.verified_before_update, &found.verified_before_update),
            lists,
        );
        self.changed(
            &subject,
            "a user name in another case",
            (&expected.case_sensitive, &found.case_sensitive),
            |sensitive| {
                (if *sensitive {
                    "is another user"
                } else {
                    "is the same user"
                })
                .to_owned()
            },
        );
        self.changed(
            &subject,
            "a stranger",
            (&expected.self_sign_up, &found.self_sign_up),
            |may| (if *may { "may register" } else { "may not register" }).to_owned(),
        );
        let (was, now) = (&expected.password, &found.password);
        self.changed(
            &subject,
            "a password",
            (&was.minimum_length, &now.minimum_length),
            |length| format!("has at least {length} characters"),
        );
        for (what, was, now) in [
            ("a lower-case letter", was.lowercase, now.lowercase),
            ("an upper-case letter", was.uppercase, now.uppercase),
            ("a number", was.numbers, now.numbers),
            ("a symbol", was.symbols, now.symbols),
        ] {
            self.changed(&subject, "a password", (&was, &now), |needs| {
                format!("{} {what}", if *needs { "needs" } else { "does not need" })
            });
        }
        let days = (
            &was.temporary_password_validity_days,
            &now.temporary_password_validity_days,
        );
        self.changed(&subject, "an invitation's password", days, |days| {
            format!("is good for {days} days")
        });
        self.changed(&subject, "MFA", (&expected.mfa, &found.mfa), is);
        self.changed(
            &subject,
            "AWS",
            (&expected.deletion_protection, &found.deletion_protection),
            |protects| {
                (if *protects {
                    "refuses to delete the pool"
                } else {
                    "lets the pool be deleted"
                })
                .to_owned()
            },
        );
        self.clients(&expected.clients, &found.clients);
    }

    pub(crate) fn clients(&mut self, expected: &[Client], found: &[Client]) {
        for (name, expected, found) in pairs(expected, found, |client| client.name.clone()) {
            let subject = Subject::Client(name.clone());
            let what = format!("the client {}", code(&name));
            let (Some(expected), Some(found)) = (expected, found) else {
                self.one_sided(subject, expected.is_some(), &format!("{what} is"));
                continue;
            };
            for (verb, expected, found) in [
                ("may sign users in by", &expected.auth_flows, &found.auth_flows),
                (
                    "may use the OAuth flow",
                    &expected.oauth_flows,
                    &found.oauth_flows,
                ),
                (
                    "may ask for the scope",
                    &expected.oauth_scopes,
                    &found.oauth_scopes,
                ),
                ("sends tokens to", &expected.callback_urls, &found.callback_urls),
                ("trusts", &expected.identity_providers, &found.identity_providers),
            ] {
                self.lists(&subject, expected, found, |item| {
                    format!("{what} {verb} {}", code(item))
                });
            }
            self.changed(
                &subject,
                &what,
                (&expected.generate_secret, &found.generate_secret),
                |has| (if *has { "has a secret" } else { "has no secret" }).to_owned(),
            );
            self.changed(
                &subject,
                &what,
                (&expected.hides_users, &found.hides_users),
                |hides| {
                    (if *hides { "does not tell" } else { "tells" }).to_owned() + " which users there are"
                },
            );
        }
    }
}
