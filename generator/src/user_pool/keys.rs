//! The keys of `[user_pool]`, its password policy and its clients.

use crate::environments::name_in;
use crate::resources::cognito_user_group::DESCRIPTION;
use crate::resources::cognito_user_pool::{self, MINIMUM_LENGTH, TEMPORARY_PASSWORD_VALIDITY_DAYS};
use crate::resources::cognito_user_pool_client::{REFRESH_TOKEN_DAYS, TOKEN_MINUTES};
use crate::review::ChangeKind::{MfaWeaker, PasswordWeaker, SelfSignUpOn, TokenLifetimeLonger};
use crate::review::Direction::{Less, More};
use crate::review::Meaning::{self, Elsewhere, Harmless, When};
use crate::review::{Consequence, consequence};
use crate::spec::declaration::Absent::{self, Derived, Nothing, Required};
use crate::spec::declaration::Kind::{self, Choice, Choices, Flag, Text};
use crate::spec::declaration::Scope::Overridable;
use crate::spec::declaration::{EVERYWHERE, Literal, choices, default, keys, number};
use crate::spec::field::{Given, Placed, Set, Word};
use crate::text_rule::{NAME_64, TextRule};
use crate::user_pool::{AuthFlow, ExistingUserPool, SignInName};

/// The name of a pool in every environment. Their names have at most 32 characters.
static NAME: TextRule = TextRule {
    must_be: "1 to 128 letters, digits, spaces and `_ + = , . @ -`, or `{environment}` among them",
    help: "write it as in `shop-{environment}`",
    check: |name| (cognito_user_pool::NAME.check)(&name_in(name, &"e".repeat(32))),
    pattern: r"^(?=.*[^ ])([A-Za-z0-9_+=,.@\- ]|\{environment\}){1,128}$",
};

/// The ARN of a pool, whose id begins with its region:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html>
pub(crate) static POOL_ARN: TextRule = TextRule {
    must_be: "the ARN of a user pool",
    help: "write it as in `arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEf123`",
    check: |text| ExistingUserPool::of(text).is_some(),
    pattern: r"^arn:aws[a-z-]*:cognito-idp:([a-z]+(?:-[a-z]+)+-[0-9]+):[0-9]{12}:userpool/\1_[0-9A-Za-z]+$",
};

const WEAKER_IF_LESS: Meaning = When(&[WEAKER]);
const WEAKER: Consequence = consequence(Less, PasswordWeaker, "weaker passwords are allowed");
const LONGER: Meaning = When(&[consequence(
    More,
    TokenLifetimeLonger,
    "a stolen token is valid for longer",
)]);
const OFF: Absent = default(Literal::Flag(false));

choices! {
    /// The users whom Cognito asks for a code beside the password, from the fewest to the most.
    Mfa {
        /// No user is asked.
        Off = "off" | "OFF" | "none";
        /// Users who have set up an app in your application are asked.
        Optional = "optional" | "OPTIONAL";
        /// Every user is asked. A user without an app sets one up to sign in.
        Required = "required" | "ON" | "on" | "mandatory";
    }
}

