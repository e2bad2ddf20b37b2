//! `catalogue` shows products. API Gateway hands it every path under `/catalogue`, and axum routes on from there.

use std::sync::Arc;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use serde::{Deserialize, Serialize};

/// A product of the catalogue.
#[derive(Serialize, Deserialize)]
struct Product {
    id: String,
    name: String,
    price_cents: u32,
    pieces: i64,
}

struct Products {
    client: Client,
    table: String,
}

/// A status with a message, or the message alone in the log.
type Refusal = (StatusCode, &'static str);

fn failed(error: impl std::fmt::Debug) -> Refusal {
    eprintln!("error: {error:?}");
    (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
}

async fn all(State(products): State<Arc<Products>>) -> Result<Json<Vec<Product>>, Refusal> {
    let found = products.client.scan().table_name(&products.table).limit(100);
    let found = found.send().await.map_err(failed)?;
    let mut all: Vec<Product> = serde_dynamo::from_items(found.items.unwrap_or_default()).map_err(failed)?;
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Json(all))
}

async fn one(
    State(products): State<Arc<Products>>,
    Path(id): Path<String>,
) -> Result<Json<Product>, Refusal> {
    let found = products.client.get_item().table_name(&products.table);
    let found = found
        .key("id", AttributeValue::S(id))
        .send()
        .await
        .map_err(failed)?;
    let item = found
        .item
        .ok_or((StatusCode::NOT_FOUND, "no product has this id"))?;
    Ok(Json(serde_dynamo::from_item(item).map_err(failed)?))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let products = Arc::new(Products {
        client: database::client().await,
        table: database::table("TABLE_PRODUCTS")?,
    });
    // The path is the one in portcullis.toml, without the stage.
    let router = Router::new()
        .route("/catalogue", get(all))
        .route("/catalogue/{id}", get(one))
        .with_state(products);
    lambda_http::run(router).await
}
