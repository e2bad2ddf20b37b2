//! What a change of each key means, one line a key.

use crate::service::ChangeKind;
use Direction::{Added, Less, More, Other, Removed};
use Rule::{Elsewhere, Harmless, Secret, When};

/// What is said of a key that changed.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// That it did, in every direction.
    Harmless,
    /// That it did, and nothing of its values.
    Secret,
    /// That it did; and what these directions mean: the kind that they are of, and what follows.
    When(&'static [(Direction, ChangeKind, &'static str)]),
    /// What a file of its own says.
    Elsewhere,
}

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// A smaller number, or off.
    Less,
    /// A greater number, or on.
    More,
    /// A value in place of another.
    Other,
    /// A value where there was none.
    Added,
    /// No value any more.
    Removed,
}

/// `*` stands for any name. A key that no line is of is harmless for all that anybody knows; a test asks
/// for the line.
pub(crate) const RULES: &[(&str, Rule)] = &[
    ("service.architecture", Harmless),
    (
        "service.name",
        When(&[(
            Other,
            ChangeKind::ServiceRenamed,
            "every function, role and log group is **replaced**",
        )]),
    ),
    ("user_pool.name", Elsewhere),
    (
        "user_pool.self_sign_up",
        When(&[(
            More,
            ChangeKind::SelfSignUpOn,
            "anyone may register, and then call whatever asks for a sign-in",
        )]),
    ),
    ("user_pool.password.minimum_length", When(WEAKER_IF_LESS)),
    ("user_pool.password.lowercase", When(WEAKER_IF_LESS)),
    ("user_pool.password.uppercase", When(WEAKER_IF_LESS)),
    ("user_pool.password.numbers", When(WEAKER_IF_LESS)),
    ("user_pool.password.symbols", When(WEAKER_IF_LESS)),
    (
        "user_pool.password.temporary_password_validity_days",
        When(&[(
            More,
            ChangeKind::PasswordWeaker,
            "the password of an invitation is good for longer",
        )]),
    ),
    ("user_pool.clients.*.formerly", Elsewhere),
    ("user_pool.clients.*.auth_flows", Elsewhere),
    ("api.name", Harmless),
    (
        "api.stage",
        When(&[(
            Other,
            ChangeKind::StageRenamed,
            "every address changes, and the old ones answer no more",
        )]),
    ),
    (
        "api.authorizer_ttl_seconds",
        When(&[(
            More,
            ChangeKind::TokenLifetimeLonger,
            "a token once verified goes unchecked for longer",
        )]),
    ),
    ("api.max_timeout_seconds", Harmless),
    ("api.cors.allow_methods", Elsewhere),
    ("api.cors.allow_headers", Elsewhere),
    (
        "api.cors.allow_credentials",
        When(&[(
            More,
            ChangeKind::CorsWider,
            "pages of the other origin may send cookies",
        )]),
    ),
    ("api.cors.max_age_seconds", Harmless),
    ("functions.*.formerly", Elsewhere),
    ("functions.*.description", Harmless),
    ("functions.*.memory_mb", Harmless),
    ("functions.*.timeout_seconds", Harmless),
    (
        "functions.*.log_retention_days",
        When(&[(Less, ChangeKind::LogRetentionShorter, "older logs are deleted")]),
    ),
    ("functions.*.environment.*", Secret),
    ("routes.*.function", Elsewhere),
    ("routes.*.auth", Elsewhere),
    (
        "environments.*.region",
        When(&[(
            Other,
            ChangeKind::RegionChanged,
            "pool, users, API and logs are **lost**, and made anew there",
        )]),
    ),
    (
        "environments.*.account",
        When(&[
            (
                Other,
                ChangeKind::AccountChanged,
                "pool, users, API and logs are **left behind**, and made anew there",
            ),
            (
                Removed,
                ChangeKind::AccountUnpinned,
                "it goes to whatever account the credentials are of",
            ),
        ]),
    ),
    ("environments.*.allow_origin", Elsewhere),
    (
        "environments.*.first_user",
        When(&[
            (
                Other,
                ChangeKind::UserReplaced,
                "the old user is **deleted**, the new one invited",
            ),
            (
                Added,
                ChangeKind::UserReplaced,
                "who was invited with another address is **deleted**",
            ),
        ]),
    ),
    (
        "environments.*.deletion_protection",
        When(&[(
            Less,
            ChangeKind::DeletionProtectionOff,
            "its pool can be deleted, and every user with it",
        )]),
    ),
    ("environments.*.tags.*", Elsewhere),
    ("environments.*.state.bucket", Elsewhere),
    ("environments.*.state.key", Elsewhere),
    ("environments.*.state.region", Elsewhere),
];

const WEAKER_IF_LESS: &[(Direction, ChangeKind, &str)] = &[(
    Less,
    ChangeKind::PasswordWeaker,
    "passwords pass that were refused",
)];

/// The line of a key.
pub(crate) fn rule_of(path: &[String]) -> Option<Rule> {
    let is_of = |pattern: &str| {
        let parts: Vec<&str> = pattern.split('.').collect();
        let mut pairs = parts.iter().zip(path);
        parts.len() == path.len() && pairs.all(|(part, key)| *part == "*" || part == key)
    };
    let mut rules = RULES.iter();
    rules.find(|(pattern, _)| is_of(pattern)).map(|(_, rule)| *rule)
}
