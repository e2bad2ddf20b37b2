"""Confirmation codes of moto's user pools: they are made at random, mailed, checked, and good for one use.

- SignUp, ForgotPassword, AdminResetUserPassword, UpdateUserAttributes and AdminUpdateUserAttributes: moto sends nothing.
- ConfirmSignUp, ConfirmForgotPassword: moto takes any code, and any new password.
- ResendConfirmationCode, GetUserAttributeVerificationCode, VerifyUserAttribute: moto 5.2.5 has none of them.
- A new e-mail address or phone number counts for moto at once, and users may call their own verified.

A mail goes to the proxy in front, in the header `MAILS` of the answer. The proxy takes it off and keeps the mail.

Runs in moto's process, behind `moto_users.py` and before `moto.py`.
Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-recover-a-user-account.html
"""

import base64
import hmac
import json
import secrets
import time
from dataclasses import dataclass

from moto.cognitoidp.exceptions import (
    AliasExistsException,
    CodeMismatchException,
    ExpiredCodeException,
    InvalidParameterException,
    NotAuthorizedError,
    UserNotFoundError,
)
from moto.cognitoidp.models import CognitoIdpBackend, UserStatus
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.cognitoidp.utils import expand_attrs, flatten_attrs
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult

MAILS = "x-portcullis-mails"

# If both are to be verified, Cognito sends to the phone number.
VERIFIABLE = ("phone_number", "email")

# What a code is for, in the proxy's words, and for how many seconds it is good.
SIGN_UP = "sign_up"
FORGOTTEN_PASSWORD = "forgotten_password"
LIFETIMES = {SIGN_UP: 24 * 60 * 60, FORGOTTEN_PASSWORD: 60 * 60, "email": 24 * 60 * 60, "phone_number": 24 * 60 * 60}


@dataclass
class Code:
    text: str
    attribute: str
    # Where it was sent. It proves this address, whatever the user's address is by then.
    destination: str
    expires: float


def codes_of(user):
    """By what they are for: a new code takes the place of the one before."""
    return vars(user).setdefault("portcullis_codes", {})


def send_code(response, pool, user, purpose, attribute, destination):
    """Makes a code and mails it. Returns the delivery as Cognito tells it, without the whole address."""
    text = f"{secrets.randbelow(10**6):06}"
    codes_of(user)[purpose] = Code(text, attribute, destination, time.time() + LIFETIMES[purpose])
    by_mail = attribute == "email"
    template = pool.extended_config.get("VerificationMessageTemplate") or {}
    message = pool.extended_config.get("EmailVerificationMessage" if by_mail else "SmsVerificationMessage")
    message = message or template.get("EmailMessage" if by_mail else "SmsMessage")
    subject = pool.extended_config.get("EmailVerificationSubject") or template.get("EmailSubject")
    mail = {
        "kind": purpose,
        "user_pool_id": pool.id,
        "username": user.attribute_lookup.get("email", user.username),
        "assigned_username": user.username,
        "to": destination,
        "subject": (subject or "Your verification code") if by_mail else None,
        "message": (message or "Your verification code is {####}.").replace("{####}", text),
        "secret": text,
    }
    before = response.response_headers.get(MAILS)
    mails = json.loads(base64.b64decode(before)) if before else []
    response.response_headers[MAILS] = base64.b64encode(json.dumps([*mails, mail]).encode()).decode()
    if by_mail:
        name, _, domain = destination.partition("@")
        shown = f"{name[:1]}***@{domain[:1]}***"
    else:
        shown = f"+*******{destination[-4:]}"
    return {"Destination": shown, "DeliveryMedium": "EMAIL" if by_mail else "SMS", "AttributeName": attribute}


def check_code(user, purpose, text):
    code = codes_of(user).get(purpose)
    if code is None or code.expires <= time.time():
        raise ExpiredCodeException("Invalid code provided, please request a code again.")
    if not hmac.compare_digest(code.text.encode(), (text or "").encode()):
        raise CodeMismatchException("Invalid verification code provided, please try again.")
    return code


def use_code(user, purpose):
    if codes_of(user).pop(purpose, None) is None:
        # Somebody else used it in this moment.
        raise ExpiredCodeException("Invalid code provided, please request a code again.")


def set_attributes(user, attributes):
    user.update_attributes(expand_attrs(attributes))


def pool_of_client(response):
    client_id = response._get_param("ClientId")
    backend = response._get_region_agnostic_backend()._find_backend_for_clientid(client_id)
    pools = (pool for pool in backend.user_pools.values() if client_id in pool.clients)
    return backend, next(pools, None)


