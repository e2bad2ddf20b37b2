//! Tests of the output of `generator::hcl`, as the real Terraform reads and formats it. No provider is started.
//!
//! Terraform takes most of a second to start, so that each test samples many cases first and asks once.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use portcullis_generator::hcl::{
    self, Expression, Structure, argument, block, call, commented, conditional, equal, lines, list, literal,
    object, reference, string, template, value,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use unicode_normalization::UnicodeNormalization;

/// Cases of a strategy, the same in every run: a failure here is one everywhere.
fn samples<T: std::fmt::Debug>(count: usize, strategy: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

/// Terraform in a folder; what it prints. Without Terraform these tests fail.
fn terraform(folder: &Path, arguments: &[&str], input: &str) -> (bool, String) {
    let script = folder.join("stdin");
    fs::write(&script, input).unwrap();
    let output = Command::new("terraform")
        .args(arguments)
        .current_dir(folder)
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::from(fs::File::open(&script).unwrap()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`terraform` is on the PATH: this test asks the real one (>= 1.11)")
        .output_in_time()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// Text made of what means something to HCL, to Terraform or to a terminal.
fn piece() -> impl Strategy<Value = String> {
    let of =
        |pieces: &[&str]| prop::sample::select(pieces.iter().map(ToString::to_string).collect::<Vec<_>>());
    prop_oneof![
        8 => of(&[
            "$", "%", "{", "}", "${", "%{", "$${", "%%{", "~", "\"", "\\", "\\u0024", "if", " ", "#", "//", "/*", "=",
            "<<EOT\n", "<", "&",
        ]),
        3 => of(&["\n", "\r", "\t", "\0", "\u{1}", "\u{1b}", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}"]),
        3 => of(&["é", "e\u{301}", "ß", "日本", "😀", "👨‍👩‍👧", "🇪🇺"]),
        3 => "[a-z0-9_.-]{1,6}",
    ]
}

/// Any text, most of it hostile.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![12 => piece(), 1 => any::<char>().prop_map(String::from), 1 => Just("\u{200d}".into())];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Any key whose width is that of its grapheme clusters. `terraform fmt` counts those of each token, and a token
/// ends behind a quote and a `$`: a joiner there is a cluster of its own. No spec holds such a key.
fn key(text: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let hostile = text.prop_map(|text| text.replace('\u{200d}', ""));
    let word = prop::sample::select(vec!["for", "true", "null", "in", "if", "each"]).prop_map(String::from);
    prop_oneof![5 => "[a-z_]{1,12}", 1 => word, 3 => hostile]
}

/// The strings that Terraform makes of expressions.
fn read_by_terraform(expressions: Vec<Expression>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let locals = block("locals", [])
        .attribute(argument("strings", lines(expressions)))
        .build();
    fs::write(folder.path().join("main.tf"), hcl::layout([locals])).unwrap();
    let (success, text) = terraform(
        folder.path(),
        &["console"],
        "base64encode(jsonencode(local.strings))\n",
    );
    assert!(success, "{text}");
    let json = BASE64_STANDARD
        .decode(text.trim().trim_matches('"'))
        .unwrap_or_else(|error| panic!("{error}: {text}"));
    serde_json::from_slice(&json).unwrap()
}

/// Terraform composes the characters of every string, and does nothing else to it.
fn composed(text: &str) -> String {
    text.nfc().collect()
}

fn assert_read_as(texts: &[String], expressions: impl Iterator<Item = Expression>) {
    let expressions: Vec<_> = expressions.collect();
    let printed: Vec<_> = expressions.iter().map(ToString::to_string).collect();
    for ((text, read), printed) in texts.iter().zip(read_by_terraform(expressions)).zip(printed) {
        assert_eq!(read, composed(text), "printed as {printed}");
    }
}

#[test]
fn terraform_reads_markers_behind_markers_as_they_were_written() {
    let texts = [
        "${a%${b}", "${a$${b}", "$${a}", "$$${a}", "%%%{if}", "$%{", "%${", "${${", "%{$%{", "${", "$",
        "${$", "$$", "100%",
    ]
    .map(String::from);
    assert_read_as(&texts, texts.iter().map(string));
}

#[test]
fn terraform_reads_any_string_as_it_was_written() {
    let texts = samples(3000, hostile_text());
    assert_read_as(&texts, texts.iter().map(string));
}

#[test]
fn terraform_reads_any_key_of_an_object_as_it_was_written() {
    let texts = samples(1500, hostile_text());
    let first_key = |key: &String| {
        let keys = call("keys", [object([(key.as_str(), string(""))])]);
        call("join", [string(""), keys])
    };
    assert_read_as(&texts, texts.iter().map(first_key));
}

#[test]
fn terraform_reads_the_literals_of_a_template_as_they_were_written() {
    let pieces = samples(1500, prop::collection::vec(hostile_text(), 1..5));
    let texts: Vec<_> = pieces.iter().map(|pieces| pieces.join("<value>")).collect();
    let templates = pieces.iter().map(|pieces| {
        let mut parts = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                parts.push(hcl::Part::Value(call("format", [string("<value>")])));
            }
            parts.push(literal(piece));
        }
        template(parts)
    });
    assert_read_as(&texts, templates);
}

/// An expression, and the same as `hcl-rs` reads it.
type Pair = (Expression, ::hcl::Expression);

fn split<A, B>(pairs: Vec<(A, B)>) -> (Vec<A>, Vec<B>) {
    pairs.into_iter().unzip()
}

fn called(name: &str, arguments: Vec<Pair>) -> Pair {
    let (arguments, read) = split(arguments);
    let mut function = ::hcl::expr::FuncCall::builder(name);
    for argument in read {
        function = function.arg(argument);
    }
    (call(name, arguments), function.build().into())
}

fn text_pair(text: String) -> Pair {
    (string(&text), text.into())
}

fn template_pair((before, after): (String, String)) -> Pair {
    // That a `$` in front of a value stays one is asked of Terraform itself.
    let before = before.trim_end_matches(['$', '%']);
    let ours = template([literal(before), value("var.x"), literal(&after)]);
    let x: ::hcl::Expression = "var.x".parse().unwrap();
    let read: ::hcl::Template = [
        ::hcl::template::Element::from(before),
        ::hcl::template::Interpolation::from(x).into(),
        ::hcl::template::Element::from(after),
    ]
    .into_iter()
    .collect();
    (ours, ::hcl::expr::TemplateExpr::from(read.to_string()).into())
}

/// An expression on one line.
fn one_line(text: BoxedStrategy<String>) -> impl Strategy<Value = Pair> {
    let leaf = prop_oneof![
        text.clone().prop_map(text_pair),
        any::<bool>().prop_map(|flag| (flag.into(), flag.into())),
        any::<i32>().prop_map(|number| (number.into(), number.into())),
        Just((Expression::null(), ::hcl::Expression::Null)),
        "([a-z]{1,9}|(var|module)\\.[a-z]{1,9}(\\[0\\])?(\\.[a-z]{1,9})?)"
            .prop_filter("a reference is no keyword", |path| !matches!(
                path.as_str(),
                "true" | "false" | "null" | "for" | "if" | "in"
            ))
            .prop_map(|path| (reference(&path), path.parse().unwrap())),
        (text.clone(), text).prop_map(template_pair),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| {
                let (items, read) = split(items);
                (list(items), read.into())
            }),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|arguments| called("format", arguments)),
            (inner.clone(), inner).prop_map(|((yes, read_yes), (no, read_no))| {
                let x: ::hcl::Expression = "var.x".parse().unwrap();
                (
                    conditional(reference("var.x"), yes, no),
                    ::hcl::expr::Conditional::new(x, read_yes, read_no).into(),
                )
            }),
        ]
    })
}

