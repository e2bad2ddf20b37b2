//! The functions' code: one run of cargo-lambda for their workspace, then a zip for each function.
//!
//! ```text
//! functions/ ─cargo lambda build→ functions/target/lambda/<binary>/bootstrap ─zip→ artifacts/<architecture>/<function>.zip
//! ```
//! Programs for this machine are in `functions/target/local` and `artifacts/local`: they compile faster, and are larger.
//!
//! Terraform deploys a function when its zip's hash changes, so the same sources must give the same bytes on
//! every machine, wherever the checkout, `CARGO_HOME` and the toolchain are:
//!
//! - the paths of all three are remapped, because panic messages carry them;
//! - compiler flags in the machine's configuration files are ignored (`-C target-cpu=native` there would not
//!   even run on Lambda); flags in `RUSTFLAGS` are meant for this build and are kept;
//! - the linker and the C library's version come with zig, not from the machine;
//! - a zip's entry has a fixed time and mode (cargo-lambda's own zips hold the time of the build, cargo-lambda#658).

mod archive;
mod workspace;

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    fs, io,
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use portcullis_generator::service::{Architecture, Function, Service};
use sha2::{Digest, Sha256};

use archive::{delete_strays, write_if_changed, zip};
use workspace::{Toolchain, Workspace};

use crate::announced::Announced;

/// The glibc that a function asks for at least, older than that of `provided.al2023` (2.34), so that it also runs
/// on the laptops of the last years.
const GLIBC: &str = "2.28";

/// The target of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Lambda: small programs, which start fast, by the workspace's own profile `release`.
    Aws,
    /// This machine: programs that compile fast. After a change, this takes a quarter of the processor's time.
    Local,
}

/// The settings of the profile `release` for this machine, in which Cargo compiles what changed and no more. The others stay,
/// such as `panic`. Source: <https://doc.rust-lang.org/cargo/reference/profiles.html>.
const LOCAL_PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "true"),
];

impl Purpose {
    /// The folder of compiled code, in the workspace. Each purpose has its own, so that builds at the same time don't
    /// exchange programs.
    fn target(self) -> &'static str {
        match self {
            Self::Aws => "target",
            Self::Local => "target/local",
        }
    }

    /// The variables that change the workspace's profile.
    fn profile(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Aws => &[],
            Self::Local => &LOCAL_PROFILE,
        }
    }
}

/// Sources, tools and target folders of a build.
#[derive(Debug, Clone, Copy)]
pub struct BuildOptions<'a> {
    /// The workspace of the functions; it has a `Cargo.lock`.
    pub functions_dir: &'a Path,
    /// The parent of the folders of zips, one per architecture.
    pub artifacts_dir: &'a Path,
    /// The processor to build for.
    pub architecture: Architecture,
    /// The target of the build.
    pub purpose: Purpose,
    /// The functions of the service.
    pub functions: &'a [Program],
    /// The program `cargo-lambda`. The Python beside it, if any, is expected to have the package `ziglang`.
    pub cargo_lambda: &'a Path,
}

/// The program that a function runs. Several functions may run one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The function's name in the service.
    pub function: String,
    /// The name of the binary in the workspace.
    pub binary: String,
}

impl Program {
    /// The programs of a service's functions.
    pub fn all(service: &Service) -> Vec<Self> {
        Self::of(service, |_| true)
    }

    /// The programs of functions that are built for a processor in AWS.
    pub fn all_for(service: &Service, architecture: Architecture) -> Vec<Self> {
        Self::of(service, |function| {
            service.architecture_of(function) == architecture
        })
    }

    fn of(service: &Service, is_meant: impl Fn(&Function) -> bool) -> Vec<Self> {
        let functions = service
            .functions
            .iter()
            .filter(|(_, function)| is_meant(function));
        let program = |(name, function): (&String, &Function)| Self {
            function: name.clone(),
            binary: function.binary(name).to_owned(),
        };
        functions.map(program).collect()
    }
}

/// A function's code, as Lambda takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The function's name in the service.
    pub function: String,
    /// The zip.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its hash, written as Terraform's `source_code_hash` is.
    pub sha256_base64: String,
}

/// Compiles the functions and writes their zips.
///
/// # Errors
/// Those of [`Builder`].
pub fn build(options: &BuildOptions) -> Result<Vec<Artifact>> {
    let mut builder = Builder::new(options)?;
    builder.compile()?;
    builder.zip()
}