def user_of_client(response):
    backend, pool = pool_of_client(response)
    user = pool and pool._get_user(response._get_param("Username"))
    if not user:
        raise UserNotFoundError("Username/client id combination not found.")
    return backend, pool, user


def user_of_token(response):
    token = response._get_param("AccessToken")
    backend = response._get_region_agnostic_backend()._find_backend_by_access_token(token)
    user = backend.get_user(token)
    return backend.user_pools[user.user_pool_id], user


def user_of_administrator(response):
    pool_id = response._get_param("UserPoolId")
    user = response.backend.admin_get_user(pool_id, response._get_param("Username"))
    return response.backend.user_pools[pool_id], user


# Registering


def attribute_of_sign_up(pool, user):
    wanted = pool.extended_config.get("AutoVerifiedAttributes") or ()
    return next((name for name in VERIFIABLE if name in wanted and user.attribute_lookup.get(name)), None)


def send_sign_up_code(response, pool, user):
    attribute = attribute_of_sign_up(pool, user)
    return attribute and send_code(response, pool, user, SIGN_UP, attribute, user.attribute_lookup[attribute])


def refuse_own_verdict(attributes):
    """https://github.com/aws/aws-sdk-js/issues/3603: only an administrator says that an address is verified."""
    if any(name == "sub" or name.endswith("_verified") for name in flatten_attrs(attributes)):
        raise NotAuthorizedError("A client attempted to write unauthorized attribute")


def sign_up(self, motos_own=CognitoIdpResponse.sign_up):
    _, pool = pool_of_client(self)
    if pool and pool.extended_config.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        raise NotAuthorizedError("SignUp is not permitted for this user pool")
    refuse_own_verdict(self._get_param("UserAttributes", []))
    answer = {key: value for key, value in motos_own(self).result.items() if key != "CodeDeliveryDetails"}
    _, pool, user = user_of_client(self)
    set_attributes(user, {f"{name}_verified": "false" for name in VERIFIABLE if name in user.attribute_lookup})
    delivery = send_sign_up_code(self, pool, user)
    return ActionResult({**answer, "CodeDeliveryDetails": delivery} if delivery else answer)


def confirm_sign_up(self):
    _, _, user = user_of_client(self)
    if user.status != UserStatus.UNCONFIRMED:
        status = UserStatus(user.status).value
        raise NotAuthorizedError(f"User cannot be confirmed. Current status is {status}")
    code = check_code(user, SIGN_UP, self._get_param("ConfirmationCode"))
    use_code(user, SIGN_UP)
    user.status = UserStatus.CONFIRMED
    if user.attribute_lookup.get(code.attribute) == code.destination:
        set_attributes(user, {f"{code.attribute}_verified": "true"})
    return EmptyResult()


def resend_confirmation_code(self):
    _, pool, user = user_of_client(self)
    if user.status != UserStatus.UNCONFIRMED:
        raise InvalidParameterException("User is already confirmed.")
    delivery = send_sign_up_code(self, pool, user)
    if not delivery:
        raise InvalidParameterException("Auto verification not turned on.")
    return ActionResult({"CodeDeliveryDetails": delivery})


# Forgotten passwords


def send_password_code(response, pool, user):
    """To the first verified address by the pool's priorities; without them to the phone number, then by mail."""
    setting = pool.extended_config.get("AccountRecoverySetting") or {}
    mechanisms = sorted(setting.get("RecoveryMechanisms") or (), key=lambda mechanism: mechanism["Priority"])
    names = [mechanism["Name"].removeprefix("verified_") for mechanism in mechanisms] or VERIFIABLE
    if "admin_only" in names:
        raise NotAuthorizedError("Contact administrator to reset password.")
    for attribute in names:
        if user.attribute_lookup.get(f"{attribute}_verified") == "true":
            destination = user.attribute_lookup[attribute]
            return send_code(response, pool, user, FORGOTTEN_PASSWORD, attribute, destination)
    raise InvalidParameterException(
        "Cannot reset password for the user as there is no registered/verified email or phone_number"
    )


def forgot_password(self, motos_own=CognitoIdpResponse.forgot_password):
    try:
        _, pool, user = user_of_client(self)
    except UserNotFoundError:
        # As Cognito does for clients that do not tell who exists, moto makes a delivery up.
        answer = motos_own(self)
        self.response_headers.pop("x-moto-forgot-password-confirmation-code")
        return answer
    if not user.enabled:
        raise NotAuthorizedError("User is disabled.")
    if user.status == UserStatus.FORCE_CHANGE_PASSWORD:
        raise NotAuthorizedError("User password cannot be reset in the current state.")
    return ActionResult({"CodeDeliveryDetails": send_password_code(self, pool, user)})


