//! The functions' code: one run of cargo-lambda for their workspace, then a zip for each function.
//!
//! ```text
//! functions/ ─cargo lambda build→ functions/target/lambda/<function>/bootstrap ─zip→ artifacts/<architecture>/<function>.zip
//! ```
//! Terraform deploys a function when its zip's hash changes, so the same sources must give the same bytes on
//! every machine, wherever the checkout, `CARGO_HOME` and the toolchain are:
//!
//! - the paths of all three are remapped, because panic messages carry them;
//! - flags of compilers in configuration files of the machine are ignored (`-C target-cpu=native` there would not
//!   even run on Lambda); those in `RUSTFLAGS` are somebody's wish for this build and are kept;
//! - the linker and the C library's version come with zig, not from the machine;
//! - a zip's entry has a fixed time and mode (cargo-lambda's own zips hold the time of the build, cargo-lambda#658).

use std::{
    collections::BTreeSet,
    env,
    ffi::{OsStr, OsString},
    fs,
    io::{self, Cursor, ErrorKind, Write},
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// The glibc that a function asks for at least, older than that of `provided.al2023` (2.34), so that it also runs
/// on the laptops of the last years.
const GLIBC: &str = "2.28";

/// The instruction set of the machines that run the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// `x86_64`.
    X86_64,
    /// `arm64`, AWS's Graviton.
    Arm64,
}

impl Architecture {
    /// AWS's name, which is also that of the folder of its zips.
    pub fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// Rust's name.
    fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }
}

/// What to build, with what, to where.
#[derive(Debug, Clone, Copy)]
pub struct BuildOptions<'a> {
    /// The workspace of the functions; it has a `Cargo.lock`.
    pub functions_dir: &'a Path,
    /// The zips come into a folder per architecture in here.
    pub artifacts_dir: &'a Path,
    /// For which machines.
    pub architecture: Architecture,
    /// The functions of the service; each is a program of that name in the workspace.
    pub functions: &'a [String],
    /// The program `cargo-lambda`. The Python beside it, if any, is expected to have the package `ziglang`.
    pub cargo_lambda: &'a Path,
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

/// Compiles the functions and writes their zips; an equal zip is left alone, and one of no function is deleted.
///
/// The messages of the compiler go to stderr.
///
/// # Errors
/// When a function has no program, the architecture's standard library is missing, the functions do not compile,
/// or a file cannot be written.
pub fn build(options: &BuildOptions) -> Result<Vec<Artifact>> {
    let toolchain = Toolchain::of(options.functions_dir, options.architecture)?;
    let workspace = Workspace::of(options.functions_dir, options.architecture)?;
    let missing = options
        .functions
        .iter()
        .find(|function| !workspace.programs.contains(*function));
    if let Some(function) = missing {
        bail!(
            "the function `{function}` has no crate: no package in `{}` has a program of that name",
            options.functions_dir.display()
        );
    }
    let target_dir = workspace.root.join("target");
    compile(options, &toolchain, &workspace, &target_dir)?;

    let folder = options.artifacts_dir.join(options.architecture.name());
    fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    delete_strays(&folder, options.functions)?;
    options
        .functions
        .iter()
        .map(|function| {
            let program = target_dir.join("lambda").join(function).join("bootstrap");
            let code = fs::read(&program).with_context(|| format!("cannot read `{}`", program.display()))?;
            let zip = zip(&code).with_context(|| format!("cannot zip `{}`", program.display()))?;
            let path = folder.join(format!("{function}.zip"));
            write_if_changed(&path, &zip)?;
            Ok(Artifact {
                function: function.clone(),
                path,
                bytes: zip.len() as u64,
                sha256_base64: BASE64_STANDARD.encode(Sha256::digest(&zip)),
            })
        })
        .collect()
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
        .env("CARGO_ENCODED_RUSTFLAGS", encoded_rustflags(toolchain, workspace))
        .stdin(Stdio::null()) // nothing is asked
        .stdout(
            io::stderr()
                .as_fd()
                .try_clone_to_owned()
                .context("cannot duplicate stderr")?,
        );
    let python = options.cargo_lambda.with_file_name("python3");
    if python.exists() && env::var_os("CARGO_ZIGBUILD_PYTHON_PATH").is_none() {
        command.env("CARGO_ZIGBUILD_PYTHON_PATH", python);
    }
    let status = command
        .status()
        .with_context(|| format!("cannot run `{}`", options.cargo_lambda.display()))?;
    ensure!(
        status.success(),
        "the functions in `{}` were not built: cargo-lambda says why above",
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

/// Which folders of this machine are called what in the binaries.
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

/// What is asked of the `rustc` that cargo uses in a folder.
struct Toolchain {
    sysroot: PathBuf,
    commit: String,
}

impl Toolchain {
    fn of(folder: &Path, architecture: Architecture) -> Result<Self> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let target = architecture.target();
        let run = |arguments: &[&str]| {
            output(Command::new(&rustc).args(arguments).current_dir(folder))
                .and_then(|text| String::from_utf8(text).context("rustc's answer is no UTF-8"))
        };
        let paths = run(&[
            "--print",
            "sysroot",
            "--print",
            "target-libdir",
            "--target",
            target,
        ])?;
        let (sysroot, libraries) = paths
            .trim()
            .split_once('\n')
            .context("rustc does not name its folders")?;
        installed(Path::new(libraries), architecture)?;
        let version = run(&["-vV"])?;
        let commit = version
            .lines()
            .find_map(|line| line.strip_prefix("commit-hash: "))
            .unwrap_or("unknown");
        Ok(Self {
            sysroot: sysroot.into(),
            commit: commit.to_owned(),
        })
    }
}

/// Whether Rust can build for an architecture, by the folder where its standard library would be.
fn installed(libraries: &Path, architecture: Architecture) -> Result<()> {
    let (name, target) = (architecture.name(), architecture.target());
    ensure!(
        libraries.is_dir(),
        "Rust cannot build for {name}: its standard library for `{target}` is not installed; \
         run `rustup target add {target}`"
    );
    Ok(())
}

/// What is asked of cargo about the functions' workspace. Asking also downloads what is missing.
struct Workspace {
    root: PathBuf,
    programs: BTreeSet<String>,
    /// Folders that hold the folders of crates from elsewhere.
    sources: BTreeSet<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Workspace {
    fn of(folder: &Path, architecture: Architecture) -> Result<Self> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let metadata = output(
            Command::new(cargo)
                .args([
                    "metadata",
                    "--locked",
                    "--format-version",
                    "1",
                    "--filter-platform",
                ])
                .arg(architecture.target())
                .current_dir(folder),
        )?;
        let metadata: Metadata = serde_json::from_slice(&metadata).context("cannot read cargo's metadata")?;
        let mut workspace = Self {
            root: metadata.workspace_root,
            programs: BTreeSet::new(),
            sources: BTreeSet::new(),
        };
        for package in metadata.packages {
            if metadata.workspace_members.contains(&package.id) {
                let programs = package
                    .targets
                    .into_iter()
                    .filter(|target| target.kind.iter().any(|kind| kind == "bin"));
                workspace.programs.extend(programs.map(|program| program.name));
            } else if let Some(folder) = package.manifest_path.ancestors().nth(2) {
                workspace.sources.insert(folder.to_owned());
            }
        }
        Ok(workspace)
    }
}

/// Runs a tool whose complaints reach the user as it writes them.
fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run `{name}`; is Rust installed?"))?;
    ensure!(output.status.success(), "`{name}` failed: it says why above");
    Ok(output.stdout)
}

