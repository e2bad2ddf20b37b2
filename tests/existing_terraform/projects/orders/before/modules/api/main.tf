variable "name" {
  type = string
}

variable "routes" {
  type = map(object({ path = string, function = string, public = optional(bool, false) }))
}

variable "functions" {
  type = map(object({ name = string, invoke_arn = string }))
}

variable "user_pool_arn" {
  type = string
}

resource "aws_api_gateway_rest_api" "this" {
  name = var.name

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_authorizer" "users" {
  name          = "users"
  type          = "COGNITO_USER_POOLS"
  rest_api_id   = aws_api_gateway_rest_api.this.id
  provider_arns = [var.user_pool_arn]
}

module "routes" {
  source = "./routes"

  rest_api_id      = aws_api_gateway_rest_api.this.id
  root_resource_id = aws_api_gateway_rest_api.this.root_resource_id
  execution_arn    = aws_api_gateway_rest_api.this.execution_arn
  authorizer_id    = aws_api_gateway_authorizer.users.id
  routes           = var.routes
  functions        = var.functions
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  triggers    = { redeployment = sha1(jsonencode([var.routes, module.routes.ids])) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  deployment_id = aws_api_gateway_deployment.this.id
  stage_name    = "live"
}
