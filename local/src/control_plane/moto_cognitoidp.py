"""What Terraform changes in place and moto's user pools do not take, and what AWS refuses and they do.

- UpdateUserPool: moto forgets what only CreateUserPool says, such as that users sign in with their e-mail address,
  and the tags. Nobody could sign in any more, and Terraform would replace the pool.
- TagResource, UntagResource and ListTagsForResource: moto 5.2.5 has none of them, and the AWS provider changes tags
  by no other call.
- DeleteUserPool: moto keeps `DeletionProtection` and deletes a protected pool all the same.

Runs in moto's process, before `moto.py`. A newer moto's own operations win.
"""

import json

from moto.cognitoidp.exceptions import InvalidParameterException
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


CognitoIdpResponse.update_user_pool = update_user_pool
CognitoIdpResponse.delete_user_pool = delete_user_pool
for name, operation in {
    "tag_resource": cognito_tag_resource,
    "untag_resource": cognito_untag_resource,
    "list_tags_for_resource": cognito_list_tags_for_resource,
}.items():
    if not hasattr(CognitoIdpResponse, name):
        setattr(CognitoIdpResponse, name, operation)
