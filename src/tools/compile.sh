#!/bin/sh
# Compiles the requirement files of the tools from their `.in` files, with hashes, for every platform.
#
# To refresh: change the versions in the `.in` files, run this, run the tests. Needs uv (`pip install uv`).
# The tools share one venv, so they are resolved together first, and each file is what one of them needs of that.
set -eu
cd "$(dirname "$0")"
together=$(mktemp)
trap 'rm -f "$together"' EXIT

compile() {
    uv pip compile --quiet --universal --python-version "${python:-3.10}" --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

compile moto.in aws.in cargo-lambda.in --output-file "$together"
for tool in moto aws cargo-lambda; do
    # Into a new file: uv would keep the versions of the one that is there.
    rm -f "$tool.txt"
    compile "$tool.in" --constraints "$together" --output-file "$tool.txt"
done
# For the site and the tests, in venvs of their own.
rm -f ../../scripts/site.txt
python=3.11 compile ../../scripts/site.in --output-file ../../scripts/site.txt
for tests in ministack workflows; do
    rm -f "../../tests/$tests.txt"
    compile "../../tests/$tests.in" --output-file "../../tests/$tests.txt"
done
