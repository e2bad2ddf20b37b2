#!/usr/bin/env bash
# Builds a wheel for PyPI into target/wheels: `scripts/wheel.sh [PROFILE]`. The default profile is `release`. On Linux, zig links
# it for glibc 2.17, so that it runs on every distribution since 2014.
set -euo pipefail
cd "$(dirname "$0")/.."

profile=${1:-release}
tools=$PWD/target/wheel-tools
scripts/python_tools.sh "$tools" scripts/wheel.txt
# A wheel of tests is for this machine only, and takes the build that is there.
how=(--profile "$profile" --compatibility linux)
if [ "$profile" = release ]; then
    how=(--release)
    [ "$(uname -s)" != Linux ] || how+=(--zig --compatibility manylinux2014)
fi
PATH="$tools/bin:$PATH" "$tools/bin/maturin" build --locked --out target/wheels "${how[@]}"
