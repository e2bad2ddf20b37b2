#!/usr/bin/env bash
# apply.sh ENVIRONMENT BASE: applies exactly the plan in plans/ENVIRONMENT.json. The plan must be for the checked-out Git
# tree, match the spec, have no blocked change, and still be what Terraform would do. BASE is the commit before the merge.
#
# Anyone who can push a branch could have replaced that file, so nothing in it is applied or run. The functions are built
# from the merged files. Terraform plans again from them, and applies its own plan if both plans are the same.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 077
environment=$1

fail() {
    local again='plan this branch again (see docs/pipelines.md of Portcullis), read the review, and run this job again'
    printf 'error: %s\n\nhelp: %s\n' "$1" "${2:-$again}" >&2
    exit 1
}

# The full hash, so a file with the name of a revision can't replace it.
base=$(git rev-parse --verify --quiet --end-of-options "$2^{commit}") ||
    fail "$(printf '%q' "$2") is not a commit of this clone" 'fetch the whole history: `fetch-depth: 0`'
plan=plans/$environment.json
[ -f "$plan" ] || fail "missing plan of \`$environment\`: \`$plan\`"
planned=$(cat "plans/$environment.tree")
merged=$(git rev-parse 'HEAD^{tree}')
[ "$planned" = "$merged" ] ||
    fail "the plan of \`$environment\` must be for the merged Git tree ${merged:0:12}, but is for ${planned:0:12}"

# A blocked change stays blocked after a merge, and after the last day of its entry in `[review]`.
BASE=$base PLANS=$plan make review ||
    fail "the review of \`$environment\` blocks this change: nothing was applied" \
        'accept it under `[review]` of portcullis.toml, or revert the change, in a pull request'
ENV=$environment PLAN=$plan make check || fail "the plan of \`$environment\` doesn't match the spec: nothing was applied"
ENV=$environment make build
ENV=$environment PLAN=$plan make apply ||
    fail "the plan of \`$environment\` was not fully applied: see the error above"
