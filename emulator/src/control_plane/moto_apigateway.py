"""What Terraform changes in place and moto's API Gateway does not.

moto 5.2.5 has no UpdateResource, UpdateMethod, UpdateMethodResponse, UpdateIntegration, UpdateIntegrationResponse,
UpdateDeployment and UpdateGatewayResponse: it answers their PATCH with 500, and Terraform cannot let another
function answer a route, guard it, or rename a parameter of its path. Here they are, on moto's own models. Each is
added only where moto has none: a newer moto's own wins.

moto's CreateResource refuses `$` and `,` in a path, which API Gateway takes. Such a path alone is made here.

Three that moto has fail on what Terraform sends: UpdateAuthorizer on another user pool (`/providerARNs`), TagResource
and its kin on a REST API, an API key or a usage plan, UpdateUsagePlan of a quota, which moto keeps as a text. Those
requests alone are answered here.

moto's CreateAuthorizer drops `identityValidationExpression`, under a misspelled name. Its DeleteAuthorizer deletes one that a
method names, which API Gateway refuses: https://github.com/hashicorp/terraform-provider-aws/issues/14812.

moto's UpdateStage takes the settings of a route `/variables` for stage variables, and keeps settings that are removed.

moto takes an API key in two usage plans of one stage, which API Gateway refuses:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html

Runs in moto's process, before `moto.py`. Paths, operations and errors are those of
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html.
"""

import json
import re
from urllib.parse import unquote

from moto.apigateway.exceptions import BadRequestException, ConflictException
from moto.apigateway.exceptions import InvalidResourcePathException, NotFoundException
from moto.apigateway.models import APIGatewayBackend, RestAPI, Stage, UsagePlan
from moto.apigateway.responses import APIGatewayResponse
from moto.apigateway.urls import url_paths


class NotFound(NotFoundException):
    """moto answers some of its own with 400."""

    code = 404


def boolean(text):
    return text.lower() == "true"


class Value:
    """A property that is replaced as a whole; nothing, or an empty text, unsets it."""

    operations = ("replace",)
    depth = (1,)

    def __init__(self, attribute, convert=str):
        self.attribute, self.convert = attribute, convert

    def patched(self, _old, _op, _key, value):
        return self.convert(value) if value else None


class Map(Value):
    """A property of named values: `/responseParameters/method.response.header.Age`."""

    operations = ("add", "replace", "remove")
    depth = (2,)

    def patched(self, old, op, key, value):
        new = dict(old or {})
        if op != "remove":
            new[key] = self.convert(value or "")
        elif new.pop(key, self) is self:
            raise NotFound(f"Invalid parameter name specified: {key}")
        return new


class List(Value):
    """A property of many texts, each in the operation's value, or in its path: `/cacheKeyParameters/NAME`."""

    operations = ("add", "replace", "remove")
    depth = (1, 2)

    def patched(self, old, op, key, value):
        text = key or value
        others = [] if op == "replace" else [one for one in old or [] if one != text]
        return others if op == "remove" else [*others, text]


