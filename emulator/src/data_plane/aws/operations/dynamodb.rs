//! DynamoDB.
//!
//! A batch has an action of its own. A transaction has none: each of its items needs the action that it would need by
//! itself: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>.
//!
//! PartiQL is not evaluated: the table would have to be read from its statements.

use serde_json::Value;

use super::super::call::{Call, text};
use crate::data_plane::iam::Need;

pub fn needs(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let table = |name: &str| call.arn("dynamodb", "table/", name);
    let on_table = || Some(vec![Need::new(action(operation), table(call.text("TableName")?))]);
    match operation {
        "GetItem"
        | "PutItem"
        | "UpdateItem"
        | "DeleteItem"
        | "DescribeTable"
        | "DescribeTimeToLive"
        | "UpdateTimeToLive"
        | "DescribeContinuousBackups"
        | "UpdateContinuousBackups"
        | "CreateTable"
        | "UpdateTable"
        | "DeleteTable" => on_table(),
        "Query" | "Scan" => match call.text("IndexName") {
            // Only the index: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-identity-based-policies.html>
            Some(index) => {
                let table = table(call.text("TableName")?);
                Some(vec![Need::new(
                    action(operation),
                    format!("{table}/index/{index}"),
                )])
            }
            None => on_table(),
        },
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = call.parameters["RequestItems"].as_object()?.keys();
            Some(
                tables
                    .map(|name| Need::new(action(operation), table(name)))
                    .collect(),
            )
        }
        "TransactGetItems" => items(call, |item| {
            Some(Need::new(
                "dynamodb:GetItem",
                table(text(item.get("Get")?, "TableName")?),
            ))
        }),
        "TransactWriteItems" => items(call, |item| {
            let (verb, values) = item.as_object().filter(|item| item.len() == 1)?.iter().next()?;
            let operation = match verb.as_str() {
                "Put" => "PutItem",
                "Update" => "UpdateItem",
                "Delete" => "DeleteItem",
                "ConditionCheck" => "ConditionCheckItem",
                _ => return None,
            };
            Some(Need::new(action(operation), table(text(values, "TableName")?)))
        }),
        "ListTables" => Some(vec![Need::new(action(operation), table("*"))]),
        "DescribeLimits" | "DescribeEndpoints" => Some(vec![Need::new(action(operation), "*")]),
        "ListTagsOfResource" | "TagResource" | "UntagResource" => {
            Some(vec![Need::new(action(operation), call.text("ResourceArn")?)])
        }
        _ => None,
    }
}

fn action(operation: &str) -> String {
    format!("dynamodb:{operation}")
}

/// The needs of all items of a transaction; none if one is not understood.
fn items(call: &Call, need: impl Fn(&Value) -> Option<Need>) -> Option<Vec<Need>> {
    call.parameters["TransactItems"]
        .as_array()?
        .iter()
        .map(need)
        .collect()
}
