# shellcheck shell=bash
# Shared by login_first.sh and login.sh: finds Cognito, calls it, asks for codes, and prints its errors as sentences.
#
# The scripts call the first of these:
#   1. AWS_ENDPOINT_URL, if it is set.
#   2. The emulated AWS on this machine, if the pool or client belongs to the local environment. `portcullis apply` writes
#      its ids, region and endpoint to .portcullis/local/outputs.json. AWS and the emulator choose ids at random, so
#      ids of different environments are never the same.
#   3. AWS.
# The region comes from the pool id or the local environment, or else from AWS_REGION, AWS_DEFAULT_REGION or the AWS CLI's
# configuration. Signing in needs no credentials.
#
# Passwords, codes and challenge sessions reach the AWS CLI on standard input, because every user of the machine can read
# arguments.

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
spec=$project/portcullis.toml
local_outputs=$project/.portcullis/local/outputs.json
local=false

# fail STATUS SENTENCE: exits with 2 after wrong use, and with 3 if AWS or the AWS CLI failed.
fail() {
  printf 'error: %s\n' "$(seen "$2")" >&2
  exit "$1"
}

# seen TEXT: replaces UTF-8 characters that control a terminal or reverse text: C0 except the end of a line, DEL, C1,
# U+061C, U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F.
seen() {
  local LC_ALL=C text=$1
  text=${text//[$'\x01'-$'\x09'$'\x0b'-$'\x1f'$'\x7f']/?}
  text=${text//$'\xc2'[$'\x80'-$'\x9f']/?}
  text=${text//$'\xd8\x9c'/?}
  text=${text//$'\xe2\x80'[$'\x8b'-$'\x8f'$'\xa8'-$'\xae']/?}
  text=${text//$'\xe2\x81'[$'\xa0'-$'\xaf']/?}
  printf %s "$text"
}

# word TEXT: quotes text as one word of a command to paste.
word() {
  printf %q "$1"
}

# password_or_ask VARIABLE ARGUMENT PROMPT: sets VARIABLE to the argument. If the argument is missing or `-`, it keeps the
# value from the environment, or asks on the terminal without an echo.
password_or_ask() {
  local variable=$1 argument=$2 prompt=$3
  if [[ -n $argument && $argument != - ]]; then
    printf -v "$variable" %s "$argument"
  elif [[ -z ${!variable:-} ]]; then
    { : >/dev/tty; } 2>/dev/null ||
      fail 2 "no password: give it as an argument or in the environment as $variable (there is no terminal to ask on)"
    printf '%s: ' "$prompt" >/dev/tty
    IFS= read -rs "${variable?}" </dev/tty || true
    printf '\n' >/dev/tty
    [[ -n ${!variable} ]] || fail 2 "no password"
  fi
  export -n "${variable?}" # the AWS CLI doesn't need it in its environment
}

# json TEXT: prints text as a JSON string.
json() {
  local LC_ALL=C text=$1 code character escape
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  for code in {1..31}; do
    printf -v escape '%04x' "$code"
    printf -v character %b "\\x${escape:2}"
    text=${text//"$character"/"\\u$escape"}
  done
  printf '"%s"' "$text"
}

# local_output KEY: prints a value that `portcullis apply` recorded for the local environment, if there is one.
local_output() {
  [[ ! -r $local_outputs ]] ||
    sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$local_outputs"
}

# find_cognito KEY ID [REGION]: finds endpoint and region. If ID is the local environment's output KEY, they are local.
find_cognito() {
  local key=$1 id=$2 region=${3:-}
  if [[ -r $spec ]] && ! grep -Eq '^[[:space:]]*(\[[[:space:]]*user_pool|user_pool[[:space:]]*[.=])' "$spec"; then
    fail 2 "the service has no user pool, so no user can sign in: add \`[user_pool]\` to portcullis.toml and apply"
  fi
  if [[ -n $id && $id == "$(local_output "$key")" ]]; then
    local=true
    region=$(local_output region)
    AWS_ENDPOINT_URL=${AWS_ENDPOINT_URL:-$(local_output endpoint)}
    unset AWS_PROFILE AWS_DEFAULT_PROFILE
    export AWS_MAX_ATTEMPTS=1
    export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}" no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"
  fi
  region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-}}}
  if [[ -n $region ]]; then
    export AWS_REGION=$region AWS_DEFAULT_REGION=$region # version 1 of the AWS CLI reads the second one only
  fi

  aws=$(command -v aws || true)
  aws=${aws:-$project/.portcullis/tools/venv/bin/aws}
  [[ -x $aws ]] ||
    fail 3 "the AWS CLI is missing: install it (version 1 or 2), or run \`make apply\`, which installs one for this project"
  errors=$(mktemp)
  trap 'rm -f -- "$errors"' EXIT
}

# cognito OPERATION ARGUMENT…: makes one call, with secrets on standard input. Sets challenge, session, user and token from
# the answer, or to `None`. If Cognito refuses, it sets refusal to the error's name (or to nothing) and reason to its
# message, and returns 1.
cognito() {
  local answer endpoint=()
  if [[ -n ${AWS_ENDPOINT_URL:-} ]]; then
    endpoint=(--endpoint-url "$AWS_ENDPOINT_URL") # versions before 2.13 and 1.29 do not read the variable
  fi
  if ! answer=$(AWS_PAGER='' AWS_CLI_FILE_ENCODING=UTF-8 "$aws" cognito-idp "$@" \
    --no-sign-request ${endpoint[@]+"${endpoint[@]}"} --output text \
    --query '[ChallengeName, Session, ChallengeParameters.USER_ID_FOR_SRP, AuthenticationResult.IdToken]' \
    2>"$errors"); then
    reason=$(<"$errors")
    refusal=
    if [[ $reason =~ An\ error\ occurred\ \(([A-Za-z]+)\)[^:]*:\ *(.*) ]]; then
      refusal=${BASH_REMATCH[1]}
      reason=${BASH_REMATCH[2]}
    fi
    return 1
  fi
  # shellcheck disable=SC2034 # read by the scripts
  IFS=$'\t' read -r challenge session user token <<<"$answer"
}

# respond CHALLENGE CLIENT_ID RESPONSES: answers a challenge of the session.
respond() {
  cognito respond-to-auth-challenge --challenge-name "$1" --client-id="$2" \
    --session file:///dev/fd/3 --challenge-responses file:///dev/stdin 3< <(printf %s "$session") < <(printf %s "$3")
}

# fail_with_refusal EMAIL CLIENT_ID POOL_ID: explains Cognito's error, tells how to fix it, and exits.
fail_with_refusal() {
  local email=$1 client_id=$2 pool_id=$3
  local where="at ${AWS_ENDPOINT_URL:-AWS}${AWS_REGION:+ in $AWS_REGION}"
  case $refusal:$reason in
    NotAuthorizedException:*[Tt]emporary\ password\ has\ expired*)
      fail 3 "the temporary password of $email has expired: send another invitation with \`aws cognito-idp admin-create-user --user-pool-id $(word "$pool_id") --username $(word "$email") --message-action RESEND\`"
      ;;
    NotAuthorizedException:*attempts\ exceeded*)
      fail 3 "too many failed attempts for $email: wait some minutes and try again"
      ;;
    NotAuthorizedException:*disabled*)
      fail 3 "$email is disabled: enable it with \`aws cognito-idp admin-enable-user --user-pool-id $(word "$pool_id") --username $(word "$email")\`"
      ;;
    NotAuthorizedException:*[Ss]ession*)
      fail 3 "the session has expired: run this again"
      ;;
    *SECRET_HASH*)
      fail 3 "the client $client_id has a secret, so these scripts can't use it: use a client without a secret"
      ;;
    NotAuthorizedException:*ncorrect\ username\ or\ password*) return 1 ;;
    UserNotFoundException:*)
      fail 3 "there is no user $email in the pool of the client $client_id: look for a typing error, or create the user"
      ;;
    UserNotConfirmedException:*)
      fail 3 "$email must confirm the sign-up first: enter the code from the mail with \`aws cognito-idp confirm-sign-up --client-id $(word "$client_id") --username $(word "$email") --confirmation-code CODE\`"
      ;;
    PasswordResetRequiredException:*)
      fail 3 "an administrator has reset the password of $email: get a code with \`aws cognito-idp forgot-password --client-id $(word "$client_id") --username $(word "$email")\` and set a password with \`confirm-forgot-password\`"
      ;;
    CodeMismatchException:*)
      fail 3 "this is not the code that the authenticator app of $email shows now: run this again"
      ;;
    ExpiredCodeException:*)
      fail 3 "the code of the authenticator app was used before: wait for the next one and run this again"
      ;;
    InvalidPasswordException:*)
      fail 3 "the new password does not satisfy the pool's policy; choose another one (Cognito says: $reason)"
      ;;
    ResourceNotFoundException:*)
      fail 3 "there is no client $client_id $where: \`make outputs\` (with ENV=… for another environment than local) prints the ids"
      ;;
    TooManyRequestsException:* | LimitExceededException:* | ThrottlingException:* | *TooManyFailedAttemptsException:*)
      fail 3 "too many calls to Cognito: wait a minute and try again"
      ;;
    InvalidParameterException:*USER_PASSWORD_AUTH*)
      fail 3 "the client $client_id doesn't allow passwords: give it \`auth_flows = [\"user_password\", …]\` in portcullis.toml and apply"
      ;;
    :*Could\ not\ connect\ to\ the\ endpoint* | :*Connection\ was\ closed* | :*timeout\ on\ endpoint*)
      if $local; then
        fail 3 "nothing answers at $AWS_ENDPOINT_URL, where the local environment was: run \`make apply\`"
      fi
      fail 3 "Cognito cannot be reached $where: is the network up, and the region right?"
      ;;
    :*[Ss]pecify\ a\ region*)
      fail 3 "unknown region: set AWS_REGION to the user pool's region"
      ;;
    :*rror\ parsing\ parameter* | :*could\ not\ be\ decoded*)
      fail 3 "the AWS CLI cannot read the password: is it UTF-8?" # its own message repeats the password
      ;;
    *)
      fail 3 "Cognito refuses $where: ${refusal:+$refusal: }${reason#$'\n'}"
      ;;
  esac
}

