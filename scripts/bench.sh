#!/usr/bin/env bash
# The load benchmark: `scripts/bench.sh [PART]… [--seconds N]`. The parts are compare, share, endurance and crashes. The
# default is all of them. The other servers are installed below target/load/.
set -euo pipefail
cd "$(dirname "$0")/.."

crashes=false
[ $# -gt 0 ] || set -- compare share endurance crashes
parts=()
for argument; do
    if [ "$argument" = crashes ]; then crashes=true; else parts+=("$argument"); fi
done

if [ ${#parts[@]} -gt 0 ]; then
    [ -x target/load/venv/bin/ministack ] || {
        python3 -m venv target/load/venv
        target/load/venv/bin/pip install --quiet ministack==1.5.33 cryptography boto3
    }
    # Version 4 of serverless needs an account.
    [ -d target/load/offline/node_modules ] || if command -v npm >/dev/null; then
        mkdir -p target/load/offline
        npm install --prefix target/load/offline --no-audit --no-fund --silent serverless@3.40.0 serverless-offline@13.9.0
    else
        echo 'no npm: without serverless-offline' >&2
    fi
    cargo run --quiet --release --locked --package portcullis -- build --env dev >/dev/null
    cargo bench --locked --bench load -- "${parts[@]}"
fi
if $crashes; then
    # These functions are Python and restart all the time, so the data plane's build profile doesn't matter.
    cargo build --locked --quiet --package portcullis-emulator --examples
    PORTCULLIS_CRASH_REQUESTS=${PORTCULLIS_CRASH_REQUESTS:-2500} \
        cargo test --locked --quiet --package portcullis-emulator --test crashes -- --nocapture
fi
