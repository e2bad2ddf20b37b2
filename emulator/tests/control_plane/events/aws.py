"""Calls an emulated AWS: each line of standard input is `[service, operation, parameters]`, each line of output an answer.

Started with `python -c` and the endpoint. An error is `{"error": CODE}`.
"""

import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

clients = {}


def client(service):
    if service not in clients:
        clients[service] = boto3.client(
            service,
            endpoint_url=sys.argv[1],
            region_name="us-east-1",
            aws_access_key_id="123456789012",
            aws_secret_access_key="local",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )
    return clients[service]


def readable(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


for line in sys.stdin:
    service, operation, parameters = json.loads(line)
    try:
        answer = getattr(client(service), operation)(**parameters)
        answer.pop("ResponseMetadata", None)
        if "Payload" in answer:
            answer["Payload"] = answer["Payload"].read().decode()
    except ClientError as error:
        answer = {"error": error.response["Error"]["Code"]}
    print(json.dumps(answer, default=readable), flush=True)
