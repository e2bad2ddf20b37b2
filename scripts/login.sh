#!/usr/bin/env bash
# Signs in with a password. Prints only the IdToken on stdout.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=cognito.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/cognito.sh"

usage() {
  cat <<'END'
usage: scripts/login.sh CLIENT_ID EMAIL [PASSWORD]

A password that is missing or `-` comes from the environment (PASSWORD), or the script asks for it.
If the pool has second factors, a code of an authenticator app comes from the environment (MFA_CODE) or the terminal.
END
}

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  usage
  exit
fi
if (($# < 2 || $# > 3)); then
  usage >&2
  exit 2
fi
client_id=$1 email=$2
password_or_ask PASSWORD "${3:-}" "Password of $email"

find_cognito user_pool_client_id "$client_id"
initiate_auth "$client_id" "$email" "$PASSWORD" || fail_with_refusal "$email" "$client_id" POOL_ID ||
  fail 3 "Cognito does not accept this e-mail and password: one of them is wrong, or $email does not exist"

if [[ $challenge == NEW_PASSWORD_REQUIRED ]]; then
  fail 3 "$email still has the temporary password of the invitation: use scripts/login_first.sh POOL_ID $(word "$client_id") $(word "$email")"
fi
answer_mfa "$email" "$client_id" || fail_with_refusal "$email" "$client_id" POOL_ID || fail 3 "Cognito refuses the code: $reason"
print_token_or_fail "$email"
