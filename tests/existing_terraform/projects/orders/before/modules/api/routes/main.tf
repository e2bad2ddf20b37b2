# Two levels of paths, which is what a `for_each` can build: a resource can't refer to another one of its own block.

variable "rest_api_id" {
  type = string
}

variable "root_resource_id" {
  type = string
}

variable "execution_arn" {
  type = string
}

variable "authorizer_id" {
  type = string
}

variable "routes" {
  type = map(object({ path = string, function = string, public = bool }))
}

variable "functions" {
  type = map(object({ name = string, invoke_arn = string }))
}

locals {
  first  = toset([for route in var.routes : split("/", route.path)[0]])
  second = toset([for route in var.routes : route.path if length(split("/", route.path)) == 2])
  ids = merge(
    { for path, resource in aws_api_gateway_resource.first : path => resource.id },
    { for path, resource in aws_api_gateway_resource.second : path => resource.id },
  )
}

resource "aws_api_gateway_resource" "first" {
  for_each = local.first

  rest_api_id = var.rest_api_id
  parent_id   = var.root_resource_id
  path_part   = each.key
}

resource "aws_api_gateway_resource" "second" {
  for_each = local.second

  rest_api_id = var.rest_api_id
  parent_id   = aws_api_gateway_resource.first[split("/", each.key)[0]].id
  path_part   = split("/", each.key)[1]
}

resource "aws_api_gateway_method" "this" {
  for_each = var.routes

  rest_api_id   = var.rest_api_id
  resource_id   = local.ids[each.value.path]
  http_method   = split(" ", each.key)[0]
  authorization = each.value.public ? "NONE" : "COGNITO_USER_POOLS"
  authorizer_id = each.value.public ? null : var.authorizer_id
}

resource "aws_api_gateway_integration" "this" {
  for_each = var.routes

  rest_api_id             = var.rest_api_id
  resource_id             = local.ids[each.value.path]
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.functions[each.value.function].invoke_arn
}

resource "aws_lambda_permission" "this" {
  for_each = toset([for route in var.routes : route.function])

  action        = "lambda:InvokeFunction"
  function_name = var.functions[each.key].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${var.execution_arn}/*"
}

output "ids" {
  value = [values(local.ids), values(aws_api_gateway_integration.this)[*].id]
}
