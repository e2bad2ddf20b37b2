//! An AWS for environments that are not `local`: the project's own emulated control plane, and in front of Terraform
//! and the AWS CLI programs of the same name that lead them there.
//!
//! Portcullis itself refuses to be led elsewhere by the shell, and tells both programs to ignore endpoints. So nothing of
//! the product is loosened: what it starts is what lies.

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Ended, PORTCULLIS, Project, run, text, tools};

/// An emulated AWS that a test takes for the real one.
pub struct Aws {
    child: Child,
    endpoint: String,
    _folder: tempfile::TempDir,
    bin: PathBuf,
}

impl Aws {
    /// An empty one.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// An empty one that also has the policies of AWS's own. moto takes a second more to start.
    pub fn with_managed_policies() -> Self {
        Self::start_with(&[("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")])
    }

    fn start_with(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(&*PORTCULLIS);
        command
            .args(["control-plane", "--python", tools()["python"].as_str().unwrap()])
            .arg("--work")
            .arg(folder.path().join("moto"))
            .arg("--mails")
            .arg(folder.path().join("mails"));
        let log = fs::File::create(folder.path().join("log")).unwrap();
        command.envs(variables.iter().copied());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut ready).unwrap();
        let ready: Value = serde_json::from_str(&ready).unwrap();
        let aws = Self {
            child,
            endpoint: text(&ready, "endpoint"),
            bin: folder.path().join("bin"),
            _folder: folder,
        };
        fs::create_dir(&aws.bin).unwrap();
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path).map(|folder| folder.join("terraform"));
        let terraform = found.into_iter().find(|program| program.is_file()).unwrap();
        aws.write_program("terraform", terraform.to_str().unwrap());
        aws.write_program("aws", tools()["aws"].as_str().unwrap());
        aws
    }

    fn write_program(&self, name: &str, program: &str) {
        let path = self.bin.join(name);
        let script = format!(
            "#!/bin/sh\nunset AWS_IGNORE_CONFIGURED_ENDPOINT_URLS\nexport AWS_ENDPOINT_URL='{}' AWS_ACCESS_KEY_ID=test \
             AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null \
             AWS_SHARED_CREDENTIALS_FILE=/dev/null\nexec '{program}' \"$@\"\n",
            self.endpoint
        );
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs `portcullis` with arguments and without a terminal, in a project whose calls for AWS come here.
    pub fn portcullis(&self, project: &Project, arguments: &[&str]) -> Ended {
        let mut command = project.command("setsid");
        let path = std::env::var("PATH").unwrap();
        command
            .args(["--wait", &*PORTCULLIS])
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.bin.display()));
        run(&mut command)
    }

    /// Its address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The variables by which Terraform and other programs find it.
    pub fn variables(&self) -> [(&str, &str); 6] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ]
    }

    /// Returns the answer to a command of the AWS CLI.
    pub fn ask(&self, arguments: &[&str]) -> Value {
        let mut aws = Command::new(self.bin.join("aws"));
        // Version 1 of the AWS CLI ignores the endpoint of the environment for SQS in some regions.
        aws.args(arguments)
            .args(["--output", "json", "--region", "us-east-1"])
            .args(["--endpoint-url", &self.endpoint]);
        let ended = run(&mut aws).succeeded();
        // Some commands print nothing.
        match ended.stdout.trim().is_empty() {
            true => Value::Null,
            false => ended.json(),
        }
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait_in_time();
    }
}