keys! {
    /// The Cognito user pool: who can sign in. Without it, every route says its `auth`.
    UserPoolTable {
        /// ARN of an existing user pool, whose users may then call routes for signed-in users. Portcullis never changes it, so
        /// no other key of `[user_pool]` may be set with it. `local` has a pool of its own instead, because an emulated AWS does not
        /// know the pools of AWS.
        existing: Given<String> = Text(&POOL_ARN), Nothing, Overridable("existing_user_pool"), Elsewhere;
        /// Name of the pool in the Cognito console. `{environment}` stands for the name of the environment. Another name is
        /// another pool: every user is lost.
        name: Given<String> = Text(&NAME), Derived("`<service>-<environment>`"), EVERYWHERE, Elsewhere;
        /// Names that users sign in with. The e-mail address is the user name, and Cognito verifies it.
        sign_in_with: Given<Vec<Placed<SignInName>>> = Choices(SignInName::CHOICES),
            default(Literal::Texts(&["email"])), EVERYWHERE, Elsewhere;
        /// Lets anyone register. Otherwise users are invited.
        self_sign_up: Set<bool> = Flag, OFF, EVERYWHERE,
            When(&[consequence(More, SelfSignUpOn, "anyone may sign up and then call routes for signed-in users")]);
        /// Codes that users enter beside their password, from an authenticator app (TOTP).
        mfa: Set<Mfa> = Choice(Mfa::CHOICES), default(Literal::Text("off")), EVERYWHERE,
            When(&[consequence(Less, MfaWeaker, "users may sign in with a password alone")]);
        /// Rules for passwords.
        password: PasswordTable = Kind::Table(&PasswordTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// Programs that sign users in. At least one is needed, unless the pool is an existing one.
        clients: Vec<(Placed<String>, ClientTable)> =
            Kind::Tables { noun: "client", names: &NAME_64, table: &ClientTable::TABLE },
            Nothing, EVERYWHERE, Elsewhere;
        /// Groups that users may be in. Tokens name a user's groups, and functions decide what these mean.
        groups: Vec<(Placed<String>, GroupTable)> =
            Kind::Tables { noun: "group", names: &NAME_64, table: &GroupTable::TABLE },
            Nothing, EVERYWHERE, Elsewhere;
    }
}

keys! {
    /// A group of the user pool. API Gateway doesn't check groups. See [Groups](../user-pools.md#groups).
    GroupTable {
        /// Text about the group, for the Cognito console.
        description: Given<String> = Text(&DESCRIPTION), Nothing, EVERYWHERE, Harmless;
    }
}

keys! {
    /// Rules for passwords.
    PasswordTable {
        /// Minimum length.
        minimum_length: Set<u32> = number(MINIMUM_LENGTH, "characters"), default(Literal::Number(8)), EVERYWHERE,
            WEAKER_IF_LESS;
        /// Requires a lower-case letter in each password.
        lowercase: Set<bool> = Flag, OFF, EVERYWHERE, WEAKER_IF_LESS;
        /// Requires an upper-case letter in each password.
        uppercase: Set<bool> = Flag, OFF, EVERYWHERE, WEAKER_IF_LESS;
        /// Requires a digit in each password.
        numbers: Set<bool> = Flag, OFF, EVERYWHERE, WEAKER_IF_LESS;
        /// Requires a symbol in each password.
        symbols: Set<bool> = Flag, OFF, EVERYWHERE, WEAKER_IF_LESS;
        /// Validity of an invitation's password.
        temporary_password_validity_days: Set<u32> = number(TEMPORARY_PASSWORD_VALIDITY_DAYS, "days"),
            default(Literal::Number(7)), EVERYWHERE,
            When(&[consequence(More, PasswordWeaker, "the password of an invitation stays valid for longer")]);
    }
}

keys! {
    /// A client of the user pool: a program that signs users in.
    ClientTable {
        /// Former name of the client. The client keeps its id if you rename it with this key.
        formerly: Given<String> = Text(&NAME_64), Nothing, EVERYWHERE, Elsewhere;
        /// Auth flows of the client.
        auth_flows: Given<Vec<Placed<AuthFlow>>> = Choices(AuthFlow::CHOICES),
            Required("`auth_flows = [\"user_srp\", \"refresh_token\"]`"), EVERYWHERE, Elsewhere;
        /// Lifetime of id tokens. Routes without `scopes` take them.
        id_token_minutes: Set<u32> = number(TOKEN_MINUTES, "minutes"), default(Literal::Number(60)), EVERYWHERE,
            LONGER;
        /// Lifetime of access tokens. Routes with `scopes` take them.
        access_token_minutes: Set<u32> = number(TOKEN_MINUTES, "minutes"), default(Literal::Number(60)), EVERYWHERE,
            LONGER;
        /// Lifetime of refresh tokens, after which users sign in again.
        refresh_token_days: Set<u32> = number(REFRESH_TOKEN_DAYS, "days"), default(Literal::Number(30)), EVERYWHERE,
            LONGER;
        /// Lets programs revoke refresh tokens. Tokens that they got before stay valid for API Gateway until they expire.
        token_revocation: Set<bool> = Flag, default(Literal::Flag(true)), EVERYWHERE,
            When(&[consequence(Less, TokenLifetimeLonger, "a stolen refresh token can't be revoked")]);
    }
}
