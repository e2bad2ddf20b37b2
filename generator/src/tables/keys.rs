//! The keys of `[tables.NAME]`.

use crate::diagnostic::Diagnostics;
use crate::resources::dynamodb_table::{ATTRIBUTE, CAPACITY, INDEX_NAME, KEY_ATTRIBUTE};
use crate::resources::kms_key::KEY_ARN;
use crate::review::ChangeKind::{BackupsOff, ItemsExpire};
use crate::review::Direction::{Added, Less, Other};
use crate::review::Meaning::{Elsewhere, Harmless, When};
use crate::review::consequence;
use crate::spec::declaration::Absent::{Derived, Nothing, Required};
use crate::spec::declaration::Kind::{self, Choice, Flag, Tables, Text, TextOrTable, Texts};
use crate::spec::declaration::{EVERYWHERE, Form, Key, Literal, PER_ENVIRONMENT, default, keys, number};
use crate::spec::expected::Expected;
use crate::spec::field::{Given, Keys, Placed, Scalar, Set, Word};
use crate::spec::{Value, keep};
use crate::tables::{Stream, Type};
use crate::text_rule::{ANY_TEXT, TextRule};

/// The word for a table without fixed capacity.
static ON_DEMAND: TextRule = TextRule {
    must_be: "`on_demand`",
    help: "write `capacity = \"on_demand\"`, or a table such as `capacity = { read = 5, write = 5 }`",
    check: |text| text == "on_demand",
    pattern: "^on_demand$",
};