/// A zip with the program that `provided.al2023` starts; the same code gives the same bytes.
fn zip(code: &[u8]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default()) // 1980-01-01, where a zip's time begins
        .unix_permissions(0o755);
    zip.start_file("bootstrap", options)?;
    zip.write_all(code)?;
    Ok(zip.finish()?.into_inner())
}

/// Replaces a file at once or not at all; an equal one keeps its time.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    match fs::read(path) {
        Ok(old) if old == content => return Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
        _ => {}
    }
    let new = path.with_extension("zip.new");
    fs::write(&new, content)
        .and_then(|()| fs::rename(&new, path))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// Deletes the zips of functions that are gone, and what a killed build left.
fn delete_strays(folder: &Path, functions: &[String]) -> Result<()> {
    let kept: BTreeSet<String> = functions
        .iter()
        .map(|function| format!("{function}.zip"))
        .collect();
    let read = || format!("cannot read `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(read)? {
        let path = entry.with_context(read)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if (name.ends_with(".zip") || name.ends_with(".zip.new")) && !kept.contains(&*name) {
            fs::remove_file(&path).with_context(|| format!("cannot delete `{}`", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Read, os::unix::fs::PermissionsExt};

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

    #[test]
    fn a_target_that_is_not_installed_comes_with_the_command_that_installs_it() {
        let error = installed(Path::new("/nowhere"), Architecture::Arm64).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Rust cannot build for arm64: its standard library for `aarch64-unknown-linux-gnu` is not installed; \
             run `rustup target add aarch64-unknown-linux-gnu`"
        );
    }

    #[test]
    fn the_same_code_is_the_same_zip_that_lambda_can_start() {
        let first = zip(b"code").unwrap();
        assert_eq!(first, zip(b"code").unwrap());

        let mut archive = zip::ZipArchive::new(Cursor::new(&first)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "bootstrap");
        assert_eq!(entry.unix_mode(), Some(0o100_755));
        assert_eq!(entry.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
        let mut code = Vec::new();
        entry.read_to_end(&mut code).unwrap();
        assert_eq!(code, b"code");
    }

    #[test]
    fn an_equal_zip_keeps_its_time_and_another_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("open.zip");
        write_if_changed(&path, b"one").unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();

        write_if_changed(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);

        write_if_changed(&path, b"two").unwrap();
        assert_ne!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn zips_of_no_function_are_deleted_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["open.zip", "gone.zip", "open.zip.new", "notes.txt"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        delete_strays(folder.path(), &["open".to_owned()]).unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["notes.txt", "open.zip"]);
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
        let functions: Vec<String> = functions.iter().map(|&name| name.to_owned()).collect();
        build(&BuildOptions {
            functions_dir: &folder.join("functions"),
            artifacts_dir: &folder.join("artifacts"),
            architecture,
            functions: &functions,
            cargo_lambda,
        })
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
                "the function `closed` has no crate: no package in `{}` has a program of that name",
                functions.display()
            )
        );
        assert!(!folder.path().join("artifacts").exists());
    }

    #[test]
    fn a_build_that_fails_leaves_the_zips_and_says_where_the_reason_is() {
        let (folder, cargo_lambda) = project("#!/bin/sh\nexit 101\n");
        let zip = folder.path().join("artifacts/x86_64/open.zip");
        fs::create_dir_all(zip.parent().unwrap()).unwrap();
        fs::write(&zip, "old").unwrap();
        let error = build_in(folder.path(), &cargo_lambda, &["open"], Architecture::X86_64).unwrap_err();
        let functions = folder.path().join("functions");
        assert_eq!(
            format!("{error:#}"),
            format!(
                "the functions in `{}` were not built: cargo-lambda says why above",
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
        assert_eq!(error.to_string(), "cannot run `/nowhere/cargo-lambda`");
    }
}
