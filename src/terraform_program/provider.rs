//! Finds the source of the AWS provider: a mirror on this machine, or else the registry.
//!
//! A user's own choice goes first and is never replaced: the option and its environment variable, then a CLI
//! configuration with a `provider_installation`. Terraform's implied directories follow, and then the usual prefixes
//! for system software.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// The source of the AWS provider.
#[derive(Debug, Clone, PartialEq)]
pub enum ProviderSource {
    /// A folder in the layout of a filesystem mirror:
    /// <https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror>
    Mirror(PathBuf),
    /// The user's own CLI configuration.
    Configuration(PathBuf),
    /// The public registry.
    Registry,
}

impl fmt::Display for ProviderSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mirror(folder) => write!(formatter, "the mirror `{}`", folder.display()),
            Self::Configuration(file) => write!(formatter, "the source in `{}`", file.display()),
            Self::Registry => formatter.write_str("the registry"),
        }
    }
}

impl ProviderSource {
    /// Finds the source for this machine. `chosen` is the user's option, and must contain the provider. If there is a
    /// `lock_file`, a mirror must have its version.
    pub fn find(chosen: Option<&Path>, lock_file: Option<&Path>) -> Outcome<Self> {
        let locked = lock_file.and_then(locked_version);
        let locked = locked.as_deref();
        if let Some(folder) = chosen {
            if !holds_provider(folder, locked) {
                return Err(Failure::input(format!(
                    "missing AWS provider 5.100 to 6.x for this machine in `{}`",
                    folder.display()
                ))
                .help(format!(
                    "name a folder that contains `{PROVIDER}/VERSION/{}/`",
                    platform()
                )));
            }
            return Ok(Self::Mirror(absolute(folder)));
        }
        if let Some(file) = user_configuration() {
            return Ok(Self::Configuration(file));
        }
        let mirror = implied_directories()
            .into_iter()
            .chain(system_directories())
            .find(|folder| holds_provider(folder, locked));
        Ok(mirror.map_or(Self::Registry, Self::Mirror))
    }

    /// Returns help for the case that Terraform can't install from here.
    pub fn help(&self) -> String {
        match self {
            Self::Mirror(folder) => format!("check `{}`, or name another folder: `--plugin-dir DIR`", folder.display()),
            Self::Configuration(file) => format!("check `{}`", file.display()),
            Self::Registry => {
                "if you can't reach the registry, name a folder that contains the provider: `--plugin-dir DIR`"
                    .into()
            }
        }
    }
}

fn absolute(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf())
}

/// Terraform's name of this machine.
fn platform() -> String {
    let system = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{processor}")
}

/// The version of the AWS provider in a lock file.
fn locked_version(lock_file: &Path) -> Option<String> {
    let text = fs::read_to_string(lock_file).ok()?;
    let block = text.split_once(&format!("provider \"{PROVIDER}\""))?.1;
    let version = block
        .lines()
        .find_map(|line| line.trim().strip_prefix("version"))?;
    Some(
        version
            .trim_start_matches([' ', '='])
            .trim_matches('"')
            .to_string(),
    )
}

/// Returns whether a folder contains a matching provider for this machine, unpacked or packed.
fn holds_provider(mirror: &Path, locked: Option<&str>) -> bool {
    let fits = |version: &str| fits(version) && locked.is_none_or(|locked| locked == version);
    let platform = platform();
    let Ok(entries) = fs::read_dir(mirror.join(PROVIDER)) else {
        return false;
    };
    entries.filter_map(Result::ok).any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let packed = name
            .strip_prefix("terraform-provider-aws_")
            .and_then(|rest| rest.strip_suffix(&format!("_{platform}.zip")));
        match packed {
            Some(version) => fits(version),
            None => fits(&name) && entry.path().join(&platform).is_dir(),
        }
    })
}

/// `>= 5.100, < 7`, as the generated code asks.
fn fits(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u64>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(5), Some(minor)) => minor >= 100,
        (Some(6), Some(_)) => true,
        _ => false,
    }
}

/// Returns the user's CLI configuration if it sets how providers are installed.
fn user_configuration() -> Option<PathBuf> {
    let named = std::env::var_os("TF_CLI_CONFIG_FILE").map(PathBuf::from);
    let usual = std::env::home_dir().map(|home| home.join(".terraformrc"));
    let file = named.filter(|file| file.exists()).or(usual)?;
    let text = fs::read_to_string(&file).ok()?;
    text.contains("provider_installation").then_some(file)
}

/// <https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories>
fn implied_directories() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(home) = std::env::home_dir() {
        folders.push(home.join(".terraform.d/plugins"));
        let data = std::env::var_os("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from);
        folders.push(data.join("terraform/plugins"));
        folders.push(home.join("Library/Application Support/io.terraform/plugins"));
    }
    let shared = std::env::var_os("XDG_DATA_DIRS").unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    folders.extend(std::env::split_paths(&shared).map(|folder| folder.join("terraform/plugins")));
    folders
}

/// Returns folders one level below the usual prefixes for software that was installed beside the package manager.
fn system_directories() -> Vec<PathBuf> {
    let prefixes = [
        "/opt",
        "/usr/local/lib",
        "/usr/local/share",
        "/usr/lib",
        "/usr/share",
        "/var/lib",
        "/srv",
    ];
    let mut folders = Vec::new();
    for prefix in prefixes {
        let entries = fs::read_dir(prefix).into_iter().flatten().filter_map(Result::ok);
        let mut below: Vec<_> = entries.map(|entry| entry.path()).collect();
        below.sort();
        folders.extend(below);
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_the_generated_code_runs_on_fit() {
        assert!(fits("5.100.0") && fits("6.66.0"));
        assert!(!fits("5.99.1") && !fits("7.0.0") && !fits("x"));
    }

    #[test]
    fn a_mirror_must_hold_the_provider_for_this_machine() {
        let mirror = tempfile::tempdir().unwrap();
        assert!(!holds_provider(mirror.path(), None));
        let version = mirror.path().join(PROVIDER).join("5.100.0");
        fs::create_dir_all(version.join("plan9_mips")).unwrap();
        assert!(!holds_provider(mirror.path(), None));
        fs::create_dir(version.join(platform())).unwrap();
        assert!(holds_provider(mirror.path(), None));
        assert!(ProviderSource::find(Some(mirror.path()), None).is_ok());
    }

    #[test]
    fn a_packed_mirror_is_known_too() {
        let mirror = tempfile::tempdir().unwrap();
        let folder = mirror.path().join(PROVIDER);
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join(format!("terraform-provider-aws_6.1.0_{}.zip", platform())),
            "",
        )
        .unwrap();
        assert!(holds_provider(mirror.path(), None));
    }

    #[test]
    fn a_mirror_without_the_locked_version_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("lock");
        fs::write(
            &lock,
            format!("provider \"{PROVIDER}\" {{\n  version     = \"6.1.0\"\n}}\n"),
        )
        .unwrap();
        let locked = locked_version(&lock);
        assert_eq!(locked.as_deref(), Some("6.1.0"));
        fs::create_dir_all(folder.path().join(PROVIDER).join("5.100.0").join(platform())).unwrap();
        assert!(holds_provider(folder.path(), None));
        assert!(!holds_provider(folder.path(), locked.as_deref()));
    }
}
