variable "name" {
  type = string
}

variable "table_actions" {
  type = list(string)
}

variable "table_arn" {
  type = string
}

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "table" {
  count = length(var.table_actions) > 0 ? 1 : 0

  name = "table"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.table_actions, Resource = [var.table_arn] }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 90
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  role          = aws_iam_role.this.arn
  filename      = "${path.root}/code.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  depends_on    = [aws_cloudwatch_log_group.this]
}

output "function" {
  value = { name = aws_lambda_function.this.function_name, invoke_arn = aws_lambda_function.this.invoke_arn }
}
