//! `orders` places an order (`POST`) and lists the orders (`GET`) of the signed-in user.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use lambda_http::{
    Request,
    http::{Method, StatusCode},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{Claims, Refusal};

/// The body of `POST /orders`.
#[derive(Deserialize)]
struct Wanted {
    product: String,
    pieces: u32,
}

/// An order, as it is in the table.
#[derive(Serialize, Deserialize)]
struct Order {
    /// The customer's `sub` in the user pool, which never changes.
    customer: String,
    /// Nanoseconds since 1970 as text of a fixed length, so that DynamoDB sorts by time.
    placed_at: String,
    product: String,
    pieces: u32,
}

struct Tables {
    client: Client,
    orders: String,
    products: String,
}

impl Tables {
    async fn answer(&self, request: Request) -> Result<Value, Refusal> {
        let claims = Claims::of(&request)?;
        let customer = claims.sub.ok_or("the token has no `sub`")?;
        match *request.method() {
            Method::POST => self.place(customer, &request).await,
            _ => self.list(customer).await,
        }
    }

    async fn place(&self, customer: String, request: &Request) -> Result<Value, Refusal> {
        let wanted = wanted(request.body())?;
        let product = self.client.get_item().table_name(&self.products);
        let product = product
            .key("id", AttributeValue::S(wanted.product.clone()))
            .send()
            .await?;
        if product.item.is_none() {
            return Err(Refusal::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "unknown `product`",
            ));
        }
        let order = Order {
            customer,
            placed_at: format!("{:020}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos()),
            product: wanted.product,
            pieces: wanted.pieces,
        };
        let put = self.client.put_item().table_name(&self.orders);
        put.set_item(Some(serde_dynamo::to_item(&order)?)).send().await?;
        Ok(json!(order))
    }

    async fn list(&self, customer: String) -> Result<Value, Refusal> {
        let found = self.client.query().table_name(&self.orders);
        let found = found
            .key_condition_expression("customer = :customer")
            .expression_attribute_values(":customer", AttributeValue::S(customer))
            .scan_index_forward(false)
            .limit(20);
        let items = found.send().await?.items.unwrap_or_default();
        let orders: Vec<Order> = serde_dynamo::from_items(items)?;
        Ok(json!(orders))
    }
}

fn wanted(body: &[u8]) -> Result<Wanted, Refusal> {
    let invalid = |error| Refusal::new(StatusCode::BAD_REQUEST, error);
    let wanted: Wanted = serde_json::from_slice(body).map_err(|error| invalid(error.to_string()))?;
    if !(1..=100).contains(&wanted.pieces) {
        return Err(invalid("`pieces` must be between 1 and 100".to_owned()));
    }
    Ok(wanted)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let tables = Tables {
        client: database::client().await,
        orders: database::table("TABLE_ORDERS")?,
        products: database::table("TABLE_PRODUCTS")?,
    };
    shared::run(|request| tables.answer(request)).await
}
