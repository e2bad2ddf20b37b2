variable "service" {
  type = object({
    name        = string
    environment = string
    functions   = map(object({ name = string, role_name = string, arn = string }))
    rest_api    = object({ id = string, stage = string })
    user_pool   = object({ id = string, arn = string })
  })
}

data "aws_caller_identity" "current" {}

data "aws_service" "dynamodb" {
  service_id = "dynamodb"
}

locals {
  table   = "${var.service.name}-${var.service.environment}-orders"
  account = data.aws_caller_identity.current.account_id
  aws     = data.aws_service.dynamodb
}

resource "aws_dynamodb_table" "orders" {
  name         = local.table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "customer"

  attribute {
    name = "customer"
    type = "S"
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.service.functions["orders"].name}-errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = var.service.functions["orders"].name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
}

output "orders_table" {
  value = "arn:${local.aws.partition}:dynamodb:${local.aws.region}:${local.account}:table/${local.table}"
}

output "orders_table_name" {
  value = local.table
}
