//! The keys of a route.

use crate::resources::api_gateway_method::SCOPE;
use crate::review::Meaning::Elsewhere;
use crate::routes::{AUTHORIZER, Auth, Unnamed};
use crate::spec::ThrottleTable;
use crate::spec::declaration::Absent::{Derived, Nothing, Required};
use crate::spec::declaration::Kind::{self, ChoiceOrText, Flag, Text, Texts};
use crate::spec::declaration::{EVERYWHERE, Literal, default, keys};
use crate::spec::field::{Given, Placed, Set, Word};
use crate::text_rule::ANY_TEXT;

keys! {
    /// A route: `"METHOD /path" = { … }`. The method may be `ANY`. A path may hold parameters such as `{id}`, and may end
    /// with `{rest+}`.
    RouteTable {
        /// Name of the function that handles the route.
        function: Given<String> = Text(&ANY_TEXT), Required("`function = \"…\"`"), EVERYWHERE, Elsewhere;
        /// Callers of the route. If the service has no `[user_pool]`, every route needs this key.
        auth: Given<Auth> = ChoiceOrText(Unnamed::CHOICES, &AUTHORIZER), Derived("`user_pool`, if the service has `[user_pool]`"), EVERYWHERE, Elsewhere;
        /// Scopes of which an access token needs one. Without this key, the route takes id tokens.
        /// See [Scopes](../user-pools.md#scopes).
        scopes: Given<Vec<Placed<String>>> = Texts(&SCOPE), Nothing, EVERYWHERE, Elsewhere;
        /// The route needs an API key of a usage plan, in the header `x-api-key`. A key is not an identity, so the route still
        /// has its `auth`. See [API keys](../api-keys.md).
        api_key: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE, Elsewhere;
        /// Limits of requests to the route. See [Limits](../limits.md).
        throttle: Option<ThrottleTable> = Kind::Table(&ThrottleTable::TABLE),
            Derived("those of the environment or of `[api]`; otherwise 50 a second and 100 at once for a public route"), EVERYWHERE, Elsewhere;
    }
}
