#!/usr/bin/env bash
# Checks formatting, lints and documentation of the tool. `make lint` also checks the functions. The examples are only
# formatted, because lints would compile the AWS SDK once more.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --check
for functions in examples/*/functions/Cargo.toml; do
    cargo fmt --all --check --manifest-path "$functions"
done
cargo clippy --locked --workspace --all-targets -- -D warnings
RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' cargo doc --locked --workspace --no-deps --document-private-items --quiet
