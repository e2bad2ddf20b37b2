//! The keys of a route.

use crate::review::Meaning::Elsewhere;
use crate::routes::Auth;
use crate::spec::declaration::Absent::Required;
use crate::spec::declaration::Kind::{Choice, Text};
use crate::spec::declaration::{EVERYWHERE, Literal, default, keys};
use crate::spec::field::{Given, Set, Word};
use crate::text_rule::ANY_TEXT;

keys! {
    /// A route: `"METHOD /path" = { … }`. The method may be `ANY`. A path may hold parameters such as `{id}`, and may end
    /// with `{rest+}`.
    RouteTable {
        /// Name of the function that handles the route.
        function: Given<String> = Text(&ANY_TEXT), Required("`function = \"…\"`"), EVERYWHERE, Elsewhere;
        /// Who may call the route.
        auth: Set<Auth> = Choice(Auth::CHOICES), default(Literal::Text("user_pool")), EVERYWHERE, Elsewhere;
    }
}
