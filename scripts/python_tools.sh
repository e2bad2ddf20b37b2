#!/usr/bin/env bash
# Creates a Python environment with the packages of a requirement file, unless it is there:
# `scripts/python_tools.sh FOLDER REQUIREMENTS`. Packages are pinned by hash, and nothing of them is built.
set -euo pipefail

folder=$1 requirements=$2
if cmp --silent "$requirements" "$folder/requirements.txt"; then
    exit 0
fi
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --no-compile --require-hashes --no-deps \
    --only-binary :all: --requirement "$requirements"
cp "$requirements" "$folder/requirements.txt"
