//! The keys of `[own]`.

use crate::review::Meaning::Harmless;
use crate::spec::Placed;
use crate::spec::declaration::Absent::Nothing;
use crate::spec::declaration::Kind::Texts;
use crate::spec::declaration::{EVERYWHERE, keys};
use crate::spec::field::Given;
use crate::text_rule::TextRule;

/// The name of an output in Terraform: <https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers>.
/// Terraform allows more, which no reference can contain.
static OUTPUT: TextRule = TextRule {
    must_be: "a letter, then at most 63 letters, digits, `-` and `_`",
    help: "use the name of an `output` in `terraform/modules/own`",
    check: |text| crate::text_rule::is_name(text, 64),
    pattern: "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
};

keys! {
    /// Hand-written Terraform in `terraform/modules/own`, which the service calls and Portcullis never writes. See
    /// [Resources of your own](../own-resources.md).
    OwnTable {
        /// Outputs of the module that this file names, as in `${own.orders_table}`.
        outputs: Given<Vec<Placed<String>>> = Texts(&OUTPUT), Nothing, EVERYWHERE, Harmless;
    }
}
