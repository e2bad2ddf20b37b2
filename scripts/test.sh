#!/usr/bin/env bash
# Runs the tests of the tool. `make test` also runs those of the functions. `--fast` skips tests that start Terraform,
# moto, cargo-lambda, pip or a browser, use the network, or start thousands of processes. It needs git, and takes under a
# minute once everything is compiled. Other arguments go to cargo test.
set -euo pipefail
cd "$(dirname "$0")/.."

fast=false
if [ "${1:-}" = --fast ]; then
    fast=true
    shift
fi

more=("$@")
# Every step selects the whole workspace, so that all of them share one build: with a single package, Cargo builds dependencies
# again with other features.
tests() { cargo test --locked --quiet --workspace "${more[@]}" "$@"; }
step() { printf '\n== %s\n' "$*" >&2; }

if [ "${CI:-}" ] && ! command -v node >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    step 'Node.js, which runs functions in the tests'
    apt-get update --quiet=2 || true # the existing lists may be enough
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends nodejs
fi
step 'units of the tool'
tests --lib --bins
step 'addresses, what a review tells of a change'
tests --test addresses --test schema --test review --test review_of_random_specs --test review_of_random_events \
    --test every_key_is_reviewed --test surface_of_random_services
step 'golden trees, mistakes, states of others'
tests --test golden --test serve --test review_command --test plans --test existing_terraform --test linked_folders --test check --test message_format \
    --test documents --test exit_codes --test house --test surfaces --test new --test verbose
step 'conformance of the data plane'
tests --test conformance
"$fast" && exit 0

step 'text of others, hand-written Terraform'
# These two start some thousand processes.
tests --test foreign_text --test reconfigured
step 'HCL as Terraform reads it'
tests --test hcl
step 'tools, runtimes of others'
# Units that install something with pip, or start an interpreter for each case.
tests --lib -- --ignored
tools=$(cargo run --quiet --locked --package portcullis -- tools)
field() { printf '%s\n' "$tools" | sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p"; }
PORTCULLIS_CARGO_LAMBDA=$(field cargo_lambda)
PORTCULLIS_PYTHON=$(field python)
export PORTCULLIS_CARGO_LAMBDA PORTCULLIS_PYTHON

step 'ministack, a second emulated AWS'
ministack=$PWD/target/ministack
scripts/python_tools.sh "$ministack" tests/ministack.txt
export PORTCULLIS_MINISTACK=$ministack/bin/python

step 'checkov, which checks Terraform'
checkov=$PWD/target/checkov
scripts/python_tools.sh "$checkov" tests/checkov.txt
export PORTCULLIS_CHECKOV=$checkov/bin/checkov

if [ "${CI:-}" ]; then
    step 'what the tests in a browser need'
    # Root can install it on Debian and similar systems.
    packages=()
    command -v chromium chromium-browser google-chrome >/dev/null || packages+=(chromium)
    command -v npm >/dev/null || packages+=(npm)
    if [ ${#packages[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        apt-get update --quiet=2 || true # the existing lists may be enough
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${packages[@]}"
    fi
fi

step 'Mermaid, which draws the README of the tree'
# One self-contained file. Without npm it is skipped, and the test reports that.
mermaid=$PWD/target/mermaid
verified() { (cd "$mermaid" && sha256sum --check --quiet) <tests/mermaid.sha256 2>/dev/null; }
if ! verified && command -v npm >/dev/null; then
    version=$(sed -n 's/^# mermaid //p' tests/mermaid.sha256)
    rm -rf "$mermaid"
    mkdir -p "$mermaid"
    npm pack --silent --pack-destination "$mermaid" "mermaid@$version" >/dev/null
    tar -xzf "$mermaid/mermaid-$version.tgz" -C "$mermaid" --strip-components 2 package/dist/mermaid.min.js
    rm "$mermaid/mermaid-$version.tgz"
    verified || { echo "mermaid.min.js is not the one of tests/mermaid.sha256" >&2; exit 1; }
fi
if verified; then export PORTCULLIS_MERMAID=$mermaid/mermaid.min.js; fi

step 'workflow files'
checks=$PWD/target/workflows
scripts/python_tools.sh "$checks" tests/workflows.txt
tests --test workflows

step 'documentation as a site'
if [ "${CI:-}" ] || python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    scripts/site.sh
else
    echo 'skipped: the program that builds it needs Python 3.11' >&2
fi
step 'control plane and data plane'
# The tests run the data plane as a process, which cargo builds by itself only without `--test`.
cargo build --locked --quiet --workspace --examples
tests --test access_logs --test bad_input --test control_plane --test crashes --test data_plane --test function_calls --test limits \
    --test listeners --test openapi
# Portcullis sets these two for Terraform, too.
export GOGC=400 GOMEMLIMIT=2GiB
# One program has them all: each links the whole of the tool.
slow() { cargo test --locked --workspace --test slow "${more[@]}" -- "$@"; }
step 'examples, whose first build takes minutes'
slow end_to_end::examples --test-threads=2
# Most of them start Terraform, its provider and an emulated AWS, and each of these keeps less than a processor busy: three
# tests at a time keep two busy. The provider needs half a gigabyte.
step 'functions, generated Terraform, end to end, in a browser'
slow --skip end_to_end::examples --test-threads=3
