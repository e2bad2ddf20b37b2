//! Layout: from a body to the text that `terraform fmt` would leave alone.
//!
//! One invariant makes this safe: only white space is set here. Indentation is two spaces a level, `=` is aligned
//! over consecutive one-line arguments, nested blocks stand behind a blank line, objects and lists with a trailing
//! comma take a line an entry. `terraform fmt` itself is the judge: the golden trees and random ones must come
//! through it unchanged.

use hcl_edit::expr::{Array, Expression, Object, ObjectValueTerminator};
use hcl_edit::structure::{Attribute, Body, Structure};
use hcl_edit::{Decor, Decorate, RawString};
use unicode_segmentation::UnicodeSegmentation;

use portcullis_foreign_text::words;

/// Arguments that Terraform's style guide sets apart: <https://developer.hashicorp.com/terraform/language/style>.
const LEADING: [&str; 3] = ["source", "count", "for_each"];
const TRAILING: [&str; 1] = ["depends_on"];

/// The text of a file. Blocks stand one blank line apart. Nothing in it is hidden from who reviews it: HCL and we write a
/// character by its number alike, and only strings and comments can hold such a one.
pub fn layout(mut body: Body) -> String {
    lay_out_body(&mut body, 0);
    words::lines(&body.to_string())
}

fn lay_out_body(body: &mut Body, depth: usize) {
    let indent = "  ".repeat(depth);
    // Runs of one-line arguments whose `=` is aligned: each with its index and the width of its name.
    let mut chains: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
    let mut sets_apart = false;
    for index in 0..body.len() {
        let structure = body.get_mut(index).expect("the index is below the length");
        let comment = comment_lines(structure.decor());
        let name = structure
            .as_attribute()
            .map(|attribute| attribute.key.as_str().to_string());
        let is_one_of = |names: &[&str]| name.as_deref().is_some_and(|name| names.contains(&name));
        let blank = index > 0 && (structure.is_block() || is_one_of(&TRAILING) || sets_apart);
        sets_apart = structure.is_block() || is_one_of(&LEADING);
        let mut prefix = String::from(if blank { "\n" } else { "" });
        for line in &comment {
            prefix.push_str(&format!("{indent}{line}\n"));
        }
        prefix.push_str(&indent);
        structure.decor_mut().set_prefix(prefix);
        if blank || !comment.is_empty() {
            chains.push(Vec::new());
        }
        match structure {
            Structure::Attribute(attribute) => {
                attribute.value.decor_mut().set_prefix(" ");
                set_padding(attribute, 1);
                if lay_out_expression(&mut attribute.value, depth) {
                    let width = attribute.key.as_str().len();
                    chains
                        .last_mut()
                        .expect("there is always a chain")
                        .push((index, width));
                } else {
                    chains.push(Vec::new());
                }
            }
            Structure::Block(block) => {
                lay_out_body(&mut block.body, depth + 1);
                let is_empty = block.body.is_empty();
                block
                    .body
                    .decor_mut()
                    .set_suffix(if is_empty { "" } else { indent.as_str() });
                block.body.set_prefer_oneline(is_empty);
            }
        }
    }
    for chain in chains {
        let widest = chain.iter().map(|(_, width)| *width).max().unwrap_or(0);
        for (index, width) in chain {
            if let Some(Structure::Attribute(attribute)) = body.get_mut(index) {
                set_padding(attribute, widest - width + 1);
            }
        }
    }
}

fn set_padding(attribute: &mut Attribute, spaces: usize) {
    attribute.key.decor_mut().set_suffix(" ".repeat(spaces));
}

/// The comment above something, as its constructor or an earlier layout left it.
fn comment_lines(decor: &Decor) -> Vec<String> {
    let prefix = decor.prefix().map(|raw| &**raw).unwrap_or_default();
    prefix
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .map(str::to_string)
        .collect()
}

/// Sets the layout of an expression whose line is indented by `depth` levels; whether it stays on one line.
fn lay_out_expression(expression: &mut Expression, depth: usize) -> bool {
    match expression {
        Expression::Array(array) => lay_out_array(array, depth),
        Expression::Object(object) => lay_out_object(object, depth),
        Expression::FuncCall(call) => {
            let mut one_line = true;
            for (index, argument) in call.args.iter_mut().enumerate() {
                argument.decor_mut().set_prefix(if index == 0 { "" } else { " " });
                one_line &= lay_out_expression(argument, depth);
            }
            one_line
        }
        Expression::BinaryOp(operation) => {
            let left = lay_out_expression(&mut operation.lhs_expr, depth);
            lay_out_expression(&mut operation.rhs_expr, depth) && left
        }
        _ => true,
    }
}

fn lay_out_array(array: &mut Array, depth: usize) -> bool {
    if array.is_empty() {
        array.set_trailing_comma(false);
        array.set_trailing("");
        return true;
    }
    if !array.trailing_comma() {
        let mut one_line = true;
        for (index, item) in array.iter_mut().enumerate() {
            item.decor_mut().set_prefix(if index == 0 { "" } else { " " });
            one_line &= lay_out_expression(item, depth);
        }
        return one_line;
    }
    let inner = "  ".repeat(depth + 1);
    for item in array.iter_mut() {
        item.decor_mut().set_prefix(format!("\n{inner}"));
        lay_out_expression(item, depth + 1);
    }
    array.set_trailing(format!("\n{}", "  ".repeat(depth)));
    false
}

fn lay_out_object(object: &mut Object, depth: usize) -> bool {
    if object.is_empty() {
        object.set_trailing("");
        return true;
    }
    let inner = "  ".repeat(depth + 1);
    let count = object.len();
    let mut widths = Vec::with_capacity(count);
    let mut chains: Vec<Vec<usize>> = vec![Vec::new()];
    for (index, (mut key, value)) in object.iter_mut().enumerate() {
        let comment = comment_lines(key.decor());
        key.decor_mut().clear();
        let text = match key.get() {
            hcl_edit::expr::ObjectKey::Ident(ident) => ident.as_str().to_string(),
            hcl_edit::expr::ObjectKey::Expression(expression) => expression.to_string(),
        };
        widths.push(words::lines(&text).graphemes(true).count());
        let mut prefix = String::from(if index == 0 { "\n" } else { "" });
        for line in &comment {
            prefix.push_str(&format!("{inner}{line}\n"));
        }
        prefix.push_str(&inner);
        key.decor_mut().set_prefix(prefix);
        if !comment.is_empty() {
            chains.push(Vec::new());
        }
        value.expr_mut().decor_mut().set_prefix(" ");
        let one_line = lay_out_expression(value.expr_mut(), depth + 1);
        value.set_terminator(ObjectValueTerminator::Newline);
        if one_line {
            chains.last_mut().expect("there is always one chain").push(index);
        } else {
            chains.push(Vec::new());
        }
    }
    let mut padding = vec![1; count];
    for chain in &chains {
        let widest = chain.iter().map(|index| widths[*index]).max().unwrap_or(0);
        for index in chain {
            padding[*index] = widest - widths[*index] + 1;
        }
    }
    for (index, (mut key, _)) in object.iter_mut().enumerate() {
        key.decor_mut()
            .set_suffix(RawString::from(" ".repeat(padding[index])));
    }
    object.set_trailing("  ".repeat(depth));
    false
}
