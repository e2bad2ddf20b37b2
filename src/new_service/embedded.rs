//! The files of this repository that a new service consists of. They are a part of the program, which reads none of them
//! from the disk.
//!
//! Cargo leaves folders with a `Cargo.toml` of their own out of a package. So the program is built from a checkout.

/// A file of this repository.
pub struct File {
    /// Its path in a service.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// A service to start from.
pub struct Example {
    /// The name of its folder in `examples/`. The demo has none.
    pub name: &'static str,
    /// A sentence about it, without its end.
    pub about: &'static str,
    /// Its spec.
    pub spec: &'static str,
    /// Its functions, without the crate `shared`.
    pub files: &'static [File],
}

/// Files at their paths in this repository, below a folder.
macro_rules! files {
    ($folder:literal, $($path:literal),* $(,)?) => {
        &[$(File {
            path: $path,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, $path)),
        }),*]
    };
}

/// Files of every service.
pub const COMMON: &[File] = files![
    "",
    ".gitignore",
    "Makefile",
    "clippy.toml",
    "rustfmt.toml",
    "scripts/setup.sh",
    "functions/shared/Cargo.toml",
    "functions/shared/fixtures/get_open.json",
    "functions/shared/fixtures/get_root_signed_in.json",
    "functions/shared/src/answer.rs",
    "functions/shared/src/authorizer.rs",
    "functions/shared/src/batch.rs",
    "functions/shared/src/claims.rs",
    "functions/shared/src/cors.rs",
    "functions/shared/src/lib.rs",
    "functions/shared/src/request.rs",
    "functions/shared/src/secrets/aws.rs",
    "functions/shared/src/secrets/cache.rs",
    "functions/shared/src/secrets/mod.rs",
    "functions/shared/src/secrets/name.rs",
    "functions/shared/src/testing.rs",
];

/// Scripts of every pipeline.
pub const PIPELINE: &[File] = files![
    "",
    "scripts/ci/apply.sh",
    "scripts/ci/environments.py",
    "scripts/ci/plan.sh",
    "scripts/ci/review.sh",
];

/// The pipeline of GitHub.
pub const GITHUB: &[File] = files![
    "",
    ".github/workflows/apply.yml",
    ".github/workflows/check.yml",
    ".github/workflows/plan.yml",
    "scripts/ci/github.py",
];

/// The pipeline of GitLab.
pub const GITLAB: &[File] = files![
    "",
    ".gitlab-ci.yml",
    ".gitlab/apply.yml",
    "scripts/ci/gitlab.py",
    "scripts/ci/gitlab_review.sh",
];

/// This repository's own service: one public function and one for signed-in users.
pub const DEMO: Example = Example {
    name: "",
    about: "One function answers anyone, and one answers signed-in users",
    spec: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/portcullis.toml")),
    files: files![
        "",
        "functions/Cargo.lock",
        "functions/Cargo.toml",
        "functions/authenticated/Cargo.toml",
        "functions/authenticated/src/main.rs",
        "functions/open/Cargo.toml",
        "functions/open/src/main.rs",
        "functions/open/src/structure.rs",
    ],
};

/// The services of `examples/`.
pub const EXAMPLES: &[Example] = &[
    Example {
        name: "files",
        about: "Signed-in users upload files, and two workers write a report about each",
        spec: include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/files/portcullis.toml"
        )),
        files: files![
            "examples/files/",
            "functions/Cargo.lock",
            "functions/Cargo.toml",
            "functions/aws/Cargo.toml",
            "functions/aws/src/lib.rs",
            "functions/inspect/Cargo.toml",
            "functions/inspect/src/main.rs",
            "functions/links/Cargo.toml",
            "functions/links/src/main.rs",
            "functions/report/Cargo.toml",
            "functions/report/src/main.rs",
        ],
    },
    Example {
        name: "payments",
        about: "A payment provider calls a webhook, and a worker stores each event once",
        spec: include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/payments/portcullis.toml"
        )),
        files: files![
            "examples/payments/",
            "functions/Cargo.lock",
            "functions/Cargo.toml",
            "functions/aws/Cargo.toml",
            "functions/aws/src/lib.rs",
            "functions/health/Cargo.toml",
            "functions/health/src/main.rs",
            "functions/store/Cargo.toml",
            "functions/store/src/main.rs",
            "functions/totals/Cargo.toml",
            "functions/totals/src/main.rs",
            "functions/webhook/Cargo.toml",
            "functions/webhook/src/main.rs",
            "functions/webhook/src/signature.rs",
        ],
    },
    Example {
        name: "shop",
        about: "Anyone reads the catalogue, signed-in users order, and each order is taken from the stock",
        spec: include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/shop/portcullis.toml"
        )),
        files: files![
            "examples/shop/",
            "functions/Cargo.lock",
            "functions/Cargo.toml",
            "functions/catalogue/Cargo.toml",
            "functions/catalogue/src/main.rs",
            "functions/database/Cargo.toml",
            "functions/database/src/lib.rs",
            "functions/orders/Cargo.toml",
            "functions/orders/src/main.rs",
            "functions/restock/Cargo.toml",
            "functions/restock/src/main.rs",
            "functions/stock/Cargo.toml",
            "functions/stock/src/main.rs",
        ],
    },
];
