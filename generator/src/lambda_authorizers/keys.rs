//! The keys of `[authorizers.NAME]`.

use crate::lambda_authorizers::AuthorizerType;
use crate::resources::api_gateway_authorizer::{IDENTITY_SOURCE, TTL_SECONDS, VALIDATION_EXPRESSION};
use crate::review::ChangeKind::{AuthorizerWider, TokenLifetimeLonger};
use crate::review::Direction::{Less, More, Other, Removed};
use crate::review::Meaning::{Elsewhere, When};
use crate::review::consequence;
use crate::spec::declaration::Absent::{Derived, Nothing, Required};
use crate::spec::declaration::Kind::{Choice, Text, Texts};
use crate::spec::declaration::{EVERYWHERE, Literal, default, keys, number};
use crate::spec::field::{Given, Placed, Set, Word};
use crate::text_rule::ANY_TEXT;

keys! {
    /// A Lambda authorizer: a function decides who may call a route. Routes name it: `auth = "authorizers.NAME"`. See
    /// [Authorizers](../authorizers.md).
    AuthorizerTable {
        /// Name of the function that decides. It gets the token or the request, and answers with a policy.
        function: Given<String> = Text(&ANY_TEXT), Required("`function = \"…\"`"), EVERYWHERE, Elsewhere;
        /// The event that the function gets.
        r#type: Set<AuthorizerType> = Choice(AuthorizerType::CHOICES), default(Literal::Text("token")), EVERYWHERE,
            When(&[consequence(Other, AuthorizerWider, "the function decides by another event")]);
        /// Parts that a request must have, as API Gateway's mapping expressions. A request without one of them is answered 401,
        /// and the function is not invoked. A `token` authorizer has one header.
        identity_sources: Given<Vec<Placed<String>>> = Texts(&IDENTITY_SOURCE), Derived("`[\"method.request.header.Authorization\"]`"), EVERYWHERE,
            When(&[consequence(Less, AuthorizerWider, "the function decides about requests that were refused before")]);
        /// Regular expression that the whole token must match. Another token is answered 401, and the function is not invoked.
        /// `token` authorizers only.
        identity_validation_expression: Given<String> = Text(&VALIDATION_EXPRESSION), Nothing, EVERYWHERE,
            When(&[
                consequence(Removed, AuthorizerWider, "every token reaches the function"),
                consequence(Other, AuthorizerWider, "other tokens reach the function"),
            ]);
        /// Lifetime of the function's policy in the cache of API Gateway, by the identity sources. A policy in the cache decides
        /// about every route of the authorizer, also if it names one route only. Without a cache, the function decides about each
        /// request.
        ttl_seconds: Set<u32> = number(TTL_SECONDS, "seconds"), default(Literal::Number(0)), EVERYWHERE,
            When(&[consequence(More, TokenLifetimeLonger, "a policy of the function counts for longer, on every route of the authorizer")]);
    }
}
