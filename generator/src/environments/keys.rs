//! The keys of `[environments.NAME]`, and of where each keeps its state.

use crate::cors::keys::ORIGIN;
use crate::environments::is_email;
use crate::resources::cloudwatch_log_group::RETENTION_DAYS;
use crate::resources::iam_role::PERMISSIONS_BOUNDARY;
use crate::resources::kms_key::KEY_ARN;
use crate::resources::s3_bucket;
use crate::review::ChangeKind::{
    AccountChanged, AccountUnpinned, BoundaryChanged, DeletionProtectionOff, RegionChanged, UserReplaced,
};
use crate::review::Direction::{Added, Less, Other, Removed};
use crate::review::Meaning::{Elsewhere, Harmless, When};
use crate::review::consequence;
use crate::service::tags::{TAG_KEY, TAG_VALUE};
use crate::spec::declaration::Absent::{Derived, Nothing, Required};
use crate::spec::declaration::Kind::{self, Flag, OneOfNumbers, Overrides, Strings as Map, Text};
use crate::spec::declaration::{EVERYWHERE, Literal, default, keys};
use crate::spec::field::{Given, Own, Placed, Set, Strings};
use crate::spec::{
    BucketTable, FunctionTable, QueueTable, TableTable, ThrottleTable, TopicTable, UsagePlanTable,
};
use crate::text_rule::{NAME_64, REGION, TextRule};
use crate::user_pool::keys::POOL_ARN;

static ACCOUNT: TextRule = TextRule {
    must_be: "an AWS account of twelve digits",
    help: "run `aws sts get-caller-identity` to see yours",
    check: |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()),
    pattern: "^[0-9]{12}$",
};

static EMAIL: TextRule = TextRule {
    must_be: "an e-mail address",
    help: "write it as in `you@example.com`: Cognito sends the invitation there",
    check: is_email,
    pattern: r"^(?=.{1,254}$)[!#-'*+\-./0-9:=?A-Z\[\]^_`a-z{|}~]+@(?!\.)(?=[^.]+\.)[!#-'*+\-./0-9:=?A-Z\[\]^_`a-z{|}~]*[!#-'*+\-/0-9:=?A-Z\[\]^_`a-z{|}~]$",
};

static STATE_KEY: TextRule = TextRule {
    must_be: "1 to 1024 bytes",
    help: "write it as in `hello/dev/terraform.tfstate`",
    check: |key| (1..=1024).contains(&key.len()),
    pattern: r"^[\s\S]{1,1024}$",
};