keys! {
    /// A DynamoDB table. It is called `<service>-<environment>-<name>` in AWS. AWS refuses to delete it unless the
    /// environment sets `deletion_protection = false`.
    TableTable {
        /// The attribute that items are found by. Another one replaces the table: every item is lost.
        partition_key: Given<KeyTable> = TextOrTable(&KEY_ATTRIBUTE, &KeyTable::TABLE),
            Required("`partition_key = \"customer\"`"), EVERYWHERE, Elsewhere;
        /// The attribute that items of a partition are sorted by. Another one replaces the table: every item is lost.
        sort_key: Given<KeyTable> = TextOrTable(&KEY_ATTRIBUTE, &KeyTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// Other keys to find items by.
        indexes: Vec<(Placed<String>, IndexTable)> =
            Tables { noun: "index", names: &INDEX_NAME, table: &IndexTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// The attribute with the time, in seconds since 1970, after which DynamoDB deletes an item.
        expires_at: Given<String> = Text(&KEY_ATTRIBUTE), Nothing, EVERYWHERE, When(&[
            consequence(Added, ItemsExpire, "DynamoDB **deletes** items whose time is over"),
            consequence(Other, ItemsExpire, "DynamoDB **deletes** items whose time in the other attribute is over"),
        ]);
        /// Parts of a changed item that the table's stream contains. Without it, the table has no stream.
        stream: Given<Stream> = Choice(Stream::CHOICES), Nothing, EVERYWHERE, Harmless;
        /// Fixed capacity, or `"on_demand"`: you pay for each request.
        capacity: Given<CapacityTable> = TextOrTable(&ON_DEMAND, &CapacityTable::TABLE), Derived("`on_demand`"), PER_ENVIRONMENT,
            Elsewhere;
        /// The table can be restored to any second of the past 35 days.
        point_in_time_recovery: Set<bool> = Flag, default(Literal::Flag(true)), PER_ENVIRONMENT,
            When(&[consequence(Less, BackupsOff, "AWS **deletes** the backups of the past 35 days")]);
        /// The only callers that may reach the table: `"user_pool"`, or routes such as `["GET /orders"]`. Everything
        /// that functions do by `uses` and `may` counts. Without it, every route may. See [Reach](../data.md#reach).
        reachable_by: Given<Vec<Placed<String>>> = Kind::TextOrTexts(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// ARN of the KMS key that encrypts the table. Without it, DynamoDB encrypts with a key of its own.
        kms_key: Given<String> = Text(&KEY_ARN), Nothing, PER_ENVIRONMENT, Harmless;
    }
}

keys! {
    /// An attribute of a key.
    KeyTable {
        /// Name of the attribute.
        name: Given<String> = Text(&KEY_ATTRIBUTE), Required("`name = \"customer\"`"), EVERYWHERE, Elsewhere;
        /// Type of the attribute, which is the same wherever it is a key. Once is enough.
        r#type: Set<Type> = Choice(Type::CHOICES), default(Literal::Text("text")), EVERYWHERE, Elsewhere;
    }
}

keys! {
    /// A global index of a table. It contains the items that have its keys, and DynamoDB updates it shortly after the table.
    IndexTable {
        /// The attribute that items are found by. Another one rebuilds the index.
        partition_key: Given<KeyTable> = TextOrTable(&KEY_ATTRIBUTE, &KeyTable::TABLE),
            Required("`partition_key = \"status\"`"), EVERYWHERE, Elsewhere;
        /// The attribute that items of a partition are sorted by. Another one rebuilds the index.
        sort_key: Given<KeyTable> = TextOrTable(&KEY_ATTRIBUTE, &KeyTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// The attributes that the index contains beside keys: all of them, or these. Other ones rebuild the index.
        attributes: Given<Vec<Placed<String>>> = Texts(&ATTRIBUTE), Derived("all"), EVERYWHERE, Elsewhere;
        /// Fixed capacity of the index, if the table has fixed capacity.
        capacity: Option<CapacityTable> = Kind::Table(&CapacityTable::TABLE), Derived("that of the table"), EVERYWHERE,
            Elsewhere;
    }
}

keys! {
    /// Fixed capacity of a table or an index.
    CapacityTable {
        /// Reads of 4 KB a second.
        read: Given<u32> = number(CAPACITY, "units"), Required("`read = 5`"), EVERYWHERE, Harmless;
        /// Writes of 1 KB a second.
        write: Given<u32> = number(CAPACITY, "units"), Required("`write = 5`"), EVERYWHERE, Harmless;
    }
}

/// A key's attribute may be written as its name.
impl Scalar for KeyTable {
    const FORM: Form = Form::TextOrTable;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let expected = Expected::OneOf {
            noun: "a string, or a table such as `{ name = \"number\", type = \"number\" }`",
            example: "\"number\"",
        };
        text_or_table(value, key, expected, diagnostics, |text| Self {
            span: value.span(),
            name: Given {
                span: Some(value.span()),
                value: Some(text.into()),
            },
            ..Self::absent()
        })
    }

    fn literal(_: Literal) -> Option<Self> {
        None
    }
}

/// No capacity is fixed by a word, so that an environment can say so.
impl Scalar for CapacityTable {
    const FORM: Form = Form::TextOrTable;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let expected = Expected::OneOf {
            noun: "`\"on_demand\"`, or a table such as `{ read = 5, write = 5 }`",
            example: "{ read = 5, write = 5 }",
        };
        text_or_table(value, key, expected, diagnostics, |_| Self {
            span: value.span(),
            ..Self::absent()
        })
    }

    fn literal(_: Literal) -> Option<Self> {
        None
    }
}

/// Reads a table, or a text that stands for one. `expected` says what a value of another type must be.
fn text_or_table<T: Keys>(
    value: &Value<'_>,
    key: &Key,
    expected: Expected,
    diagnostics: &mut Diagnostics,
    of_text: impl FnOnce(&str) -> T,
) -> Option<T> {
    let Kind::TextOrTable(rule, _) = &key.kind else {
        return None;
    };
    if let Some(mut reader) = value.table() {
        let table = T::read(&mut reader, diagnostics);
        reader.finish(diagnostics);
        return Some(table);
    }
    let Some(text) = value.text() else {
        diagnostics.push(value.wrong_type(key, expected));
        return None;
    };
    let subject = format!("`{}`", key.name);
    keep(rule, &subject, text, value.span(), diagnostics).then(|| of_text(text))
}