# By AWS's names of the properties, where moto's models hold them. AWS copies none of them.
RESOURCE = {"parentId": Value("parent_id"), "pathPart": Value("path_part")}
METHOD = {
    "apiKeyRequired": Value("api_key_required", boolean),
    "authorizationScopes": List("authorization_scopes"),
    "authorizationType": Value("authorization_type"),
    "authorizerId": Value("authorizer_id"),
    "operationName": Value("operation_name"),
    "requestModels": Map("request_models"),
    "requestParameters": Map("request_parameters", boolean),
    "requestValidatorId": Value("request_validator_id"),
}
METHOD_RESPONSE = {
    "responseModels": Map("response_models"),
    "responseParameters": Map("response_parameters", boolean),
}
INTEGRATION = {
    "cacheKeyParameters": List("cache_key_parameters"),
    "cacheNamespace": Value("cache_namespace"),
    "connectionType": Value("connection_type"),
    "contentHandling": Value("content_handling"),
    "credentials": Value("credentials"),
    "httpMethod": Value("http_method"),
    "passthroughBehavior": Value("passthrough_behaviour"),
    "requestParameters": Map("request_parameters"),
    "requestTemplates": Map("request_templates"),
    "timeoutInMillis": Value("timeout_in_millis", int),
    "tlsConfig": Map("tls_config", boolean),
    "uri": Value("uri"),
}
INTEGRATION_RESPONSE = {
    "contentHandling": Value("content_handling"),
    "responseParameters": Map("response_parameters"),
    "responseTemplates": Map("response_templates"),
    "selectionPattern": Value("selection_pattern"),
}
AUTHORIZER = {
    "authType": Value("auth_type"),
    "authorizerCredentials": Value("authorizer_credentials"),
    "authorizerResultTtlInSeconds": Value("authorizer_result_ttl", int),
    "authorizerUri": Value("authorizer_uri"),
    "identitySource": Value("identity_source"),
    "identityValidationExpression": Value("identity_validation_expression"),
    "name": Value("name"),
    "providerARNs": List("provider_arns"),
    "type": Value("type"),
}
DEPLOYMENT = {"description": Value("description")}
GATEWAY_RESPONSE = {
    "responseParameters": Map("response_parameters"),
    "responseTemplates": Map("response_templates"),
    "statusCode": Value("status_code"),
}


def patched(model, properties, operations):
    """The attributes of a model as the operations leave them. The model stays as it is: AWS does all or nothing."""
    attributes = {}
    for operation in operations or []:
        op, path, value = (operation.get(key) or "" for key in ("op", "path", "value"))
        # A JSON pointer: https://www.rfc-editor.org/rfc/rfc6901
        root, *parts = (part.replace("~1", "/").replace("~0", "~") for part in path.split("/"))
        known = properties.get(parts[0]) if parts and not root else None
        if known is None or op not in known.operations or len(parts) not in known.depth:
            paths = ", ".join(f"/{name}" for name in properties)
            raise BadRequestException(
                f"Invalid patch path '{path}' specified for op '{op}'. Must be one of: [{paths}]"
            )
        old = attributes.get(known.attribute, getattr(model, known.attribute))
        try:
            attributes[known.attribute] = known.patched(old, op, "".join(parts[1:]), value)
        except ValueError:
            raise BadRequestException(f"Invalid value '{value}' specified for path '{path}'") from None
    return attributes


def updated(response, model, properties, missing=""):
    """Patches a model by a request."""
    if model is None:
        raise NotFound(missing)
    vars(model).update(patched(model, properties, response._get_param("patchOperations")))
    return model


# The sources are at `is_literal` in generator/src/routes/path.rs.
LITERAL = re.compile(r"[a-zA-Z0-9._:,$-]+")
PARAMETER = re.compile(r"\{[a-zA-Z0-9._:-]+\+?\}")


def create_resource(self, function_id, parent_resource_id, path_part, motos_own=APIGatewayBackend.create_resource):
    if path_part and LITERAL.fullmatch(path_part):
        return self.get_rest_api(function_id).add_child(path=path_part, parent_id=parent_resource_id)
    return motos_own(self, function_id, parent_resource_id, path_part)


def update_resource(self):
    _, _, api_id, _, resource_id, *_ = self.path.split("/")
    resources = self.backend.get_rest_api(api_id).resources
    resource = self.backend.get_resource(api_id, resource_id)
    new = patched(resource, RESOURCE, self._get_param("patchOperations"))
    parent_id = new.get("parent_id", resource.parent_id)
    path_part = new.get("path_part", resource.path_part)
    if new and not resource.parent_id:
        raise BadRequestException("Root resource cannot be updated")
    if new and not any(form.fullmatch(path_part or "") for form in (LITERAL, PARAMETER)):
        raise InvalidResourcePathException()
    ancestor = parent_id
    while new and ancestor:
        if ancestor == resource_id:
            raise BadRequestException("A resource cannot be its own ancestor")
        ancestor = self.backend.get_resource(api_id, ancestor).parent_id
    for other in resources.values():
        if other is not resource and (other.parent_id, other.path_part) == (parent_id, path_part):
            raise ConflictException(f"Another resource with the same parent already has this name: {path_part}")
    vars(resource).update(new)
    return json.dumps(resource.to_dict())


