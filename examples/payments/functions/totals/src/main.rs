//! `totals` adds up the payments of each currency. A schedule invokes it, and its log has the sums.

use std::collections::BTreeMap;

use aws::Payment;
use aws_sdk_dynamodb::Client;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

async fn totals(client: &Client, table: &str) -> Result<BTreeMap<String, u64>, Error> {
    let scan = client.scan().table_name(table).consistent_read(true);
    let mut pages = scan.into_paginator().items().send();
    let mut totals = BTreeMap::new();
    while let Some(item) = pages.try_next().await? {
        let payment: Payment = serde_dynamo::from_item(item)?;
        *totals.entry(payment.currency).or_default() += payment.cents;
    }
    eprintln!("{totals:?}");
    Ok(totals)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::new(&aws::config().await);
    let table = aws::variable("TABLE_PAYMENTS")?;
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| {
        totals(&client, &table).await
    }))
    .await
}
