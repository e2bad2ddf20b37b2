#!/usr/bin/env bash
# review.sh BASE [ENVIRONMENT…]: reviews the changes since a commit, with the plans of these environments in plans/. Writes
# plans/review.md. Fails if a change is blocked, a plan doesn't match the spec, or an environment was not planned.
set -euo pipefail
cd "$(dirname "$0")/../.."
umask 077
base=$1
shift

mkdir -p plans
plans='' wrong=''
for environment; do
    if [ -f "plans/$environment.json" ]; then
        plans="$plans plans/$environment.json"
        said=$(ENV=$environment PLAN=plans/$environment.json make --silent check) || wrong="$wrong
**The plan of \`$environment\` doesn't match the spec**

\`\`\`
$said
\`\`\`"
    else
        wrong="$wrong
**\`$environment\` was not planned**: see the log of its plan."
    fi
done
status=0
# The full hash, so a file with the name of a revision can't replace it.
if commit=$(git rev-parse --verify --quiet --end-of-options "$base^{commit}"); then
    BASE=$commit PLANS=$plans MARKDOWN=1 make --silent review >plans/review.md || status=$?
else
    printf 'error: %q is not a commit of this clone\n\nhelp: fetch it, or the whole history\n' "$base" >&2
    rm -f plans/review.md
    status=1
fi
[ -s plans/review.md ] || echo '**The review failed**: see its log.' >plans/review.md
if [ "$wrong" ]; then
    printf '%s\n' "$wrong" >>plans/review.md
    status=1
fi
cat plans/review.md
exit "$status"
