#!/usr/bin/env bash
# plan.sh ENVIRONMENT: plans it, and keeps in plans/ what its review and its apply need: the plan in JSON, and of which
# tree it is. A plan holds what the state holds.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 077
environment=$1

mkdir -p plans
ENV=$environment PLAN_JSON=plans/$environment.json make plan
git rev-parse 'HEAD^{tree}' >"plans/$environment.tree"
