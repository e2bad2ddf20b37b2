"""Which user of a moto pool a name means, and what a token says of the user.

- moto tells names apart by their case in every pool, and knows no alias attributes.
- moto puts the name as it was typed into tokens, forgets refresh tokens of a name that was typed otherwise, and issues
  neither `email_verified` nor the other attributes that an app client may read.
- moto's id and access tokens are valid for an hour, and its refresh tokens forever, whatever the app client says.

Runs in moto's process, before `moto.py`.
"""

import time
import uuid

from moto.cognitoidp.exceptions import NotAuthorizedError
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


SECONDS_OF = {"seconds": 1, "minutes": 60, "hours": 60 * 60, "days": 24 * 60 * 60}
# The unit and the seconds of what a client leaves out:
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
USUAL_LIFETIMES = {
    "Access": ("hours", 60 * 60),
    "Id": ("hours", 60 * 60),
    "Refresh": ("days", 30 * 24 * 60 * 60),
}


def lifetime_of(pool, client_id, token):
    """Seconds for which a token of a client is valid."""
    client = pool.clients.get(client_id)
    config = client.extended_config if client else {}
    usual_unit, usual_seconds = USUAL_LIFETIMES[token]
    unit = (config.get("TokenValidityUnits") or {}).get(f"{token}Token") or usual_unit
    count = config.get(f"{token}TokenValidity")
    return count * SECONDS_OF[unit] if count else usual_seconds


def ends_of_refresh_tokens(pool):
    return vars(pool).setdefault("portcullis_ends_of_refresh_tokens", {})


def refresh_token_that_ends(self, client_id, username, motos_own=CognitoIdpUserPool.create_refresh_token):
    token, origin = motos_own(self, client_id, username)
    ends_of_refresh_tokens(self)[token] = time.time() + lifetime_of(self, client_id, "Refresh")
    return token, origin


def tokens_before_the_end(self, token, motos_own=CognitoIdpUserPool.create_tokens_from_refresh_token):
    if time.time() >= ends_of_refresh_tokens(self).get(token, float("inf")):
        raise NotAuthorizedError("Refresh Token has expired")
    return motos_own(self, token)


def create_jwt(self, client_id, username, token_use, expires_in=None, extra_data=None):
    user = self._get_user(username)
    now = int(time.time())
    if expires_in is None:
        expires_in = lifetime_of(self, client_id, token_use.capitalize())
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
CognitoIdpUserPool.create_refresh_token = refresh_token_that_ends
CognitoIdpUserPool.create_tokens_from_refresh_token = tokens_before_the_end
for name in ("create_refresh_token", "create_access_token", "create_id_token"):
    setattr(CognitoIdpUserPool, name, by_own_name(getattr(CognitoIdpUserPool, name)))
CognitoIdpUserPool.sign_out = sign_out
CognitoIdpUserPool.get_user_extra_data_by_client_id = readable_attributes
CognitoIdpUserPool.create_jwt = create_jwt
