//! The keys of `[functions.NAME]`.

use crate::events::keys::EventTable;
use crate::functions::secret_names;
use crate::resources::cloudwatch_log_group::{NAME as LOG_GROUP_NAME, RETENTION_DAYS};
use crate::resources::iam_actions::ACTION;
use crate::resources::iam_role::ROLE;
use crate::resources::lambda_function::{
    DESCRIPTION, ENVIRONMENT_KEY, EPHEMERAL_STORAGE_MB, LAYER_VERSION, MEMORY_MB, RESERVED_CONCURRENCY,
    SECURITY_GROUP, SUBNET, TIMEOUT_SECONDS,
};
use crate::resources::lambda_function_event_invoke_config::{
    DEFAULT_MAX_AGE_SECONDS, DEFAULT_RETRIES, MAX_AGE_SECONDS, RETRIES,
};
use crate::resources::lambda_provisioned_concurrency_config::PROVISIONED;
use crate::review::ChangeKind::{FunctionRoleUnknown, LogRetentionShorter};
use crate::review::Direction::{Added, Less, Other};
use crate::review::Meaning::{Elsewhere, Harmless, Secret, When};
use crate::review::consequence;
use crate::service::Architecture;
use crate::spec::declaration::Absent::{Derived, Nothing, Required};
use crate::spec::declaration::Kind::{self, Choice, List, OneOfNumbers, Strings as Map, Table, Text, Texts};
use crate::spec::declaration::{EVERYWHERE, Literal, PER_ENVIRONMENT, default, keys, number};
use crate::spec::field::{Given, Lists, Placed, Set, Strings, Word};
use crate::text_rule::{ANY_TEXT, NAME_64, TextRule};

/// The reason of a statement is a comment of one line.
static REASON: TextRule = TextRule {
    must_be: "one line of at most 200 characters",
    help: "say what the function needs it for",
    check: |text| {
        let is_line = text
            .chars()
            .all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}'));
        is_line && !text.trim().is_empty() && text.chars().count() <= 200
    },
    pattern: r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,200}$",
};

/// The name of a binary, of which Cargo makes a file.
pub(crate) static BINARY: TextRule = TextRule {
    must_be: "the name of a binary: a letter, then at most 63 letters, digits, `-` and `_`",
    help: "copy it from `name` under `[[bin]]` in `Cargo.toml` of the crate",
    check: NAME_64.check,
    pattern: NAME_64.pattern,
};

keys! {
    /// A statement of what a function may do in AWS: actions and what they are allowed on.
    MayTable {
        /// Actions in AWS's spelling, such as `dynamodb:GetItem`. One with `*` needs a `reason`.
        actions: Given<Vec<Placed<String>>> = Texts(&ACTION), Required("`actions = [\"dynamodb:GetItem\"]`"), EVERYWHERE, Elsewhere;
        /// ARNs, with [references](../references.md): `arn:${partition}:dynamodb:${region}:${account}:table/orders`. `*` needs a
        /// `reason`.
        resources: Given<Vec<Placed<String>>> = Texts(&ANY_TEXT), Required("`resources = [\"arn:…\"]`"), EVERYWHERE, Elsewhere;
        /// Reason why the function needs it. The generated files show it as a comment.
        reason: Given<String> = Text(&REASON), Nothing, EVERYWHERE, Elsewhere;
    }
}

