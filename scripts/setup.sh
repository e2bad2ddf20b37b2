#!/usr/bin/env bash
# Installs missing tools on a new machine, such as a pipeline's. Terraform goes into `.portcullis/tools/bin`, which the
# Makefile puts first on the PATH. The package manager installs the rest if that works without a question.
set -euo pipefail
cd "$(dirname "$0")/.."

# All jobs of a pipeline use the same versions, because another Terraform may plan differently and another Rust makes
# different zips. The digests are from HashiCorp's SHA256SUMS.
rust=1.95.0
version=1.11.4
case $(uname -sm) in
'Linux x86_64') platform=linux_amd64 sha256=1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc ;;
'Linux aarch64') platform=linux_arm64 sha256=a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633 ;;
*) platform='' ;;
esac

fail() {
    printf 'error: %s\n\nhelp: %s\n' "$1" "$2" >&2
    exit 3
}

if ! command -v cargo >/dev/null; then
    fail 'Rust is missing' 'install it from https://rustup.rs'
fi
if command -v rustup >/dev/null; then
    if [ "${CI:-}" ]; then
        rustup toolchain install --no-self-update --profile minimal "$rust"
        rustup default "$rust"
    fi
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    # Lambda's two architectures.
    rustup --quiet target add x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu
fi

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        fail 'Python 3 or its `venv` module is missing' 'on Debian and Ubuntu, run `apt install python3 python3-venv`'
    fi
    apt-get update --quiet=2
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends python3 python3-venv
fi

if [ "$(terraform version 2>/dev/null | sed -n '1s/^Terraform v//p')" != "$version" ]; then
    [ "$platform" ] || fail "Terraform $version is missing" 'install it from https://developer.hashicorp.com/terraform/install'
    echo "Installing Terraform $version into .portcullis/tools/bin" >&2
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    address=https://releases.hashicorp.com/terraform/$version/terraform_${version}_$platform.zip
    curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$folder/terraform.zip" "$address"
    sha256sum --check --quiet <<<"$sha256  $folder/terraform.zip" ||
        fail "$address is not Terraform $version: its checksum is unknown" 'try again later'
    python3 -m zipfile --extract "$folder/terraform.zip" "$folder"
    mkdir -p .portcullis/tools/bin
    install -m 755 "$folder/terraform" .portcullis/tools/bin/terraform
fi
