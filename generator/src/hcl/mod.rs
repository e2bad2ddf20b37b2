//! HCL as the modules make it: blocks of arguments, and expressions, which are text.
//!
//! Everything that comes from a spec enters through [`string`], a part of a [`template`] or an object's key, and is escaped
//! there. So a line break in an expression is always one between its tokens, and [`layout()`] may indent its lines.

mod aligned;
mod block;
mod expression;
mod layout;

pub use block::{
    Attribute, Block, BlockBuilder, Comment, Structure, argument, block, commented, precondition,
};
pub use expression::{
    Expression, Part, call, conditional, equal, expression, is_one_of, json, lines, list, literal, object,
    reference, string, template, to_set, value,
};
pub use layout::{layout, layout_below, layout_without};
