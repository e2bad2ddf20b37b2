//! Checks of [checkov](https://www.checkov.io) that generated resources do not pass, each with the reason. A comment in the
//! resource repeats it, so that readers can disagree. If a key of the spec makes a resource pass, the comment is
//! there only without that key.

/// A check that a resource does not pass.
#[derive(Debug)]
pub struct SkippedCheck {
    /// Its ID.
    pub id: &'static str,
    /// The state that it wants.
    pub wanted: &'static str,
    /// The reason for which the resource is otherwise.
    pub reason: &'static str,
}

impl SkippedCheck {
    /// The comment in a resource:
    /// <https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html>
    pub(crate) fn comment(&self) -> String {
        let Self {
            id,
            wanted: _,
            reason,
        } = self;
        format!("checkov:skip={id}: {reason}")
    }
}

/// Declares the checks, and lists them in this order.
macro_rules! skipped_checks {
    ($($name:ident = $id:literal, $wanted:literal, $reason:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $wanted, ".")]
            pub(crate) const $name: SkippedCheck = SkippedCheck { id: $id, wanted: $wanted, reason: $reason };
        )*
        /// All of them.
        pub const ALL: &[&SkippedCheck] = &[$(&$name),*];
    };
}

skipped_checks! {
    EXECUTION_LOGS = "CKV2_AWS_4", "A stage has execution logs",
        "Execution logs can contain what callers send.";
    CLIENT_CERTIFICATE = "CKV2_AWS_51", "A stage has a client certificate",
        "API Gateway invokes functions with IAM, so no back end asks for a certificate.";
    STAGE_CACHE = "CKV_AWS_120", "A stage has a cache",
        "A cache can give one caller the answer to another.";
    METHOD_CACHE = "CKV_AWS_225", "The settings of a method turn its cache on",
        "A cache can give one caller the answer to another.";
    ACCESS_LOGS = "CKV_AWS_76", "A stage has access logs",
        "`access_logs` in portcullis.toml turns access logs on, once the account has a role for them.";
    TRACING_OF_STAGE = "CKV_AWS_73", "X-Ray traces a stage",
        "`tracing` in portcullis.toml turns traces on.";
    VALIDATION = "CKV2_AWS_53", "A method validates requests",
        "Functions check what they get.";
    PUBLIC_METHOD = "CKV_AWS_59", "A method needs authorization or a key",
        "portcullis.toml says which routes are public. A review blocks a route that becomes public.";
    REPLACED_API = "CKV_AWS_237", "Terraform creates a new REST API before it deletes the old one",
        "A new API has another URL in any case. A review blocks the replacement.";
    CONCURRENCY = "CKV_AWS_115", "A function has reserved concurrency",
        "Reserved invocations are taken from other functions. `reserved_concurrency` in portcullis.toml reserves some.";
    DEAD_LETTERS = "CKV_AWS_116", "A function has a queue for dead letters",
        "API Gateway gets each error itself. `on_failure` in portcullis.toml keeps failed events.";
    VPC = "CKV_AWS_117", "A function runs in a VPC",
        "Only a function that calls something in a VPC has to run in it. `network` in portcullis.toml says so.";
    SIGNED_CODE = "CKV_AWS_272", "A function takes signed code only",
        "A plan contains the hash of each zip.";
    VARIABLES_KEY = "CKV_AWS_173", "A KMS key of the account encrypts environment variables",
        "Lambda encrypts environment variables with a key of AWS's. `variables_kms_key` in portcullis.toml sets another.";
    TRACING_OF_FUNCTION = "CKV_AWS_50", "X-Ray traces a function",
        "`tracing` in portcullis.toml turns traces on.";
    LOGS_KEY = "CKV_AWS_158", "A KMS key of the account encrypts logs",
        "CloudWatch encrypts logs with a key of its own. `logs_kms_key` in portcullis.toml sets another.";
    LOG_RETENTION = "CKV_AWS_338", "Logs are kept for a year",
        "portcullis.toml says how long logs are kept.";
    TABLE_KEY = "CKV_AWS_119", "A KMS key of the account encrypts a table",
        "DynamoDB encrypts the table with a key of its own. `kms_key` in portcullis.toml sets another.";
    FIXED_CAPACITY = "CKV2_AWS_16", "The capacity of a table follows its load",
        "portcullis.toml sets this capacity. Without `capacity` the table is on demand.";
    BUCKET_KEY = "CKV_AWS_145", "A KMS key of the account encrypts objects",
        "S3 encrypts objects with keys of its own. `kms_key` in portcullis.toml sets another.";
    BUCKET_LOGS = "CKV_AWS_18", "A bucket has access logs",
        "Access logs need another bucket. CloudTrail can record the same.";
    REPLICATION = "CKV_AWS_144", "A bucket is copied to another region",
        "The service is in one region. Old versions bring back what was overwritten.";
    NOTIFICATIONS = "CKV2_AWS_62", "A bucket notifies of changes",
        "A function listens if `on` in portcullis.toml says so.";
    EXPIRY = "CKV2_AWS_61", "Objects of a bucket expire",
        "`expire_days` in portcullis.toml says when objects expire.";
    TOPIC_KEY = "CKV_AWS_26", "A KMS key encrypts a topic",
        "SNS encrypts its disks. `kms_key` in portcullis.toml sets a key.";
    SCHEDULE_KEY = "CKV_AWS_297", "A KMS key of the account encrypts a schedule",
        "EventBridge Scheduler encrypts schedules with a key of AWS's.";
}