def update_method(self):
    _, _, api_id, _, resource_id, _, http_method, *_ = self.path.split("/")
    method = self.backend.get_method(api_id, resource_id, http_method)
    new = patched(method, METHOD, self._get_param("patchOperations"))
    authorizer_id = new.get("authorizer_id", method.authorizer_id)
    if new.get("authorization_type", method.authorization_type) in ("CUSTOM", "COGNITO_USER_POOLS"):
        if authorizer_id not in self.backend.get_rest_api(api_id).authorizers:
            raise BadRequestException(
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS "
                "requires a valid authorizer."
            )
    vars(method).update(new)
    return json.dumps(method.to_json())


def update_method_response(self):
    _, _, api_id, _, resource_id, _, http_method, _, status_code, *_ = self.path.split("/")
    model = self.backend.get_method_response(api_id, resource_id, http_method, status_code)
    model = updated(self, model, METHOD_RESPONSE, "Invalid Response status code specified")
    return 201, {"status": 201}, json.dumps(model.to_json())


def integration_of(self):
    _, _, api_id, _, resource_id, _, http_method, *_ = self.path.split("/")
    return self.backend.get_method(api_id, resource_id, http_method).method_integration


def update_integration(self):
    model = updated(self, integration_of(self), INTEGRATION, "No integration defined for method")
    return json.dumps(model.to_json())


def update_integration_response(self):
    integration, status_code = integration_of(self), self.path.split("/")[9]
    model = ((integration and integration.integration_responses) or {}).get(status_code)
    model = updated(self, model, INTEGRATION_RESPONSE, "Invalid Response status code specified")
    return json.dumps(model.to_json())


def update_deployment(self):
    _, _, api_id, _, deployment_id, *_ = self.path.split("/")
    model = self.backend.get_rest_api(api_id).deployments.get(deployment_id)
    return json.dumps(updated(self, model, DEPLOYMENT, "Invalid Deployment identifier specified").to_json())


def update_gateway_response(self):
    _, _, api_id, _, response_type, *_ = self.path.split("/")
    model = self.backend.get_rest_api(api_id).gateway_responses.get(response_type)
    return json.dumps(updated(self, model, GATEWAY_RESPONSE, "GatewayResponse not found").to_json())


def create_authorizer(self, *arguments, motos_own=RestAPI.create_authorizer, **named):
    authorizer = motos_own(self, *arguments, **named)
    # A moto that spells the name right keeps the expression by itself.
    expression = named.get("identiy_validation_expression")
    if expression:
        authorizer.identity_validation_expression = expression
    return authorizer


def delete_authorizer(self, restapi_id, authorizer_id, motos_own=APIGatewayBackend.delete_authorizer):
    api = self.get_rest_api(restapi_id)
    for resource in api.resources.values():
        for http_method, method in resource.resource_methods.items():
            if method.authorizer_id == authorizer_id:
                raise ConflictException(
                    f"Cannot delete authorizer '{self.get_authorizer(restapi_id, authorizer_id).name}', is referenced in "
                    f"method: {http_method}/{resource.get_path()}"
                )
    return motos_own(self, restapi_id, authorizer_id)


def update_authorizer(self, motos_own=APIGatewayResponse.update_authorizer):
    operations = self._get_param("patchOperations") or []
    if not any("/providerARNs" in (operation.get("path") or "") for operation in operations):
        return motos_own(self)
    _, _, api_id, _, authorizer_id, *_ = self.path.split("/")
    model = updated(self, self.backend.get_authorizer(api_id, authorizer_id), AUTHORIZER)
    return json.dumps(model.to_json())


