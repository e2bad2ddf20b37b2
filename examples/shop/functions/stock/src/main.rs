//! `stock` takes the pieces of each new order from the stock.
//!
//! A stream may deliver a record twice. The record's id is the token of the transaction, so DynamoDB takes the pieces
//! only once within ten minutes:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, TransactWriteItem, Update},
};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;

/// The part of an order that the stock needs.
#[derive(Deserialize)]
struct Order {
    product: String,
    pieces: u32,
}

async fn take(client: &Client, table: &str, record: &EventRecord) -> Result<(), Error> {
    let order: Order = serde_dynamo::from_item(record.change.new_image.clone())?;
    let update = Update::builder()
        .table_name(table)
        .key("id", AttributeValue::S(order.product))
        .update_expression("SET pieces = pieces - :pieces")
        .expression_attribute_values(":pieces", AttributeValue::N(order.pieces.to_string()))
        .build()?;
    let transaction = client
        .transact_write_items()
        .client_request_token(&record.event_id);
    let item = TransactWriteItem::builder().update(update).build();
    transaction.transact_items(item).send().await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = database::client().await;
    let table = database::table("TABLE_PRODUCTS")?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Event>| {
        let mut response = DynamoDbEventResponse::default();
        for record in &event.payload.records {
            if let Err(error) = take(&client, &table, record).await {
                eprintln!("error: record {}: {error}", record.event_id);
                // Lambda tries this record and all later ones again.
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = record.change.sequence_number.clone();
                response.batch_item_failures.push(failure);
                break;
            }
        }
        Ok::<_, Error>(response)
    }))
    .await
}