fn of_lines(items: Vec<Pair>) -> Pair {
    let (items, read) = split(items);
    (lines(items), read.into())
}

fn of_entries(entries: std::collections::BTreeMap<String, (Pair, Option<String>)>) -> Pair {
    let mut read = ::hcl::expr::Object::new();
    let entries = entries.into_iter().map(|(key, ((value, read_value), comment))| {
        let is_bare = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !matches!(key.as_str(), "for" | "true" | "false" | "null");
        let read_key = if is_bare {
            ::hcl::expr::ObjectKey::Identifier(::hcl::Identifier::unchecked(&key))
        } else {
            ::hcl::expr::ObjectKey::Expression(key.clone().into())
        };
        read.insert(read_key, read_value);
        (key, under(value, comment))
    });
    (object(entries.collect::<Vec<_>>()), read.into())
}

/// Any expression: lists and objects of many lines hold others, and may be the last argument of a call.
fn expression(text: BoxedStrategy<String>) -> impl Strategy<Value = Pair> {
    let one_line = one_line(text.clone()).boxed();
    one_line.clone().prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(of_lines),
            prop::collection::btree_map(key(text.clone()), (inner.clone(), comment()), 0..6)
                .prop_map(of_entries),
            (prop::collection::vec(one_line.clone(), 0..2), inner.clone()).prop_map(
                |(mut arguments, last)| {
                    arguments.push(last);
                    called("merge", arguments)
                }
            ),
            prop::collection::vec(inner, 0..4).prop_map(|right| {
                let (right, read) = called("toset", vec![of_lines(right)]);
                let x: ::hcl::Expression = "var.x".parse().unwrap();
                let read = ::hcl::expr::BinaryOp::new(x, ::hcl::expr::BinaryOperator::Eq, read);
                (
                    equal(reference("var.x"), right),
                    ::hcl::expr::Operation::Binary(read).into(),
                )
            }),
        ]
    })
}

