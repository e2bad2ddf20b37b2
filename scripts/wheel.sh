#!/usr/bin/env bash
# Builds a wheel for PyPI into target/wheels: `scripts/wheel.sh [PROFILE]`. The default profile is `release`. On Linux, zig links
# it for glibc 2.17, so that it runs on every distribution since 2014.
set -euo pipefail
cd "$(dirname "$0")/.."

profile=${1:-release}
tools=$PWD/target/wheel-tools
if ! cmp --silent scripts/wheel.txt "$tools/requirements.txt"; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
        --requirement scripts/wheel.txt
    cp scripts/wheel.txt "$tools/requirements.txt"
fi
# A wheel of tests is for this machine only, and takes the build that is there.
how=(--profile "$profile" --compatibility linux)
if [ "$profile" = release ]; then
    how=(--release)
    [ "$(uname -s)" != Linux ] || how+=(--zig --compatibility manylinux2014)
fi
PATH="$tools/bin:$PATH" "$tools/bin/maturin" build --locked --out target/wheels "${how[@]}"
