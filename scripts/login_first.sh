#!/usr/bin/env bash
# Signs in for the first time, with the temporary password of the invitation, and sets the password.
# Prints only the IdToken on stdout.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=cognito.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/cognito.sh"

usage() {
  cat <<'END'
usage: scripts/login_first.sh POOL_ID CLIENT_ID EMAIL [TEMPORARY_PASSWORD] [NEW_PASSWORD]

A password that is missing or `-` comes from the environment (TEMPORARY_PASSWORD, NEW_PASSWORD), or the script asks for it.
If the pool has second factors, a code of an authenticator app comes from the environment (MFA_CODE) or the terminal.
In the emulated AWS, the default for the new password is Testing1, or longer if the pool's policy asks for more.
END
}

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  usage
  exit
fi
if (($# < 3 || $# > 5)); then
  usage >&2
  exit 2
fi
pool_id=$1 client_id=$2 email=$3
[[ $pool_id =~ ^[a-z]+(-[a-z]+)+-[0-9]+_[0-9A-Za-z]+$ ]] ||
  fail 2 "\`$pool_id\` must be the id of a user pool, such as us-east-1_AbCdEf123: \`make outputs\` prints it"
password_or_ask TEMPORARY_PASSWORD "${4:-}" "Temporary password of $email"
find_cognito user_pool_id "$pool_id" "${pool_id%%_*}"
# A well-known password is only for the emulated AWS.
if (($# < 5)) && [[ -n ${AWS_ENDPOINT_URL:-} ]]; then
  if $local; then
    NEW_PASSWORD=${NEW_PASSWORD:-$(local_output example_password)}
  fi
  NEW_PASSWORD=${NEW_PASSWORD:-Testing1}
fi
password_or_ask NEW_PASSWORD "${5:-}" "New password of $email"

initiate_auth "$client_id" "$email" "$TEMPORARY_PASSWORD" || fail_with_refusal "$email" "$client_id" "$pool_id" ||
  fail 3 "Cognito does not accept this temporary password of $email: it is another one (\`make invitation\` prints the local one), or $email has signed in before (then: scripts/login.sh $(word "$client_id") $(word "$email"))"

if [[ $token != None ]]; then
  fail 3 "$email has signed in before, and this isn't a temporary password: use scripts/login.sh $(word "$client_id") $(word "$email")"
fi
if [[ $challenge == NEW_PASSWORD_REQUIRED ]]; then
  if [[ $user == None ]]; then
    user=$email
  fi
  respond NEW_PASSWORD_REQUIRED "$client_id" "{\"USERNAME\": $(json "$user"), \"NEW_PASSWORD\": $(json "$NEW_PASSWORD")}" ||
    fail_with_refusal "$email" "$client_id" "$pool_id" || fail 3 "Cognito refuses the new password: $reason"
fi
answer_mfa "$email" "$client_id" || fail_with_refusal "$email" "$client_id" "$pool_id" || fail 3 "Cognito refuses the code: $reason"
print_token_or_fail "$email"
