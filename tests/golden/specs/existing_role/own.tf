variable "service" {
  type = object({ functions = map(object({ role_name = string })) })
}
