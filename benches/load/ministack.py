"""Becomes ministack with the demo deployed to it: `ministack.py AUTHENTICATED_ZIP OPEN_ZIP`.

Prints one line of JSON, `{"address", "open", "guarded", "token"}`, when it answers.
"""

import json
import os
import socket
import sys
import time

import boto3

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    address = "127.0.0.1:%d" % free.getsockname()[1]

# A child deploys and prints; this process becomes the server, so that its memory is the server's.
if os.fork():
    os.dup2(2, 1)
    ministack = os.path.join(os.path.dirname(sys.executable), "ministack")
    bind = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": address.split(":")[1], "LOG_LEVEL": "WARNING"}
    os.execve(ministack, [ministack], os.environ | bind)
for _ in range(300):
    try:
        socket.create_connection(address.split(":")).close()
        break
    except OSError:
        time.sleep(0.1)


def client(service):
    return boto3.client(
        service,
        endpoint_url="http://" + address,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


functions = client("lambda")
cognito = client("cognito-idp")
api = client("apigateway")


def function(name, path):
    with open(path, "rb") as code:
        made = functions.create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role="arn:aws:iam::000000000000:role/bench",
            Code={"ZipFile": code.read()},
            Timeout=10,
            Environment={"Variables": {"CORS_ALLOW_ORIGIN": "*", "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH": "true"}},
        )
    functions.add_permission(
        FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    return made["FunctionArn"]


authenticated, open_ = function("authenticated", sys.argv[1]), function("open", sys.argv[2])

pool = cognito.create_user_pool(PoolName="bench", UsernameAttributes=["email"])["UserPool"]
user = {"UserPoolId": pool["Id"], "Username": "someone@example.com"}
cognito.admin_create_user(**user, UserAttributes=[{"Name": "email", "Value": user["Username"]}])
cognito.admin_set_user_password(**user, Password="Testing-1", Permanent=True)
app = cognito.create_user_pool_client(
    UserPoolId=pool["Id"], ClientName="cli", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
)["UserPoolClient"]["ClientId"]
token = cognito.initiate_auth(
    ClientId=app,
    AuthFlow="USER_PASSWORD_AUTH",
    AuthParameters={"USERNAME": user["Username"], "PASSWORD": "Testing-1"},
)["AuthenticationResult"]["IdToken"]

rest_api = api.create_rest_api(name="bench")["id"]
root = api.get_resources(restApiId=rest_api)["items"][0]["id"]
below = api.create_resource(restApiId=rest_api, parentId=root, pathPart="open")["id"]
authorizer = api.create_authorizer(
    restApiId=rest_api,
    name="cognito",
    type="COGNITO_USER_POOLS",
    providerARNs=[pool["Arn"]],
    identitySource="method.request.header.Authorization",
)["id"]
guard = {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": authorizer}
for resource, arn, authorization in [(root, authenticated, guard), (below, open_, {"authorizationType": "NONE"})]:
    method = {"restApiId": rest_api, "resourceId": resource, "httpMethod": "GET"}
    api.put_method(**method, **authorization)
    api.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
api.create_deployment(restApiId=rest_api, stageName="v1")

path = f"/_aws/execute-api/{rest_api}/v1"
print(json.dumps({"address": address, "open": path + "/open", "guarded": path + "/", "token": token}), flush=True)
