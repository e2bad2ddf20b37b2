//! The verbs of tables: what functions may do with their items.

use crate::uses::declaration::{Attribute, Declaration, Verb};

/// Tables. `Query` and `Scan` find items, and only a scan reads all of them. An update can create an item, and a put can
/// replace one. Neither deletes one.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>
pub static TABLES: Declaration = Declaration {
    key: "tables",
    noun: "table",
    example: "`[tables.orders]` with `partition_key = \"customer\"`",
    contents: "items of the table",
    verbs: &[
        Verb {
            name: "read",
            third: "reads",
            actions: &[
                "dynamodb:BatchGetItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:Query",
            ],
            causes_events: false,
            on_itself: true,
            on_parts: true,
            with_key: DECRYPT,
        },
        Verb {
            name: "scan",
            third: "scans",
            actions: &["dynamodb:Scan"],
            causes_events: false,
            on_itself: true,
            on_parts: true,
            with_key: DECRYPT,
        },
        Verb {
            name: "write",
            third: "writes",
            actions: &["dynamodb:PutItem", "dynamodb:UpdateItem"],
            causes_events: true,
            on_itself: true,
            on_parts: false,
            with_key: DECRYPT,
        },
        Verb {
            name: "delete",
            third: "deletes",
            actions: &["dynamodb:DeleteItem"],
            causes_events: true,
            on_itself: true,
            on_parts: false,
            with_key: DECRYPT,
        },
    ],
    // It writes and deletes many items. AWS asks for no other action then.
    together: &[("dynamodb:BatchWriteItem", &["write", "delete"])],
    attributes: &[Attribute::Name, Attribute::Arn, Attribute::StreamArn],
    is_global: false,
    arn: ["dynamodb", "table/"],
    variable: ["TABLE_", ""],
    variable_contains: Attribute::Name,
};

/// DynamoDB decrypts with the rights of the caller, also the key of a table that is written:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>
const DECRYPT: &[&str] = &["kms:Decrypt"];
