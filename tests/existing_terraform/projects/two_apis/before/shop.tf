resource "aws_api_gateway_rest_api" "shop" {
  name = "shop"
}

resource "aws_api_gateway_resource" "shop_catalogue" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = "catalogue"
}

resource "aws_api_gateway_method" "shop_catalogue" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  resource_id   = aws_api_gateway_resource.shop_catalogue.id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "shop_catalogue" {
  rest_api_id             = aws_api_gateway_rest_api.shop.id
  resource_id             = aws_api_gateway_resource.shop_catalogue.id
  http_method             = aws_api_gateway_method.shop_catalogue.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.this["catalogue"].invoke_arn
}

resource "aws_lambda_permission" "shop_catalogue" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this["catalogue"].function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.shop.execution_arn}/*/GET/catalogue"
}

resource "aws_api_gateway_deployment" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  triggers    = { file = filesha1("${path.module}/shop.tf") }
  depends_on  = [aws_api_gateway_integration.shop_catalogue]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "shop" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  deployment_id = aws_api_gateway_deployment.shop.id
  stage_name    = "live"
}
