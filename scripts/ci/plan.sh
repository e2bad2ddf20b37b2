#!/usr/bin/env bash
# plan.sh ENVIRONMENT: plans an environment. plans/ then has the plan in JSON and the hash of its Git tree, for the review
# and the apply. A plan contains everything in the state.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 077
environment=$1

mkdir -p plans
ENV=$environment PLAN_JSON=plans/$environment.json make plan
git rev-parse 'HEAD^{tree}' >"plans/$environment.tree"
