# An API as many modules on the registry build one: a map of routes, a method for each, functions from a module.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

locals {
  routes = {
    "GET /orders"      = { path = "orders", function = "orders" }
    "POST /orders"     = { path = "orders", function = "orders" }
    "GET /orders/{id}" = { path = "orders/{id}", function = "orders" }
    "GET /health"      = { path = "health", function = "health", public = true }
    "ANY /{proxy+}"    = { path = "{proxy+}", function = "health", public = true }
  }

  functions = {
    orders = { table_actions = ["dynamodb:GetItem", "dynamodb:Query"] }
    health = { table_actions = [] }
  }
}

module "users" {
  source = "./modules/users"

  name = "orders"
}

resource "aws_dynamodb_table" "orders" {
  name                        = "orders"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "customer"
  deletion_protection_enabled = true

  attribute {
    name = "customer"
    type = "S"
  }
}

resource "aws_s3_bucket" "receipts" {
  bucket = "orders-receipts-0f3a"
}

resource "aws_s3_bucket_public_access_block" "receipts" {
  bucket                  = aws_s3_bucket.receipts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name          = "orders-${each.key}"
  table_actions = each.value.table_actions
  table_arn     = aws_dynamodb_table.orders.arn
}

module "api" {
  source = "./modules/api"

  name          = "orders"
  routes        = local.routes
  functions     = { for name, function in module.function : name => function.function }
  user_pool_arn = module.users.arn
}
