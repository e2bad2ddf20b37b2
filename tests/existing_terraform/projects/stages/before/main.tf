# One API with two stages. A stage variable chooses the alias of the function, and a usage plan throttles one stage.

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

resource "aws_iam_role" "prices" {
  name               = "prices"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}

resource "aws_lambda_function" "prices" {
  function_name = "prices"
  role          = aws_iam_role.prices.arn
  filename      = "${path.module}/code.zip"
  handler       = "prices.handler"
  runtime       = "python3.13"
}

resource "aws_lambda_alias" "this" {
  for_each = toset(["live", "test"])

  name             = each.key
  function_name    = aws_lambda_function.prices.function_name
  function_version = "$LATEST"
}

resource "aws_lambda_permission" "this" {
  for_each = aws_lambda_alias.this

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.prices.function_name
  qualifier     = each.value.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.prices.execution_arn}/${each.key}/GET/prices"
}

resource "aws_api_gateway_rest_api" "prices" {
  name = "prices"
}

resource "aws_api_gateway_resource" "prices" {
  rest_api_id = aws_api_gateway_rest_api.prices.id
  parent_id   = aws_api_gateway_rest_api.prices.root_resource_id
  path_part   = "prices"
}

resource "aws_api_gateway_method" "prices" {
  rest_api_id      = aws_api_gateway_rest_api.prices.id
  resource_id      = aws_api_gateway_resource.prices.id
  http_method      = "GET"
  authorization    = "NONE"
  api_key_required = true
}

resource "aws_api_gateway_integration" "prices" {
  rest_api_id             = aws_api_gateway_rest_api.prices.id
  resource_id             = aws_api_gateway_resource.prices.id
  http_method             = aws_api_gateway_method.prices.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:${data.aws_caller_identity.this.account_id}:function:prices:$${stageVariables.alias}/invocations"
}

resource "aws_api_gateway_deployment" "prices" {
  rest_api_id = aws_api_gateway_rest_api.prices.id
  triggers    = { method = jsonencode(aws_api_gateway_method.prices.api_key_required) }
  depends_on  = [aws_api_gateway_integration.prices]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.prices.id
  deployment_id = aws_api_gateway_deployment.prices.id
  stage_name    = "live"
  variables     = { alias = "live" }
}

resource "aws_api_gateway_stage" "test" {
  rest_api_id   = aws_api_gateway_rest_api.prices.id
  deployment_id = aws_api_gateway_deployment.prices.id
  stage_name    = "test"
  variables     = { alias = "test" }
}

resource "aws_api_gateway_api_key" "partner" {
  name = "partner"
}

resource "aws_api_gateway_usage_plan" "partners" {
  name = "partners"

  api_stages {
    api_id = aws_api_gateway_rest_api.prices.id
    stage  = aws_api_gateway_stage.live.stage_name
  }

  throttle_settings {
    burst_limit = 10
    rate_limit  = 5
  }
}

resource "aws_api_gateway_usage_plan_key" "partner" {
  key_id        = aws_api_gateway_api_key.partner.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.partners.id
}