keys! {
    /// A Lambda function, built from the binary of its name in the workspace `functions/`.
    FunctionTable {
        /// Former name of the function. A review then shows a rename instead of two changes.
        formerly: Given<String> = Text(&NAME_64), Nothing, EVERYWHERE, Elsewhere;
        /// Name of the binary that the function runs. Several functions may run one.
        binary: Given<String> = Text(&BINARY), Derived("the function's name"), EVERYWHERE, Harmless;
        /// The processor that the function is built for. `local` builds every function for this machine. Layers must be for the
        /// same processor.
        architecture: Given<Architecture> = Choice(Architecture::CHOICES), Derived("`architecture` of `[service]`"), EVERYWHERE, Elsewhere;
        /// Text about the function, for the Lambda console and the generated comments.
        description: Set<String> = Text(&DESCRIPTION), default(Literal::Text("")), EVERYWHERE, Harmless;
        /// Memory. Lambda gives CPU in proportion.
        memory_mb: Set<u32> = number(MEMORY_MB, "MB"), default(Literal::Number(128)), PER_ENVIRONMENT, Harmless;
        /// Longest time for an invocation. API Gateway waits 29 seconds for a function with routes, unless
        /// `max_timeout_seconds` of `[api]` says otherwise.
        timeout_seconds: Set<u32> = number(TIMEOUT_SECONDS, "seconds"), default(Literal::Number(10)), PER_ENVIRONMENT, Harmless;
        /// Time after which CloudWatch deletes the function's logs.
        log_retention_days: Set<u32> = OneOfNumbers { values: &RETENTION_DAYS, unit: "days" },
            default(Literal::Number(14)), PER_ENVIRONMENT,
            When(&[consequence(Less, LogRetentionShorter, "older logs are deleted")]);
        /// Name of an existing log group that the function writes to instead of one of its own. Portcullis never changes it, so
        /// `log_retention_days` must not be set with it. `local` has log groups of its own. See
        /// [An existing log group](../function-settings.md#an-existing-log-group).
        log_group: Given<String> = Text(&LOG_GROUP_NAME), Derived("a log group that Portcullis creates"), PER_ENVIRONMENT, Harmless;
        /// Size of `/tmp`.
        ephemeral_storage_mb: Set<u32> = number(EPHEMERAL_STORAGE_MB, "MB"), default(Literal::Number(512)), PER_ENVIRONMENT,
            Harmless;
        /// Most invocations that run at once, reserved out of the account's. 0 stops the function.
        reserved_concurrency: Given<u32> = number(RESERVED_CONCURRENCY, "invocations"), Nothing, PER_ENVIRONMENT, Harmless;
        /// Execution environments that Lambda keeps ready, which costs money all the time. API Gateway then invokes the
        /// alias `live` of the newest version, in every environment. `local` provisions nothing.
        provisioned_concurrency: Given<u32> = number(PROVISIONED, "invocations"), Nothing, PER_ENVIRONMENT, Harmless;
        /// The VPC's subnets and security groups that the function runs in. Without a NAT gateway or endpoints in the VPC it
        /// reaches neither the internet nor AWS.
        network: Option<NetworkTable> = Table(&NetworkTable::TABLE), Nothing, PER_ENVIRONMENT, Harmless;
        /// Layer versions that Lambda unpacks to `/opt`, at most five. A later layer's files replace an earlier one's.
        /// Functions with layers don't run locally.
        layers: Given<Vec<Placed<String>>> = Texts(&LAYER_VERSION), Nothing, PER_ENVIRONMENT, Harmless;
        /// Events that invoke the function beside its routes: schedules, events of EventBridge, and changes of tables.
        /// See [Events](../events.md).
        on: Vec<EventTable> = List(&EventTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// Queue or topic of the spec that gets events which the function could not handle: `"queues.failed"`. Without it, Lambda
        /// drops these. This holds for asynchronous invocations: by schedules and by events of EventBridge, and by callers that
        /// don't wait. Each environment has this queue or topic of its own, so none needs another one. See
        /// [Events](../events.md#failed-events).
        on_failure: Given<String> = Text(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// Number of times that Lambda tries a failed asynchronous invocation again.
        retries: Set<u32> = number(RETRIES, "tries"), default(Literal::Number(DEFAULT_RETRIES)), PER_ENVIRONMENT, Elsewhere;
        /// Age after which Lambda no longer tries an asynchronous invocation.
        max_age_seconds: Set<u32> = number(MAX_AGE_SECONDS, "seconds"), default(Literal::Number(DEFAULT_MAX_AGE_SECONDS)),
            PER_ENVIRONMENT, Elsewhere;
        /// Data that the function uses, each with verbs: `{ "tables.orders" = ["read", "write"], "queues.mails" =
        /// ["send"] }`. Tables have the verbs `read` (`GetItem` and `Query`), `scan`, `write` (`PutItem` and `UpdateItem`)
        /// and `delete`. Buckets have `read`, `list`, `write` and `delete`, queues have `send` and `receive`, and topics have
        /// `publish`. No verb implies another. The function finds names, URLs and ARNs in variables such as `TABLE_ORDERS`,
        /// `BUCKET_SCANS`, `QUEUE_MAILS_URL` and `TOPIC_NEWS_ARN`.
        /// See [Data](../data.md#uses).
        uses: Lists = Kind::Lists { noun: "data", of: "verbs" }, Nothing, EVERYWHERE, Elsewhere;
        /// ARN of an existing role that the function has instead of one of its own. Portcullis doesn't know what the role allows,
        /// and changes nothing in it. An environment in another account needs another role. See
        /// [An existing role](../function-settings.md#an-existing-role).
        role: Given<String> = Text(&ROLE), Derived("a role that Portcullis creates"), PER_ENVIRONMENT, When(&[
            consequence(Added, FunctionRoleUnknown, "Portcullis **doesn't know** what the existing role allows"),
            consequence(Other, FunctionRoleUnknown, "Portcullis **doesn't know** what the other role allows"),
        ]);
        /// Statements of the function's role, beside the right to write its own logs.
        may: Vec<MayTable> = List(&MayTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// Names of secrets in AWS, by the environment variables that hold them: `{ DB_URL = "ssm:/shop/${environment}/db-url" }`
        /// or `"secretsmanager:shop/db-url"`. The function's role may read exactly these. See
        /// [Secrets](../function-settings.md#secrets).
        secrets: Strings = Map { noun: "secret", names: &ENVIRONMENT_KEY, values: &secret_names::NAME, is_secret: secret_names::may_be_a_value }, Nothing, EVERYWHERE, Harmless;
        /// Environment variables. An environment's are added to these. A review never shows their values. A value may refer
        /// to what an environment decides: `${api.url}`, `${user_pool.id}`, `${functions.NAME.name}`, `${region}` and
        /// others, see [references](../references.md). `$${` is a literal `${`.
        environment: Strings = Map { noun: "environment variable", names: &ENVIRONMENT_KEY, values: &ANY_TEXT, is_secret: |_| true }, Nothing,
            PER_ENVIRONMENT, Secret;
    }
}

keys! {
    /// Subnets and security groups of a function in your VPC. Portcullis creates neither.
    NetworkTable {
        /// Ids of subnets, at most 16. Name one in each availability zone.
        subnets: Given<Vec<Placed<String>>> = Texts(&SUBNET), Required("`subnets = [\"subnet-0123456789abcdef0\"]`"),
            EVERYWHERE, Harmless;
        /// Ids of security groups, at most 5. They decide what the function reaches.
        security_groups: Given<Vec<Placed<String>>> = Texts(&SECURITY_GROUP),
            Required("`security_groups = [\"sg-0123456789abcdef0\"]`"), EVERYWHERE, Harmless;
    }
}