/// Builds the functions, any number of times, as long as the workspace has the same crates.
pub struct Builder<'a> {
    options: BuildOptions<'a>,
    toolchain: Toolchain,
    workspace: Workspace,
    target_dir: PathBuf,
    /// The code that each function was zipped from last, by its hash, and the zip.
    zipped: BTreeMap<String, (Vec<u8>, Artifact)>,
}

impl<'a> Builder<'a> {
    /// Asks cargo and rustc about the workspace.
    ///
    /// # Errors
    /// When a function has no program, or the architecture's standard library is missing.
    pub fn new(options: &BuildOptions<'a>) -> Result<Self> {
        let toolchain = Toolchain::of(options.functions_dir, options.architecture)?;
        let workspace = Workspace::of(options.functions_dir, options.architecture)?;
        let missing = options
            .functions
            .iter()
            .find(|program| !workspace.programs.contains(&program.binary));
        if let Some(Program { function, binary }) = missing {
            bail!(
                "missing crate for function `{function}`: no package in `{}` has a binary `{binary}`\n\
                 help: name a binary `{binary}` and add its crate to `members` in `functions/Cargo.toml`",
                options.functions_dir.display()
            );
        }
        Ok(Self {
            options: *options,
            target_dir: workspace.root.join(options.purpose.target()),
            toolchain,
            workspace,
            zipped: BTreeMap::new(),
        })
    }

    /// Compiles what changed. The messages of the compiler go to stderr.
    ///
    /// # Errors
    /// When the functions do not compile.
    pub fn compile(&self) -> Result<()> {
        compile(&self.options, &self.toolchain, &self.workspace, &self.target_dir)
    }

    /// Writes the zips of what was compiled; an equal zip is left alone, and one of no function is deleted.
    ///
    /// # Errors
    /// When a file can't be written.
    pub fn zip(&mut self) -> Result<Vec<Artifact>> {
        let folder = self
            .options
            .artifacts_dir
            .join(self.options.architecture.as_str());
        fs::create_dir_all(&folder).with_context(|| format!("can't create `{}`", folder.display()))?;
        let names = self.options.functions.iter();
        delete_strays(&folder, names.map(|program| program.function.as_str()))?;
        let functions = self.options.functions.iter();
        functions.map(|program| self.zip_one(&folder, program)).collect()
    }

    fn zip_one(&mut self, folder: &Path, Program { function, binary }: &Program) -> Result<Artifact> {
        let program = self.target_dir.join("lambda").join(binary).join("bootstrap");
        let code = fs::read(&program).with_context(|| format!("can't read `{}`", program.display()))?;
        let hash = Sha256::digest(&code).to_vec();
        match self.zipped.get(function) {
            Some((zipped, artifact)) if *zipped == hash && artifact.path.exists() => {
                return Ok(artifact.clone());
            }
            _ => {}
        }
        let zip = zip(&code).with_context(|| format!("can't zip `{}`", program.display()))?;
        let path = folder.join(format!("{function}.zip"));
        write_if_changed(&path, &zip)?;
        let artifact = Artifact {
            function: function.clone(),
            path,
            bytes: zip.len() as u64,
            sha256_base64: BASE64_STANDARD.encode(Sha256::digest(&zip)),
        };
        self.zipped.insert(function.clone(), (hash, artifact.clone()));
        Ok(artifact)
    }
}

fn compile(
    options: &BuildOptions,
    toolchain: &Toolchain,
    workspace: &Workspace,
    target_dir: &Path,
) -> Result<()> {
    let mut command = Command::new(options.cargo_lambda);
    command
        .args([
            "lambda",
            "build",
            "--release",
            "--locked",
            "--compiler",
            "cargo-zigbuild",
        ])
        .arg("--target")
        .arg(format!("{}.{GLIBC}", options.architecture.target()))
        .arg("--skip-target-check") // `Toolchain` has looked; cargo-lambda would install one without being asked
        .arg("--disable-optimizations") // the profile in the workspace's Cargo.toml is the one that holds
        .current_dir(&workspace.root)
        .env("CARGO_TARGET_DIR", target_dir)
        // Zig is a package of the Python beside cargo-lambda; these would lead that to another one's.
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONPATH")
        .env("CARGO_ENCODED_RUSTFLAGS", encoded_rustflags(toolchain, workspace))
        .envs(options.purpose.profile().iter().copied())
        .stdin(Stdio::null()) // nothing is asked
        .stdout(
            io::stderr()
                .as_fd()
                .try_clone_to_owned()
                .context("can't duplicate stderr")?,
        );
    let python = options.cargo_lambda.with_file_name("python3");
    if python.exists() && env::var_os("CARGO_ZIGBUILD_PYTHON_PATH").is_none() {
        command.env("CARGO_ZIGBUILD_PYTHON_PATH", python);
    }
    let status = command
        .announced()
        .status()
        .with_context(|| format!("can't run `{}`", options.cargo_lambda.display()))?;
    ensure!(
        status.success(),
        "can't build the functions in `{}`: see the output of cargo-lambda above",
        options.functions_dir.display()
    );
    Ok(())
}

