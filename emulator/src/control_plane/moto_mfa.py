"""Second factors of moto's user pools: which users need a code of an authenticator app, and which codes are right.

- A pool that requires a second factor: moto signs in users who have none yet. Cognito has them set up an app first.
- A pool without second factors: moto still asks users who have an app.
- AssociateSoftwareToken: moto gives every user the same key.
- VerifySoftwareToken and the challenge SOFTWARE_TOKEN_MFA: moto takes any code.
- RespondToAuthChallenge: moto takes any session for any challenge of any user of the pool, so that a session without a
  password would be enough.

Text messages are left to moto. Runs in moto's process, behind `moto_codes.py` and before `moto.py`.
Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html,
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifySoftwareToken.html
"""

import base64
import hmac
import json
import secrets
import time
import uuid
from dataclasses import dataclass

from moto.cognitoidp.exceptions import CodeMismatchException, ExpiredCodeException, NotAuthorizedError
from moto.cognitoidp.models import CognitoIdpBackend
from moto.cognitoidp.utils import cognito_totp
from moto.core.exceptions import JsonRESTError

SOFTWARE_TOKEN = "SOFTWARE_TOKEN_MFA"
SETUP = "MFA_SETUP"
# The challenge that a session of SETUP answers only after VerifySoftwareToken.
SETTING_UP = "MFA_SETUP, before an app is verified"
SECONDS_OF_A_CODE = 30


@dataclass
class AuthenticatorApp:
    key: str
    # A code counts once.
    last: int = -1


def challenges_of(backend):
    """The challenge that each session answers."""
    return vars(backend).setdefault("portcullis_challenges", {})


def remember_challenge(backend, answer):
    if session := answer.get("Session"):
        name = answer["ChallengeName"]
        challenges_of(backend)[session] = SETTING_UP if name == SETUP else name
    return answer


def check_code_of(app, text, refusal):
    """As most apps and servers, one step earlier or later: https://datatracker.ietf.org/doc/html/rfc6238#section-5.2"""
    now = int(time.time()) // SECONDS_OF_A_CODE
    for step in (now - 1, now, now + 1):
        code = cognito_totp(app.key).generate(step * SECONDS_OF_A_CODE)
        if hmac.compare_digest(code, (text or "").encode()):
            if step <= app.last:
                raise ExpiredCodeException("Your software token has already been used once.")
            app.last = step
            return
    raise refusal


def next_factor(pool, user):
    """The challenge after the password; none if the password is enough."""
    has_apps = (pool.token_mfa_config or {}).get("Enabled")
    if not has_apps or pool.mfa_config == "OFF":
        return None
    if user.token_verified and (pool.mfa_config == "ON" or user.software_token_mfa_enabled):
        return SOFTWARE_TOKEN
    return SETUP if pool.mfa_config == "ON" else None


def after_password(backend, pool, client, user, answer):
    """Returns the answer to a right password."""
    is_about_factors = "AuthenticationResult" in answer or answer.get("ChallengeName") in (SOFTWARE_TOKEN, SETUP)
    if not is_about_factors or user.sms_mfa_enabled:
        return remember_challenge(backend, answer)
    challenge = next_factor(pool, user)
    if challenge is None:
        return answer if "AuthenticationResult" in answer else backend._log_user_in(pool, client, user.username)
    session = str(uuid.uuid4())
    backend.sessions[session] = (user.username, pool)
    parameters = {"USER_ID_FOR_SRP": user.username}
    if challenge == SETUP:
        parameters["MFAS_CAN_SETUP"] = json.dumps([SOFTWARE_TOKEN])
    answer = {"ChallengeName": challenge, "ChallengeParameters": parameters, "Session": session}
    return remember_challenge(backend, answer)


def with_factors(motos_own):
    def initiate(self, *arguments):
        answer = motos_own(self, *arguments)
        *ids, flow, parameters = arguments
        if flow in ("REFRESH_TOKEN", "REFRESH_TOKEN_AUTH"):
            return answer
        client_id = ids[-1]
        pool = next(pool for pool in self.user_pools.values() if client_id in pool.clients)
        user = pool._get_user(parameters.get("USERNAME"))
        return after_password(self, pool, pool.clients[client_id], user, answer)

    return initiate


def invalid_session():
    return NotAuthorizedError("Invalid session for the user.")


def user_of_session(backend, session, challenge):
    if challenges_of(backend).get(session) != challenge or session not in backend.sessions:
        raise invalid_session()
    username, pool = backend.sessions[session]
    user = pool._get_user(username)
    if user is None:
        raise invalid_session()
    return pool, user


def respond_to_auth_challenge(
    self, session, client_id, challenge, responses, motos_own=CognitoIdpBackend.respond_to_auth_challenge
):
    proved = responses.get("PASSWORD_CLAIM_SECRET_BLOCK") if challenge == "PASSWORD_VERIFIER" else session
    pool, user = user_of_session(self, proved, challenge)
    if client_id not in pool.clients or pool._get_user(responses.get("USERNAME")) is not user:
        raise invalid_session()
    if challenge == SOFTWARE_TOKEN:
        refusal = CodeMismatchException("Invalid code received for user")
        check_code_of(vars(user)["portcullis_app"], responses.get("SOFTWARE_TOKEN_MFA_CODE"), refusal)
    answer = motos_own(self, session, client_id, challenge, responses)
    del challenges_of(self)[proved]
    if challenge in ("NEW_PASSWORD_REQUIRED", "PASSWORD_VERIFIER"):
        return after_password(self, pool, pool.clients[client_id], user, answer)
    self.sessions.pop(session, None)
    return remember_challenge(self, answer)


def user_of_app(backend, access_token, session):
    """A user who signs in or is signed in."""
    if session:
        return user_of_session(backend, session, SETTING_UP)
    for pool in backend.user_pools.values():
        if access_token in pool.access_tokens:
            _, username = pool.access_tokens[access_token]
            return pool, pool._get_user(username)
    raise NotAuthorizedError("Invalid Access Token")


def associate_software_token(self, access_token, session):
    _, user = user_of_app(self, access_token, session)
    app = AuthenticatorApp(base64.b32encode(secrets.token_bytes(20)).decode())
    vars(user)["portcullis_new_app"] = app
    return {"SecretCode": app.key, **({"Session": session} if session else {})}


def verify_software_token(self, access_token, session, user_code, _friendly_device_name):
    pool, user = user_of_app(self, access_token, session)
    refusal = JsonRESTError("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA")
    app = vars(user).get("portcullis_new_app")
    if app is None:
        raise refusal
    check_code_of(app, user_code, refusal)
    vars(user)["portcullis_app"] = vars(user).pop("portcullis_new_app")
    user.token_verified = True
    if not session:
        return {"Status": "SUCCESS"}
    del self.sessions[session], challenges_of(self)[session]
    verified = str(uuid.uuid4())
    self.sessions[verified] = (user.username, pool)
    challenges_of(self)[verified] = SETUP
    return {"Status": "SUCCESS", "Session": verified}


for name in ("initiate_auth", "admin_initiate_auth"):
    setattr(CognitoIdpBackend, name, with_factors(getattr(CognitoIdpBackend, name)))
for operation in (respond_to_auth_challenge, associate_software_token, verify_software_token):
    setattr(CognitoIdpBackend, operation.__name__, operation)
