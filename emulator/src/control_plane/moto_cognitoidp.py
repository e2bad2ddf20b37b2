"""What Terraform changes in place and moto's user pools do not take, and what AWS refuses and they do.

- UpdateUserPool: moto forgets what only CreateUserPool says, such as that users sign in with their e-mail address,
  and the tags. Nobody could sign in any more, and Terraform would replace the pool.
- TagResource, UntagResource and ListTagsForResource: moto 5.2.5 has none of them, and the AWS provider changes tags
  by no other call.
- A password: moto takes 98 characters at most, and a policy may ask for 99.
- DeleteUserPool: moto keeps `DeletionProtection` and deletes a protected pool all the same.

Runs in moto's process, before `moto.py`. A newer moto's own operations win.
"""

import json
import re

from moto.cognitoidp.exceptions import InvalidParameterException, InvalidPasswordException
from moto.cognitoidp.models import CognitoIdpBackend
from moto.cognitoidp.responses import CognitoIdpResponse

# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html takes none but
# the tags, and keeps those that it is not told.
KEPT_USER_POOL_KEYS = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration", "UserPoolTags")


def update_user_pool(self, motos_own=CognitoIdpResponse.update_user_pool):
    pool = self.backend.describe_user_pool(self._get_param("UserPoolId"))
    before = pool.extended_config
    answer = motos_own(self)
    kept = {key: before[key] for key in KEPT_USER_POOL_KEYS if key in before}
    pool.extended_config = {**kept, **pool.extended_config}
    return answer


def delete_user_pool(self, motos_own=CognitoIdpResponse.delete_user_pool):
    pool = self.backend.describe_user_pool(self._get_param("UserPoolId"))
    # https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html
    if pool.extended_config.get("DeletionProtection") == "ACTIVE":
        raise InvalidParameterException(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    return motos_own(self)


# https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
KINDS_OF_CHARACTERS = {
    "RequireUppercase": r"[A-Z]",
    "RequireLowercase": r"[a-z]",
    "RequireNumbers": r"[0-9]",
    "RequireSymbols": r"""[\^$*.\[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]""",
}


def validate_password(self, user_pool_id, password):
    pool = self.describe_user_pool(user_pool_id)
    policy = (pool.extended_config.get("Policies") or {}).get("PasswordPolicy") or {}
    required = (kind for name, kind in KINDS_OF_CHARACTERS.items() if policy.get(name, True))
    fits = policy.get("MinimumLength", 8) <= len(password) <= 256
    if not fits or not all(re.search(kind, password) for kind in required):
        raise InvalidPasswordException()


def user_pool_of_arn(self):
    return self.backend.describe_user_pool(self._get_param("ResourceArn").split("/")[-1])


def cognito_tag_resource(self):
    pool = user_pool_of_arn(self)
    tags = pool.extended_config.get("UserPoolTags") or {}
    pool.extended_config["UserPoolTags"] = {**tags, **self._get_param("Tags")}
    return "{}"


def cognito_untag_resource(self):
    tags = user_pool_of_arn(self).extended_config.get("UserPoolTags") or {}
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"


def cognito_list_tags_for_resource(self):
    return json.dumps({"Tags": user_pool_of_arn(self).extended_config.get("UserPoolTags") or {}})


CognitoIdpBackend._validate_password = validate_password
CognitoIdpResponse.update_user_pool = update_user_pool
CognitoIdpResponse.delete_user_pool = delete_user_pool
for name, operation in {
    "tag_resource": cognito_tag_resource,
    "untag_resource": cognito_untag_resource,
    "list_tags_for_resource": cognito_list_tags_for_resource,
}.items():
    if not hasattr(CognitoIdpResponse, name):
        setattr(CognitoIdpResponse, name, operation)
