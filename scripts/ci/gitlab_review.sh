#!/usr/bin/env bash
# Plans every environment that has a role, reviews the changes, and writes the review into the merge request. In a
# pipeline started by hand for the default branch, it plans a merge again that could not be applied, and writes no note.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 077

environments=$(make --silent environments)
list=$(scripts/ci/environments.py plan <<<"$environments")
token=$(mktemp)
trap 'rm -f "$token"' EXIT
printf %s "$AWS_ID_TOKEN" >"$token"
export AWS_WEB_IDENTITY_TOKEN_FILE=$token AWS_ROLE_SESSION_NAME=plan-$CI_JOB_ID

names=()
while read -r name region role; do
    names+=("$name")
    # The review reports each failed plan.
    AWS_REGION=$region AWS_ROLE_ARN=$role scripts/ci/plan.sh "$name" </dev/null || true
done < <(python3 -c 'import json, sys; [print(*job.values()) for job in json.loads(sys.argv[1])]' "$list")

status=0
scripts/ci/review.sh "${CI_MERGE_REQUEST_DIFF_BASE_SHA:-HEAD^}" ${names[@]+"${names[@]}"} || status=$?
if [ "${CI_MERGE_REQUEST_IID:-}" ]; then
    scripts/ci/gitlab.py note
fi
exit "$status"
