//! `restock` writes the products of its event to the table. A schedule invokes it, and the spec has the products.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

/// A product of the catalogue.
#[derive(Serialize, Deserialize)]
struct Product {
    id: String,
    name: String,
    price_cents: u32,
    pieces: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = database::client().await;
    let table = database::table("TABLE_PRODUCTS")?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Vec<Product>>| {
        for product in &event.payload {
            let put = client.put_item().table_name(&table);
            put.set_item(Some(serde_dynamo::to_item(product)?)).send().await?;
        }
        Ok::<_, Error>(event.payload.len())
    }))
    .await
}
