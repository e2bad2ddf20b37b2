#!/usr/bin/env bash
# Builds the documentation as a site into target/site/html. A warning, such as a broken link, fails.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/target/site-tools
scripts/python_tools.sh "$tools" scripts/site.txt
mkdir -p target/site
scripts/site.py target/site/pages
cp docs/zensical.toml target/site/zensical.toml
"$tools/bin/zensical" build --clean --strict --config-file target/site/zensical.toml