fn comment() -> impl Strategy<Value = Option<String>> {
    prop::option::weighted(0.3, "[a-z $#{}]{1,20}(\n[a-zé]{0,9})?")
}

fn under<T: hcl::Comment>(item: T, comment: Option<String>) -> T {
    match comment {
        Some(comment) => commented(item, &comment),
        None => item,
    }
}

/// An argument or a block, and the same as `hcl-rs` reads it.
type Part = (Structure, ::hcl::Structure);

/// A body of a file: arguments, then blocks that hold bodies; strings are of `text`.
fn body(text: BoxedStrategy<String>) -> impl Strategy<Value = Vec<Part>> {
    let name = || prop_oneof![4 => "[a-z]{1,14}", 1 => Just("source".into()), 1 => Just("depends_on".into())];
    let attribute = (name(), expression(text), comment()).prop_map(|(name, (value, read), comment)| {
        let read = ::hcl::Attribute::new(name.as_str(), read).into();
        (under(argument(name, value), comment).into(), read)
    });
    // A name stands once in a body.
    let unique = |parts: Vec<Part>| {
        let mut seen = std::collections::BTreeSet::new();
        let parts = parts.into_iter().filter(|(_, read)| match read {
            ::hcl::Structure::Attribute(attribute) => seen.insert(attribute.key().to_string()),
            ::hcl::Structure::Block(_) => true,
        });
        parts.collect::<Vec<_>>()
    };
    prop::collection::vec(attribute, 0..6)
        .prop_map(unique)
        .prop_recursive(3, 24, 4, move |inner| {
            let block = (
                name(),
                prop::collection::vec("[a-z_-]{1,9}", 0..3),
                inner.clone(),
                comment(),
            )
                .prop_map(|(kind, labels, body, comment)| {
                    let (body, read) = split(body);
                    let block = block(&kind, labels.iter().map(String::as_str))
                        .structures(body)
                        .build();
                    let read = ::hcl::Block::builder(kind.as_str())
                        .add_labels(labels)
                        .add_structures(read)
                        .build();
                    (under(block, comment).into(), read.into())
                });
            (inner, prop::collection::vec(block, 0..4))
                .prop_map(move |(body, blocks)| unique(body.into_iter().chain(blocks).collect()))
        })
}

#[test]
fn terraform_fmt_leaves_any_layout_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (index, body) in samples(400, body(hostile_text().boxed())).into_iter().enumerate() {
        let (body, _) = split(body);
        fs::write(folder.path().join(format!("{index}.tf")), hcl::layout(body)).unwrap();
    }
    let (success, text) = terraform(folder.path(), &["fmt", "-check", "-diff", "-no-color"], "");
    let shown: Vec<_> = text.lines().take(60).collect();
    assert!(success, "{}", shown.join("\n"));
}

/// hcl-rs keeps a literal with an escaped `${` as a template, so that no text here has one.
#[test]
fn a_second_reader_finds_what_was_built() {
    let text = hostile_text().prop_map(|text| text.replace('{', "(")).boxed();
    for body in samples(400, body(text)) {
        let (body, expected) = split(body);
        let text = hcl::layout(body);
        let read = ::hcl::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read, ::hcl::Body::from(expected), "{text}");
    }
}
