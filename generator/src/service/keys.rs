//! The keys of `[service]`.

use crate::resources::iam_role::PERMISSIONS_BOUNDARY;
use crate::resources::kms_key::KEY_ARN;
use crate::review::ChangeKind::ServiceRenamed;
use crate::review::Direction::Other;
use crate::review::Meaning::{Elsewhere, Harmless, When};
use crate::review::consequence;
use crate::service::architecture::Architecture;
use crate::service::tags::{TAG_KEY, TAG_VALUE};
use crate::spec::declaration::Absent::{Nothing, Required};
use crate::spec::declaration::Kind::{Choice, Flag, Strings as Map, Text};
use crate::spec::declaration::Literal;
use crate::spec::declaration::Scope::Overridable;
use crate::spec::declaration::{EVERYWHERE, default, keys};
use crate::spec::field::{Given, Set, Strings, Word};
use crate::text_rule::{NAME_32, REGION, VERSION_REQUIREMENT};

keys! {
    /// The keys of the whole service.
    ServiceTable {
        /// Begins every name in AWS: `<service>-<environment>-<function>`.
        name: Given<String> = Text(&NAME_32), Required("`name = \"hello\"`"), EVERYWHERE,
            When(&[consequence(Other, ServiceRenamed, "every function, role and log group is **replaced**")]);
        /// Versions of Portcullis that may read this file, such as `>= 0.1, < 0.2`. Another version reports an error and writes
        /// nothing. Without it, every version may.
        required_version: Given<String> = Text(&VERSION_REQUIREMENT), Nothing, EVERYWHERE, Harmless;
        /// AWS region, such as `us-east-1`.
        region: Given<String> = Text(&REGION), Required("`region = \"us-east-1\"`"),
            Overridable("region"), Elsewhere;
        /// The processor that functions are built for. `local` builds for this machine.
        architecture: Set<Architecture> = Choice(Architecture::CHOICES), default(Literal::Text("x86_64")), EVERYWHERE,
            Harmless;
        /// X-Ray traces the API and its functions, whose roles may then send traces.
        tracing: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE, Harmless;
        /// ARN of the managed policy that limits the roles of functions. IAM then allows only what both the policy and the role
        /// allow. Some companies require one. `local` has none.
        permissions_boundary: Given<String> = Text(&PERMISSIONS_BOUNDARY), Nothing, Overridable("permissions_boundary"), Elsewhere;
        /// ARN of the KMS key that encrypts the environment variables of functions. Without it, Lambda encrypts with a key of
        /// AWS's. `local` has none.
        variables_kms_key: Given<String> = Text(&KEY_ARN), Nothing, Overridable("variables_kms_key"), Elsewhere;
        /// ARN of the KMS key that encrypts logs. Its policy must let CloudWatch Logs use it. Without it,
        /// CloudWatch encrypts with a key of its own. `local` has none.
        logs_kms_key: Given<String> = Text(&KEY_ARN), Nothing, Overridable("logs_kms_key"), Elsewhere;
        /// Tags of every resource, beside `Service` and `Environment`, which Portcullis sets.
        tags: Strings = Map { noun: "tag", names: &TAG_KEY, values: &TAG_VALUE, is_secret: |_| false }, Nothing, Overridable("tags"),
            Elsewhere;
    }
}