def confirm_forgot_password(self):
    backend, pool, user = user_of_client(self)
    password = self._get_param("Password")
    check_code(user, FORGOTTEN_PASSWORD, self._get_param("ConfirmationCode"))
    backend._validate_password(pool.id, password)
    use_code(user, FORGOTTEN_PASSWORD)
    user.password = password
    user.status = UserStatus.CONFIRMED
    return EmptyResult()


def admin_reset_user_password(self, motos_own=CognitoIdpResponse.admin_reset_user_password):
    answer = motos_own(self)
    send_password_code(self, *user_of_administrator(self))
    return answer


def unless_reset(motos_own):
    """After AdminResetUserPassword no password signs in until a code has set a new one."""

    def initiate(self, *arguments):
        pools = (pool for pool in self.user_pools.values() if set(arguments[:2]) & {pool.id, *pool.clients})
        username = (arguments[-1] or {}).get("USERNAME")
        user = next((user for pool in pools if (user := pool._get_user(username))), None)
        if user and user.status == UserStatus.RESET_REQUIRED:
            raise JsonRESTError("PasswordResetRequiredException", "Password reset required for the user")
        return motos_own(self, *arguments)

    return initiate


# Changed attributes


def refuse_taken(pool, user, attribute, value):
    config = pool.extended_config
    names = [*(config.get("UsernameAttributes") or ()), *(config.get("AliasAttributes") or ())]
    owner = pool._get_user(value)
    if attribute in names and owner and owner is not user:
        raise AliasExistsException


def change_attributes(response, pool, user, attributes):
    """Cognito sends a code to a new address. Until that is entered the address is not verified, or, if the pool says
    so, not the user's."""
    config = pool.extended_config
    settings = config.get("UserAttributeUpdateSettings") or {}
    keeping = settings.get("AttributesRequireVerificationBeforeUpdate") or ()
    changed = flatten_attrs(attributes)
    sent = []
    for name in VERIFIABLE:
        if name not in changed:
            continue
        refuse_taken(pool, user, name, changed[name])
        if changed.get(f"{name}_verified") == "true":
            codes_of(user).pop(name, None)
        elif changed[name] != user.attribute_lookup.get(name):
            codes_of(user).pop(name, None)
            sent.append((name, changed[name]))
            if name in keeping:
                del changed[name]
            else:
                changed[f"{name}_verified"] = "false"
    set_attributes(user, changed)
    wanted = {*keeping, *(config.get("AutoVerifiedAttributes") or ())}
    return [send_code(response, pool, user, name, name, value) for name, value in sent if name in wanted]


def update_user_attributes(self):
    pool, user = user_of_token(self)
    refuse_own_verdict(self._get_param("UserAttributes"))
    deliveries = change_attributes(self, pool, user, self._get_param("UserAttributes"))
    return ActionResult({"CodeDeliveryDetailsList": deliveries})


def admin_update_user_attributes(self):
    change_attributes(self, *user_of_administrator(self), self._get_param("UserAttributes"))
    return EmptyResult()


def get_user_attribute_verification_code(self):
    pool, user = user_of_token(self)
    attribute = self._get_param("AttributeName")
    waiting = codes_of(user).get(attribute)
    destination = waiting.destination if waiting else user.attribute_lookup.get(attribute)
    if attribute not in VERIFIABLE or not destination:
        raise InvalidParameterException(f"User has no attribute {attribute} that can be verified.")
    return ActionResult({"CodeDeliveryDetails": send_code(self, pool, user, attribute, attribute, destination)})


def verify_user_attribute(self):
    pool, user = user_of_token(self)
    code = check_code(user, self._get_param("AttributeName"), self._get_param("Code"))
    refuse_taken(pool, user, code.attribute, code.destination)
    use_code(user, code.attribute)
    set_attributes(user, {code.attribute: code.destination, f"{code.attribute}_verified": "true"})
    return EmptyResult()


for operation in (
    sign_up,
    confirm_sign_up,
    resend_confirmation_code,
    forgot_password,
    confirm_forgot_password,
    admin_reset_user_password,
    update_user_attributes,
    admin_update_user_attributes,
    get_user_attribute_verification_code,
    verify_user_attribute,
):
    setattr(CognitoIdpResponse, operation.__name__, operation)
for name in ("initiate_auth", "admin_initiate_auth"):
    setattr(CognitoIdpBackend, name, unless_reset(getattr(CognitoIdpBackend, name)))
