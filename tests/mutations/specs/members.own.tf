variable "service" {
  type = object({ name = string, environment = string })
}

resource "aws_kms_key" "mails" {}

resource "aws_sqs_queue" "mails" {
  name = "${var.service.name}-${var.service.environment}-mails"
}

resource "aws_secretsmanager_secret" "mails" {
  name = "${var.service.name}-${var.service.environment}-mails"
}

output "key" {
  value = aws_kms_key.mails.arn
}

output "mails" {
  value = aws_sqs_queue.mails.url
}

output "secret" {
  value = aws_secretsmanager_secret.mails.arn
}
