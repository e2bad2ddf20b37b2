//! The processor that functions are built for.

use crate::spec::declaration::choices;

choices! {
    /// The processor that functions are built for.
    Architecture {
        /// Intel and AMD.
        X86_64 = "x86_64" | "amd64";
        /// AWS Graviton.
        Arm64 = "arm64" | "aarch64";
    }
}

impl Architecture {
    /// AWS's name for it, which is also the name of its folder of artifacts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// Rust's name of its machines.
    pub fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}
