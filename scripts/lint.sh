#!/usr/bin/env bash
# Checks formatting, lints and documentation of the tool and the examples. `make lint` also checks the functions.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
for functions in examples/*/functions/Cargo.toml; do
    cargo fmt --all --check --manifest-path "$functions"
done
cargo clippy --locked --workspace --all-targets -- -D warnings
# The examples have the same versions of the AWS SDK, so cargo checks each crate once for all of them.
for functions in examples/*/functions/Cargo.toml; do
    cargo clippy --locked --manifest-path "$functions" --target-dir target/examples -- -D warnings
done
RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' cargo doc --locked --workspace --no-deps --document-private-items --quiet