# `/~1pets~1{id}/GET/throttling/rateLimit`, and `/~1pets~1{id}/GET` for all settings of a method.
METHOD_SETTING = re.compile(r"/(?:~1[^/]*|\*)/(?:[A-Z]+|\*)(/(?:caching|logging|metrics|throttling)/[A-Za-z]+)?")


def apply_operations(self, patch_operations, motos_own=Stage.apply_operations):
    others = []
    for operation in patch_operations or []:
        setting = METHOD_SETTING.fullmatch(operation["path"])
        if setting is None:
            others.append(operation)
        elif operation["op"] == "remove":
            self.method_settings.pop(operation["path"][1:], None)
        elif setting[1]:
            _, path, method, key = operation["path"].split("/", 3)
            self._patch_method_setting(f"{path}/{method}", key, operation["value"])
    return motos_own(self, others)


def apply_patch_operations(self, patch_operations, motos_own=UsagePlan.apply_patch_operations):
    motos_own(self, patch_operations)
    # Whole numbers, which arrive as texts.
    self.quota.update({key: int(self.quota[key]) for key in ("limit", "offset") if key in self.quota})


def create_usage_plan_key(self, usage_plan_id, payload, motos_own=APIGatewayBackend.create_usage_plan_key):
    stages = self.get_usage_plan(usage_plan_id).api_stages
    for plan in self.get_usage_plans(payload["keyId"]):
        if plan.id != usage_plan_id and any(stage in stages for stage in plan.api_stages):
            raise ConflictException("The API Key is in another usage plan of the same API stage")
    return motos_own(self, usage_plan_id, payload)


def tagged(self):
    """What a request for tags is about; None where it is about a stage, which moto knows."""
    *_, kind, name = unquote(self.path).split("/")
    backend = self.backend
    of_kind = {
        "restapis": backend.get_rest_api,
        "apikeys": backend.get_api_key,
        "usageplans": backend.get_usage_plan,
    }
    return of_kind[kind](name) if kind in of_kind else None


def get_tags(self, motos_own=APIGatewayResponse.get_tags):
    one = tagged(self)
    return json.dumps({"tags": one.tags or {}}) if one else motos_own(self)


def tag_resource(self, motos_own=APIGatewayResponse.tag_resource):
    one = tagged(self)
    if not one:
        return motos_own(self)
    one.tags = {**(one.tags or {}), **(self._get_param("tags") or {})}
    return 204, {"status": 204}, ""


def untag_resource(self, motos_own=APIGatewayResponse.untag_resource):
    one = tagged(self)
    if not one:
        return motos_own(self)
    gone = self.querystring.get("tagKeys") or []
    one.tags = {key: value for key, value in (one.tags or {}).items() if key not in gone}
    return 204, {"status": 204}, ""


for update in (
    update_resource,
    update_method,
    update_method_response,
    update_integration,
    update_integration_response,
    update_deployment,
    update_gateway_response,
):
    if not hasattr(APIGatewayResponse, update.__name__):
        setattr(APIGatewayResponse, update.__name__, update)

APIGatewayBackend.create_resource = create_resource
APIGatewayBackend.delete_authorizer = delete_authorizer
RestAPI.create_authorizer = create_authorizer
Stage.apply_operations = apply_operations
UsagePlan.apply_patch_operations = apply_patch_operations
APIGatewayBackend.create_usage_plan_key = create_usage_plan_key
for mended in (update_authorizer, get_tags, tag_resource, untag_resource):
    setattr(APIGatewayResponse, mended.__name__, mended)
# moto routes the ARN of a stage only.
for kind in ("restapis", "apikeys", "usageplans"):
    url_paths.setdefault(
        "{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region_name>[^/]+)::/" + kind + "/(?P<function_id>[^/]+)$",
        APIGatewayResponse.dispatch,
    )
