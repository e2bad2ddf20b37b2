"""Which user of a moto pool a name means, and what a token says of the user.

- moto tells names apart by their case in every pool, and knows no alias attributes.
- moto puts the name as it was typed into tokens, forgets refresh tokens of a name that was typed otherwise, and issues
  neither `email_verified` nor the other attributes that an app client may read.

Runs in moto's process, before `moto.py`.
"""

import time
import uuid

from moto.cognitoidp.models import CognitoIdpUserPool, jwt


def case_sensitive(pool):
    # A pool that CreateUserPool is told nothing for tells names apart:
    # https://repost.aws/knowledge-center/cognito-signin-case-sensitivity
    return (pool.extended_config.get("UsernameConfiguration") or {}).get("CaseSensitive", True)


def names_of(pool, user):
    """Every name that a user signs in with. An e-mail address or phone number is an alias once it is verified:
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html"""
    attributes = user.attribute_lookup
    yield user.username
    for attribute in pool.extended_config.get("UsernameAttributes") or ():
        yield attributes.get(attribute)
    for attribute in pool.extended_config.get("AliasAttributes") or ():
        if attribute == "preferred_username" or attributes.get(f"{attribute}_verified") == "true":
            yield attributes.get(attribute)


def user_of_name(self, username):
    folded = str if case_sensitive(self) else str.lower
    wanted = folded(username or "")
    for user in self.users.values():
        if any(name and folded(name) == wanted for name in names_of(self, user)):
            return user
    return None


def by_own_name(motos_own):
    """moto's tokens remember names. The name that Cognito gave the user is the one that stays."""

    def create(self, client_id, username, *rest, **more):
        return motos_own(self, client_id, self._get_user(username).username, *rest, **more)

    return create


def sign_out(self, username, motos_own=CognitoIdpUserPool.sign_out):
    return motos_own(self, self._get_user(username).username)


def readable_attributes(self, client_id, username):
    """https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html"""
    client = self.clients.get(client_id)
    # An app client that is told nothing reads every standard attribute. moto adds the custom ones.
    readable = client.get_readable_fields() if client else None
    return {
        name: value == "true" if name.endswith("_verified") else value
        for name, value in self._get_user(username).attribute_lookup.items()
        if name != "sub" and ":" not in name and (not readable or name in readable)
    }


def create_jwt(self, client_id, username, token_use, expires_in=60 * 60, extra_data=None):
    user = self._get_user(username)
    now = int(time.time())
    of_client, of_user = {
        "access": ("client_id", "username"),
        "id": ("aud", "cognito:username"),
    }[token_use]
    payload = {
        "iss": f"https://cognito-idp.{self.region}.amazonaws.com/{self.id}",
        "sub": user.id,
        of_client: client_id,
        of_user: user.username,
        "token_use": token_use,
        "auth_time": now,
        "iat": now,
        "exp": now + expires_in,
        "jti": str(uuid.uuid4()),
        **(extra_data or {}),
    }
    # The key's name in moto's own jwks-public.json.
    return jwt.encode({"kid": "dummy", "alg": "RS256"}, payload, self.json_web_key), expires_in


CognitoIdpUserPool._get_user = user_of_name
for name in ("create_refresh_token", "create_access_token", "create_id_token"):
    setattr(CognitoIdpUserPool, name, by_own_name(getattr(CognitoIdpUserPool, name)))
CognitoIdpUserPool.sign_out = sign_out
CognitoIdpUserPool.get_user_extra_data_by_client_id = readable_attributes
CognitoIdpUserPool.create_jwt = create_jwt
