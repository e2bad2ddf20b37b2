# A public shop and an API for the staff in one root, with a function that both may use.

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

resource "aws_cognito_user_pool" "staff" {
  name = "staff"

  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}

resource "aws_iam_role" "functions" {
  name               = "shop-functions"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}

resource "aws_lambda_function" "this" {
  for_each = toset(["catalogue", "reports"])

  function_name = each.key
  role          = aws_iam_role.functions.arn
  filename      = "${path.module}/code.zip"
  handler       = "${each.key}.handler"
  runtime       = "python3.13"
}