/// The flags of the environment (cargo's own order of precedence), and ours.
fn encoded_rustflags(toolchain: &Toolchain, workspace: &Workspace) -> OsString {
    let own = match (env::var("CARGO_ENCODED_RUSTFLAGS"), env::var("RUSTFLAGS")) {
        (Ok(encoded), _) if !encoded.is_empty() => encoded.split('\x1f').map(str::to_owned).collect(),
        (_, Ok(flags)) => flags.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut flags: Vec<OsString> = own.into_iter().map(OsString::from).collect();
    for (from, to) in remapped(toolchain, workspace) {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(from);
        flag.push("=");
        flag.push(to);
        flags.push(flag);
    }
    flags.join(OsStr::new("\x1f"))
}

/// Returns folders of this machine and their names in the binaries.
fn remapped(toolchain: &Toolchain, workspace: &Workspace) -> Vec<(PathBuf, String)> {
    let mut remapped = vec![(workspace.root.clone(), "/functions".to_owned())];
    // A registry's folder is named after its address, which differs behind a mirror.
    remapped.extend(
        workspace
            .sources
            .iter()
            .map(|folder| (folder.clone(), "/crates".to_owned())),
    );
    // The standard library's sources, when they are installed, are found under their path on this machine.
    remapped.push((
        toolchain.sysroot.join("lib/rustlib/src/rust"),
        format!("/rustc/{}", toolchain.commit),
    ));
    remapped
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, os::unix::fs::PermissionsExt};

    fn toolchain_and_workspace() -> (Toolchain, Workspace) {
        let toolchain = Toolchain {
            sysroot: "/rust".into(),
            commit: "abc".into(),
        };
        let sources = [
            "/home/me/.cargo/registry/src/mirror-1".into(),
            "/home/me/.cargo/git/x-2".into(),
        ];
        let workspace = Workspace {
            root: "/home/me/hello/functions".into(),
            programs: BTreeSet::new(),
            sources: sources.into(),
        };
        (toolchain, workspace)
    }

    #[test]
    fn every_folder_of_the_machine_is_remapped() {
        let (toolchain, workspace) = toolchain_and_workspace();
        let remapped: Vec<_> = remapped(&toolchain, &workspace)
            .into_iter()
            .map(|(from, to)| format!("{} → {to}", from.display()))
            .collect();
        assert_eq!(
            remapped,
            [
                "/home/me/hello/functions → /functions",
                "/home/me/.cargo/git/x-2 → /crates",
                "/home/me/.cargo/registry/src/mirror-1 → /crates",
                "/rust/lib/rustlib/src/rust → /rustc/abc",
            ]
        );
    }

    /// A folder with a workspace of one program, `open`, and a stand-in for cargo-lambda.
    fn project(cargo_lambda: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "functions/Cargo.toml",
            "[package]\nname = \"open\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
        );
        write(
            "functions/Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"open\"\nversion = \"0.1.0\"\n",
        );
        write("functions/src/main.rs", "fn main() {}\n");
        write("venv/cargo-lambda", cargo_lambda);
        let program = folder.path().join("venv/cargo-lambda");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        (folder, program)
    }

    fn build_in(
        folder: &Path,
        cargo_lambda: &Path,
        functions: &[&str],
        architecture: Architecture,
    ) -> Result<Vec<Artifact>> {
        let program = |&name: &&str| Program {
            function: name.to_owned(),
            binary: name.to_owned(),
        };
        let functions: Vec<Program> = functions.iter().map(program).collect();
        build(&BuildOptions {
            functions_dir: &folder.join("functions"),
            artifacts_dir: &folder.join("artifacts"),
            architecture,
            purpose: Purpose::Aws,
            functions: &functions,
            cargo_lambda,
        })
    }

    #[test]
    fn every_function_is_built_for_its_own_processor() {
        let spec = "[service]\nname = \"shop\"\nregion = \"eu-central-1\"\n\
                    [functions.orders]\n[functions.stock]\narchitecture = \"arm64\"\n\
                    [routes]\n\"GET /orders\" = { function = \"orders\", auth = \"none\" }\n";
        let service = portcullis_generator::service(spec, None).unwrap();
        let names = |architecture| -> Vec<String> {
            let programs = Program::all_for(&service, architecture).into_iter();
            programs.map(|program| program.function).collect()
        };
        assert_eq!(names(Architecture::X86_64), ["orders"]);
        assert_eq!(names(Architecture::Arm64), ["stock"]);
        assert_eq!(Program::all(&service).len(), 2);
    }

    #[test]
    fn a_function_without_a_crate_is_named_before_anything_is_built() {
        let (folder, cargo_lambda) = project("#!/bin/sh\nexit 1\n");
        let error = build_in(
            folder.path(),
            &cargo_lambda,
            &["open", "closed"],
            Architecture::X86_64,
        )
        .unwrap_err();
        let functions = folder.path().join("functions");
        assert_eq!(
            error.to_string(),
            format!(
                "missing crate for function `closed`: no package in `{}` has a binary `closed`\n\
                 help: name a binary `closed` and add its crate to `members` in `functions/Cargo.toml`",
                functions.display()
            )
        );
        assert!(!folder.path().join("artifacts").exists());
    }

    #[test]
    fn programs_for_this_machine_have_another_profile_and_folder() {
        let (folder, cargo_lambda) = project(
            "#!/bin/sh\nenv | grep -E '^CARGO_(PROFILE|TARGET_DIR)' | sort >seen\n\
             mkdir -p \"$CARGO_TARGET_DIR/lambda/open\"\necho code >\"$CARGO_TARGET_DIR/lambda/open/bootstrap\"\n",
        );
        let functions_dir = folder.path().join("functions");
        let target = fs::canonicalize(&functions_dir).unwrap().join("target");
        let seen = |purpose| {
            build(&BuildOptions {
                functions_dir: &functions_dir,
                artifacts_dir: &folder.path().join("artifacts"),
                architecture: Architecture::X86_64,
                purpose,
                functions: &[Program {
                    function: "open".to_owned(),
                    binary: "open".to_owned(),
                }],
                cargo_lambda: &cargo_lambda,
            })
            .unwrap();
            fs::read_to_string(functions_dir.join("seen")).unwrap()
        };
        let of_aws = format!("CARGO_TARGET_DIR={}\n", target.display());
        assert_eq!(seen(Purpose::Aws), of_aws);
        assert_eq!(
            seen(Purpose::Local),
            format!(
                "CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16\nCARGO_PROFILE_RELEASE_INCREMENTAL=true\n\
                 CARGO_PROFILE_RELEASE_LTO=off\nCARGO_PROFILE_RELEASE_OPT_LEVEL=1\n\
                 CARGO_TARGET_DIR={}/local\n",
                target.display()
            )
        );
    }

    #[test]
    fn a_build_that_fails_leaves_the_zips_and_names_the_log_with_the_reason() {
        let (folder, cargo_lambda) = project("#!/bin/sh\nexit 101\n");
        let zip = folder.path().join("artifacts/x86_64/open.zip");
        fs::create_dir_all(zip.parent().unwrap()).unwrap();
        fs::write(&zip, "old").unwrap();
        let error = build_in(folder.path(), &cargo_lambda, &["open"], Architecture::X86_64).unwrap_err();
        let functions = folder.path().join("functions");
        assert_eq!(
            format!("{error:#}"),
            format!(
                "can't build the functions in `{}`: see the output of cargo-lambda above",
                functions.display()
            )
        );
        assert_eq!(fs::read(&zip).unwrap(), b"old");
    }

    #[test]
    fn a_program_becomes_a_zip_and_its_hash_is_terraforms() {
        let (folder, cargo_lambda) = project(
            "#!/bin/sh\nmkdir -p \"$CARGO_TARGET_DIR/lambda/open\"\nprintf code > \"$CARGO_TARGET_DIR/lambda/open/bootstrap\"\n",
        );
        let artifacts = build_in(folder.path(), &cargo_lambda, &["open"], Architecture::X86_64).unwrap();
        let path = folder.path().join("artifacts/x86_64/open.zip");
        let content = fs::read(&path).unwrap();
        let sha256_base64 = BASE64_STANDARD.encode(Sha256::digest(&content));
        let bytes = content.len() as u64;
        assert_eq!(
            artifacts,
            [Artifact {
                function: "open".to_owned(),
                path,
                bytes,
                sha256_base64
            }]
        );
    }

    #[test]
    fn a_cargo_lambda_that_is_not_there_is_named() {
        let (folder, _) = project("");
        let error = build_in(
            folder.path(),
            Path::new("/nowhere/cargo-lambda"),
            &["open"],
            Architecture::X86_64,
        )
        .unwrap_err();
        assert_eq!(error.to_string(), "can't run `/nowhere/cargo-lambda`");
    }
}