keys! {
    /// An environment: one copy of the service in AWS. `local`, the emulated AWS of this machine, is always there and has no
    /// table.
    EnvironmentTable {
        /// AWS region of this environment.
        region: Given<String> = Text(&REGION), Derived("`region` of `[service]`"), EVERYWHERE,
            When(&[consequence(Other, RegionChanged, "pool, users, API and logs are **lost**, and new ones are created there")]);
        /// The only AWS account that the environment may be deployed to.
        account: Given<String> = Text(&ACCOUNT), Nothing, EVERYWHERE, When(&[
            consequence(Other, AccountChanged, "pool, users, API and logs are **left behind**, and new ones are created there"),
            consequence(Removed, AccountUnpinned, "it deploys to whichever account your credentials belong to"),
        ]);
        /// The origin whose pages may call, or `*`.
        allow_origin: Given<String> = Text(&ORIGIN), Derived("`allow_origin` of `cors` in `[api]`"), EVERYWHERE, Elsewhere;
        /// Time after which CloudWatch deletes a line of the access log.
        access_log_retention_days: Given<u32> = OneOfNumbers { values: &RETENTION_DAYS, unit: "days" },
            Derived("`retention_days` of `access_logs` in `[api]`"), EVERYWHERE, Elsewhere;
        /// E-mail address of the first user, who is invited. `YOUR_EMAIL` or `--first-user` can name it instead. Without any,
        /// no user is invited.
        first_user: Given<String> = Text(&EMAIL), Nothing, EVERYWHERE, When(&[
            consequence(Other, UserReplaced, "the old user is **deleted** and the new one is invited"),
            consequence(Added, UserReplaced, "a user invited with another address is **deleted**"),
        ]);
        /// ARN of the existing user pool whose users this environment admits. It must be in the environment's region.
        existing_user_pool: Given<String> = Text(&POOL_ARN), Derived("`existing` of `[user_pool]`"), EVERYWHERE, Elsewhere;
        /// ARN of the managed policy that limits the roles of this environment's functions.
        permissions_boundary: Given<String> = Text(&PERMISSIONS_BOUNDARY), Derived("`permissions_boundary` of `[service]`"),
            EVERYWHERE, When(&[
                consequence(Other, BoundaryChanged, "the roles of functions may do more if the new policy allows more"),
                consequence(Removed, BoundaryChanged, "only their own policies limit the roles of functions then"),
            ]);
        /// ARN of the KMS key that encrypts the environment variables of this environment's functions. It must be in the
        /// environment's region.
        variables_kms_key: Given<String> = Text(&KEY_ARN), Derived("`variables_kms_key` of `[service]`"), EVERYWHERE, Harmless;
        /// ARN of the KMS key that encrypts this environment's logs. It must be in the environment's region.
        logs_kms_key: Given<String> = Text(&KEY_ARN), Derived("`logs_kms_key` of `[service]`"), EVERYWHERE, Harmless;
        /// AWS refuses to delete the user pool, the tables, and buckets with objects.
        deletion_protection: Set<bool> = Flag, default(Literal::Flag(true)), EVERYWHERE,
            When(&[consequence(Less, DeletionProtectionOff, "AWS no longer refuses to delete its user pool, tables and buckets")]);
        /// Limits of every route that has none of its own, in this environment.
        throttle: Option<ThrottleTable> = Kind::Table(&ThrottleTable::TABLE), Derived("`throttle` of `[api]`"), EVERYWHERE, Elsewhere;
        /// Tags of this environment's resources, beside the service's.
        tags: Strings = Map { noun: "tag", names: &TAG_KEY, values: &TAG_VALUE, is_secret: |_| false }, Nothing, EVERYWHERE, Elsewhere;
        /// Keys of functions that differ in this environment, by the function's name.
        functions: Vec<(Placed<String>, Own<FunctionTable>)> =
            Overrides { noun: "function", of: "functions", names: &NAME_64, table: &FunctionTable::TABLE }, Nothing,
            EVERYWHERE, Elsewhere;
        /// Keys of tables that differ in this environment, by the table's name.
        tables: Vec<(Placed<String>, Own<TableTable>)> =
            Overrides { noun: "table", of: "tables", names: &NAME_64, table: &TableTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// Keys of buckets that differ in this environment, by the bucket's name.
        buckets: Vec<(Placed<String>, Own<BucketTable>)> =
            Overrides { noun: "bucket", of: "buckets", names: &s3_bucket::PART_OF_NAME, table: &BucketTable::TABLE }, Nothing,
            EVERYWHERE, Elsewhere;
        /// Keys of queues that differ in this environment, by the queue's name.
        queues: Vec<(Placed<String>, Own<QueueTable>)> =
            Overrides { noun: "queue", of: "queues", names: &NAME_64, table: &QueueTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// Keys of topics that differ in this environment, by the topic's name.
        topics: Vec<(Placed<String>, Own<TopicTable>)> =
            Overrides { noun: "topic", of: "topics", names: &NAME_64, table: &TopicTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// Keys of usage plans that differ in this environment, by the plan's name.
        usage_plans: Vec<(Placed<String>, Own<UsagePlanTable>)> =
            Overrides { noun: "usage plan", of: "usage_plans", names: &NAME_64, table: &UsagePlanTable::TABLE }, Nothing,
            EVERYWHERE, Elsewhere;
        /// The S3 bucket that keeps Terraform's state. Without it, the state is a file below the environment's folder.
        state: Option<StateTable> = Kind::Table(&StateTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
    }
}

keys! {
    /// The S3 bucket that contains an environment's state.
    StateTable {
        /// Name of the bucket, which must exist.
        bucket: Given<String> = Text(&s3_bucket::NAME_OF_ANY), Required("`bucket = \"my-terraform-state\"`"), EVERYWHERE, Elsewhere;
        /// AWS region of the bucket.
        region: Given<String> = Text(&REGION), Required("`region = \"us-east-1\"`"), EVERYWHERE, Elsewhere;
        /// Key of the state in the bucket.
        key: Given<String> = Text(&STATE_KEY), Derived("`<service>/<environment>/terraform.tfstate`"), EVERYWHERE, Elsewhere;
    }
}
