#!/usr/bin/env bash
# Builds the documentation as a site into target/site/html. A warning, such as a broken link, fails.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/target/site-tools
if ! cmp --silent scripts/site.txt "$tools/requirements.txt"; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
        --requirement scripts/site.txt
    cp scripts/site.txt "$tools/requirements.txt"
fi
mkdir -p target/site
scripts/site.py target/site/pages
cp docs/zensical.toml target/site/zensical.toml
"$tools/bin/zensical" build --clean --strict --config-file target/site/zensical.toml
