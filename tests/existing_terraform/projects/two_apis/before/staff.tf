resource "aws_api_gateway_rest_api" "staff" {
  name = "staff"
}

resource "aws_api_gateway_authorizer" "staff" {
  name          = "staff"
  type          = "COGNITO_USER_POOLS"
  rest_api_id   = aws_api_gateway_rest_api.staff.id
  provider_arns = [aws_cognito_user_pool.staff.arn]
}

resource "aws_api_gateway_resource" "staff_reports" {
  rest_api_id = aws_api_gateway_rest_api.staff.id
  parent_id   = aws_api_gateway_rest_api.staff.root_resource_id
  path_part   = "reports"
}

resource "aws_api_gateway_method" "staff_reports" {
  rest_api_id   = aws_api_gateway_rest_api.staff.id
  resource_id   = aws_api_gateway_resource.staff_reports.id
  http_method   = "GET"
  authorization = "COGNITO_USER_POOLS"
  authorizer_id = aws_api_gateway_authorizer.staff.id
}

resource "aws_api_gateway_integration" "staff_reports" {
  rest_api_id             = aws_api_gateway_rest_api.staff.id
  resource_id             = aws_api_gateway_resource.staff_reports.id
  http_method             = aws_api_gateway_method.staff_reports.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.this["reports"].invoke_arn
}

resource "aws_lambda_permission" "staff_reports" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this["reports"].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.staff.execution_arn}/*/GET/reports"
}

resource "aws_api_gateway_deployment" "staff" {
  rest_api_id = aws_api_gateway_rest_api.staff.id
  depends_on  = [aws_api_gateway_integration.staff_reports]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "staff" {
  rest_api_id   = aws_api_gateway_rest_api.staff.id
  deployment_id = aws_api_gateway_deployment.staff.id
  stage_name    = "live"
}
