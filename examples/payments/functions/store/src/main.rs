//! `store` writes the payment of each message to the table, once.
//!
//! The provider may send an event twice, and SQS may deliver a message twice. So an item is written only if the table has
//! none with its id: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html>

use aws::Payment;
use aws_sdk_dynamodb::{Client, operation::put_item::PutItemError};
use shared::{Error, Message};

async fn store(client: &Client, table: &str, message: Message) -> Result<(), Error> {
    let payment: Payment = serde_json::from_str(&message.body)?;
    let put = client.put_item().table_name(table);
    let put = put.condition_expression("attribute_not_exists(id)");
    let put = put.set_item(Some(serde_dynamo::to_item(&payment)?)).send().await;
    let is_stored = |error: &PutItemError| error.is_conditional_check_failed_exception();
    match put {
        Err(error) if error.as_service_error().is_some_and(is_stored) => {
            eprintln!("`{}` is already stored", payment.id);
            Ok(())
        }
        other => Ok(other.map(drop)?),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::new(&aws::config().await);
    let table = aws::variable("TABLE_PAYMENTS")?;
    shared::run_batches(|message| store(&client, &table, message)).await
}
