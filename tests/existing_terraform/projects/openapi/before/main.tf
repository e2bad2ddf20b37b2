# One OpenAPI body from a template. ARNs are made of names, so that a new function leaves the body known.

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

data "aws_caller_identity" "this" {}

locals {
  account = data.aws_caller_identity.this.account_id
  prefix  = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:${local.account}:function"
}

resource "aws_cognito_user_pool" "readers" {
  name = "readers"
}

resource "aws_iam_role" "books" {
  name               = "books"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}

resource "aws_lambda_function" "books" {
  function_name = "books"
  role          = aws_iam_role.books.arn
  filename      = "${path.module}/code.zip"
  handler       = "books.handler"
  runtime       = "python3.13"
  publish       = true
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.books.function_name
  function_version = aws_lambda_function.books.version
}

resource "aws_lambda_permission" "live" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.books.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.books.execution_arn}/*"
}

resource "aws_api_gateway_rest_api" "books" {
  name = "books"
  body = templatefile("${path.module}/api.yaml.tftpl", {
    pool  = aws_cognito_user_pool.readers.arn
    books = "${local.prefix}:books:live/invocations"
  })
}

resource "aws_api_gateway_deployment" "books" {
  rest_api_id = aws_api_gateway_rest_api.books.id
  triggers    = { body = sha1(aws_api_gateway_rest_api.books.body) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "v1" {
  rest_api_id   = aws_api_gateway_rest_api.books.id
  deployment_id = aws_api_gateway_deployment.books.id
  stage_name    = "v1"
}
