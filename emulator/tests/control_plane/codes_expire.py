"""Codes over time, in this process: its clock is moved. Run by `codes.rs`, behind what it tests."""

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

# Whole seconds, as the clock stands when the test begins.
clock = int(time.time())
time.time = lambda: clock


def secret(answer):
    header = answer["ResponseMetadata"]["HTTPHeaders"][MAILS]
    return json.loads(base64.b64decode(header))[0]["secret"]


def refusal(call, **request):
    try:
        call(**request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


with mock_aws():
    cognito = boto3.client(
        "cognito-idp", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    policy = {"PasswordPolicy": {"MinimumLength": 6, "RequireSymbols": False}}
    pool = cognito.create_user_pool(PoolName="p", AutoVerifiedAttributes=["email"], Policies=policy)
    client = cognito.create_user_pool_client(UserPoolId=pool["UserPool"]["Id"], ClientName="c")
    user = {"ClientId": client["UserPoolClient"]["ClientId"], "Username": "new"}
    email = [{"Name": "email", "Value": "new@example.com"}]

    code = secret(cognito.sign_up(**user, Password="Testing1", UserAttributes=email))
    clock += 24 * 60 * 60
    assert refusal(cognito.confirm_sign_up, **user, ConfirmationCode=code) == "ExpiredCodeException"
    code = secret(cognito.resend_confirmation_code(**user))
    clock += 24 * 60 * 60 - 1
    cognito.confirm_sign_up(**user, ConfirmationCode=code)

    new = {**user, "Password": "Testing2"}
    code = secret(cognito.forgot_password(**user))
    clock += 60 * 60
    assert refusal(cognito.confirm_forgot_password, **new, ConfirmationCode=code) == "ExpiredCodeException"
    code = secret(cognito.forgot_password(**user))
    clock += 60 * 60 - 1
    cognito.confirm_forgot_password(**new, ConfirmationCode=code)

print("passed")
