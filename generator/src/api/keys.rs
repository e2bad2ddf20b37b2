//! The keys of `[api]`.

use crate::access_logs::keys::AccessLogTable;
use crate::cors::keys::CorsTable;
use crate::resources::api_gateway_authorizer::TTL_SECONDS;
use crate::resources::api_gateway_integration::RAISED_TIMEOUT_SECONDS;
use crate::resources::{api_gateway_rest_api, api_gateway_stage};
use crate::review::ChangeKind::{StageRenamed, TokenLifetimeLonger};
use crate::review::Direction::{More, Other};
use crate::review::Meaning::{Elsewhere, Harmless, When};
use crate::review::consequence;
use crate::spec::ThrottleTable;
use crate::spec::declaration::Absent::{Derived, Nothing};
use crate::spec::declaration::Kind::{self, Text};
use crate::spec::declaration::Scope::Overridable;
use crate::spec::declaration::{EVERYWHERE, Literal, default, keys, number};
use crate::spec::field::{Given, Set};
use portcullis_terraform_json::rest_api::DEFAULT_TTL_SECONDS;

keys! {
    /// The REST API.
    ApiTable {
        /// Name of the API in the API Gateway console. `{environment}` stands for the name of the environment.
        name: Given<String> = Text(&api_gateway_rest_api::NAME), Derived("`name` of `[service]`"), EVERYWHERE, Harmless;
        /// Name of the stage, the first segment of every path.
        stage: Set<String> = Text(&api_gateway_stage::NAME), default(Literal::Text("v1")), EVERYWHERE,
            When(&[consequence(Other, StageRenamed, "every URL changes and the old ones stop working")]);
        /// Lifetime of a verified token in the cache of API Gateway. 0 verifies each request.
        authorizer_ttl_seconds: Set<u32> = number(TTL_SECONDS, "seconds"), default(Literal::Number(DEFAULT_TTL_SECONDS)), EVERYWHERE,
            When(&[consequence(More, TokenLifetimeLonger, "API Gateway verifies a token less often")]);
        /// Timeout of API Gateway for a function, if AWS raised the quota "Maximum integration timeout in
        /// milliseconds" of your account.
        max_timeout_seconds: Given<u32> = number(RAISED_TIMEOUT_SECONDS, "seconds"), Nothing, EVERYWHERE, Harmless;
        /// Limits of every route that has none of its own. Without them, public routes let 50 requests a second through, 100 at
        /// once, and other routes have the limits of your account. See [Limits](../limits.md).
        throttle: Option<ThrottleTable> = Kind::Table(&ThrottleTable::TABLE), Nothing, Overridable("throttle"), Elsewhere;
        /// CORS: what web pages of other origins may send and read. Without it they can't call the API.
        cors: Option<CorsTable> = Kind::Table(&CorsTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// Access logs: a line of JSON for each request. Without it there are none. See [Access logs](../access-logs.md).
        access_logs: Option<AccessLogTable> = Kind::Table(&AccessLogTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
    }
}