# initiate_auth CLIENT_ID EMAIL PASSWORD
initiate_auth() {
  cognito initiate-auth --auth-flow USER_PASSWORD_AUTH --client-id="$1" --auth-parameters file:///dev/stdin \
    < <(printf '{"USERNAME": %s, "PASSWORD": %s}' "$(json "$2")" "$(json "$3")")
}

# code_or_ask EMAIL: sets MFA_CODE to what the authenticator app shows. It comes from the environment or the terminal.
code_or_ask() {
  if [[ -z ${MFA_CODE:-} ]]; then
    { : >/dev/tty; } 2>/dev/null ||
      fail 2 "no code: give the code of the authenticator app of $1 in the environment as MFA_CODE (there is no terminal to ask on)"
    printf 'Code of the authenticator app: ' >/dev/tty
    IFS= read -r MFA_CODE </dev/tty || true
    [[ -n $MFA_CODE ]] || fail 2 "no code"
  fi
  export -n MFA_CODE
}

# answer_mfa EMAIL CLIENT_ID: answers the challenges of a second factor. Returns 1 if Cognito refuses.
answer_mfa() {
  if [[ $user == None ]]; then
    user=$1
  fi
  case $challenge in
    MFA_SETUP)
      fail 3 "$1 needs an authenticator app to sign in: run \`portcullis login --first\` to set one up"
      ;;
    SOFTWARE_TOKEN_MFA)
      code_or_ask "$1"
      respond SOFTWARE_TOKEN_MFA "$2" "{\"USERNAME\": $(json "$user"), \"SOFTWARE_TOKEN_MFA_CODE\": $(json "$MFA_CODE")}"
      ;;
  esac
}

# print_token_or_fail EMAIL: prints the token. If there is none, it fails and names the challenge.
print_token_or_fail() {
  [[ $token == None ]] || {
    printf '%s\n' "$token"
    return
  }
  fail 3 "Cognito asks $1 for $challenge, which this script cannot answer: sign in with an application, or turn it off for this user"
}
