#!/usr/bin/env bash
# apply.sh ENVIRONMENT BASE: applies exactly what plans/ENVIRONMENT.json says, if it is a plan of the tree that is checked
# out and what the spec says, nothing in it is blocked, and it is still what Terraform would do. BASE is the commit before the merge.
#
# Whoever may push a branch could have put that file into its place. So nothing of it is applied or run: the functions are
# built from what was merged, and what Terraform applies it has planned from that. Only what both say is done.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 077
environment=$1

fail() {
    local anew='plan this branch anew (docs/pipelines.md says how), read the review, and run this job again'
    printf 'error: %s\n\nhint: %s\n' "$1" "${2:-$anew}" >&2
    exit 1
}

# The whole hash: a file of the checkout that has the name of a revision does not stand in for it.
base=$(git rev-parse --verify --quiet --end-of-options "$2^{commit}") ||
    fail "$(printf '%q' "$2") is not a commit of this clone" 'fetch the whole history: `fetch-depth: 0`'
plan=plans/$environment.json
[ -f "$plan" ] || fail "there is no plan of \`$environment\`: \`$plan\` is missing"
planned=$(cat "plans/$environment.tree")
merged=$(git rev-parse 'HEAD^{tree}')
[ "$planned" = "$merged" ] ||
    fail "the plan of \`$environment\` is one of the tree ${planned:0:12}, and what was merged is ${merged:0:12}"

# A blocked change stays blocked after a merge, and after the last day of its entry in `[review]`.
BASE=$base PLANS=$plan make review ||
    fail "the review of \`$environment\` says no: nothing was applied" \
        'accept it under `[review]` of portcullis.toml, or revert the change, in a pull request'
ENV=$environment PLAN=$plan make check || fail "the plan of \`$environment\` is not what the spec says: nothing was applied"
ENV=$environment make build
ENV=$environment PLAN=$plan make apply ||
    fail "the plan of \`$environment\` was not applied to its end: Portcullis says why above"
