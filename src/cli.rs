//! The command line as data.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::failure::ExitCodes;

/// Terraform for an API Gateway REST API that a Cognito user pool guards, and the same API on a laptop.
#[derive(Parser)]
#[command(name = "portcullis", version, disable_help_subcommand = false)]
#[command(
    after_help = "Exit codes: 0 done; 1 a check found a difference or a gate said no; \
2 wrong use or wrong input; 3 a tool or AWS failed. `plan --detailed-exitcode` has Terraform's: 0 no changes; 1 any error; \
2 changes.\nData is on stdout, talk on stderr. NO_COLOR is honoured."
)]
pub struct Cli {
    /// Folder of the project
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,

    /// How `check` and `generate` print errors: for people, as JSON lines, or as annotations of a GitHub workflow
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    pub message_format: MessageFormat,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How errors are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, ValueEnum)]
pub enum MessageFormat {
    /// For people, on stderr
    #[default]
    Text,
    /// A JSON object a line, on stdout
    Json,
    /// An annotation of a GitHub workflow a line, on stdout
    Github,
}

impl Cli {
    /// Whose exit codes the command ends with.
    pub fn exit_codes(&self) -> ExitCodes {
        if let Command::Plan {
            detailed_exitcode: true,
            ..
        } = self.command
        {
            ExitCodes::Terraform
        } else {
            ExitCodes::Portcullis
        }
    }
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Make terraform/ from portcullis.toml
    #[command(
        after_help = "Example:\n  portcullis generate --check   # in CI: exit 1 and a diff where the tree is stale"
    )]
    Generate {
        /// Write nothing; print a diff and exit with 1 where the tree differs
        #[arg(long)]
        check: bool,
    },
    /// Check the spec, the generated tree and the tools, without starting a provider; or a plan against the spec
    #[command(
        after_help = "Example:\n  terraform plan -out plan && terraform show -json plan > plan.json\n  portcullis check --plan plan.json   # exit 1 where the plan lets anybody do what the spec does not"
    )]
    Check {
        /// Check this plan instead: the output of `terraform show -json PLANFILE`
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
        /// The environment that the plan has to be of; the plan says it itself
        #[arg(long = "env", value_name = "NAME", requires = "plan")]
        environment: Option<String>,
    },
    /// Build the functions and zip them reproducibly
    Build(Environment),
    /// Show what apply would change
    #[command(
        after_help = "Examples:\n  portcullis plan --env dev\n  portcullis plan --env dev --out dev.tfplan        # then: portcullis apply --env dev --plan dev.tfplan\n  portcullis plan --env dev --json-out dev.json     # then: portcullis review --plan dev.json"
    )]
    Plan {
        #[command(flatten)]
        options: TerraformOptions,
        #[command(flatten)]
        save: SavePlan,
        /// Exit as Terraform does: 0 no changes, 1 any error, 2 changes
        #[arg(long)]
        detailed_exitcode: bool,
    },
    /// Build, generate and apply; in `local` also start everything that is needed
    #[command(
        after_help = "Examples:\n  portcullis apply                 # to the emulated AWS of this machine\n  portcullis apply --watch         # and again whenever something is saved\n  portcullis apply --env dev       # to AWS: shows the plan and asks\n  portcullis apply --env dev --plan dev.tfplan   # exactly the saved plan: builds and asks nothing"
    )]
    Apply {
        #[command(flatten)]
        options: TerraformOptions,
        /// Do not ask; needed where there is no terminal
        #[arg(long)]
        yes: bool,
        /// Stay, and serve every change of a function or of the spec as it is saved (local only)
        #[arg(long)]
        watch: bool,
        /// Apply this saved plan (`plan --out` or `--json-out`) if Terraform would still make exactly its changes
        #[arg(long, value_name = "FILE", conflicts_with = "watch")]
        plan: Option<PathBuf>,
    },
    /// Print the environments in AWS, for a pipeline to make its jobs of
    #[command(after_help = "Example:\n  portcullis environments --json")]
    Environments {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print addresses and ids as one JSON object
    #[command(after_help = "Example:\n  portcullis outputs --env dev")]
    Outputs(Environment),
    /// Delete everything; in `local` also stop every process
    #[command(
        after_help = "Elsewhere than in `local` the spec has to let it go: `deletion_protection = false` under `[environments.NAME]`."
    )]
    Destroy {
        #[command(flatten)]
        options: TerraformOptions,
        /// Do not ask; needed where there is no terminal
        #[arg(long)]
        yes: bool,
    },
    /// Print the last mail that Cognito would have sent, with its password or code (local only)
    #[command(
        after_help = "Example:\n  portcullis invitation | tail -1     # the temporary password or the code alone"
    )]
    Invitation {
        #[command(flatten)]
        environment: Environment,
        /// Whose mail, if several users got one
        email: Option<String>,
    },
    /// Print the functions' logs
    #[command(after_help = "Examples:\n  portcullis logs\n  portcullis logs -f --function open")]
    Logs {
        #[command(flatten)]
        environment: Environment,
        /// One function's only
        #[arg(long, value_name = "NAME")]
        function: Option<String>,
        /// Keep printing what comes
        #[arg(short, long)]
        follow: bool,
    },
    /// Print what is reachable, by whom; exit 1 if something of it is uncertain
    #[command(
        after_help = "Examples:\n  portcullis surface                      # of the spec, as a table\n  portcullis surface --json --state FILE  # of what `terraform show -json` printed\n  portcullis surface --plan FILE          # of what will be: `terraform show -json PLANFILE`"
    )]
    Surface {
        #[command(flatten)]
        environment: Environment,
        #[command(flatten)]
        of: SurfaceOf,
        /// Name or id of the REST API, where the state or plan holds several
        #[arg(long, value_name = "NAME|ID", conflicts_with = "spec")]
        api: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw who can reach what, as Mermaid or as SVG
    #[command(
        after_help = "Examples:\n  portcullis graph                           # Mermaid, for a ```mermaid block of a README\n  portcullis graph --env dev --svg > api.svg # with the origin whose pages may call in `dev`"
    )]
    Graph {
        /// As it is in this environment; else what differs by environment is told in general
        #[arg(long = "env", value_name = "NAME")]
        environment: Option<String>,
        /// Of this spec
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// An SVG, which needs nothing beside it, instead of Mermaid
        #[arg(long)]
        svg: bool,
    },
    /// Review what a change exposes or deletes; exit 1 if a change is blocked
    #[command(
        after_help = "Examples:\n  portcullis review                        # what is saved, since the branch left main\n  portcullis review --base v1.2 --head v1.3\n  portcullis review --plan dev.json        # with what `terraform show -json` printed of a plan\n  portcullis review --markdown             # for a comment of a pull request\n\nAn `accept` entry under `[review]` in the spec lets a blocked change through, with a reason."
    )]
    Review(Review),
    /// Print all keys of the spec: a JSON schema for editors, or the reference page
    #[command(
        after_help = "Example:\n  portcullis schema > portcullis.schema.json   # line 1 of the spec: #:schema portcullis.schema.json"
    )]
    Schema {
        /// As a page in Markdown
        #[arg(long)]
        markdown: bool,
    },
    /// Serve an applied state with a REST API on loopback, in the foreground
    #[command(
        after_help = "Example:\n  terraform show -json > state.json\n  portcullis serve --state state.json --jwks https://cognito-idp.us-east-1.amazonaws.com/POOL=jwks.json"
    )]
    Serve(Serve),
    /// Delete what was built: zips, the functions' target folder, Terraform's local folder
    Clean,
    /// Install the pinned tools now, and print where they are as JSON; other commands install what they need
    Tools,
    /// The emulated control plane; `apply` starts it
    #[command(hide = true)]
    ControlPlane(ControlPlane),
}

/// What a surface is of: the project's spec where nothing is named.
#[derive(Args)]
#[group(multiple = false)]
pub struct SurfaceOf {
    /// Of this spec
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// Of this plan: the output of `terraform show -json PLANFILE`
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Of this state: the output of `terraform show -json`
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

/// Which environment is meant.
#[derive(Args, Clone)]
pub struct Environment {
    /// Name of the environment
    #[arg(long = "env", value_name = "NAME", default_value = "local")]
    pub name: String,
}

/// Where a plan is saved.
#[derive(Args)]
pub struct SavePlan {
    /// Save the plan to this file, for `apply --plan`; it contains everything in the state, including secrets
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Also write what `terraform show -json` prints of it, for `review --plan`
    #[arg(long, value_name = "FILE")]
    pub json_out: Option<PathBuf>,
}

impl SavePlan {
    /// The files that are asked for.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.out.iter().chain(&self.json_out)
    }
}

/// How Terraform is called.
#[derive(Args, Clone)]
pub struct TerraformOptions {
    #[command(flatten)]
    pub environment: Environment,

    /// E-mail of the first user, in `local` and at an environment's first apply
    #[arg(long, value_name = "EMAIL", env = "YOUR_EMAIL")]
    pub your_email: Option<String>,

    /// Folder with Terraform providers, where the registry can't be reached
    #[arg(long, value_name = "DIR", env = "PORTCULLIS_PLUGIN_DIR")]
    pub plugin_dir: Option<PathBuf>,

    /// An emulated AWS to use in `local` instead of our own; PORTCULLIS_ENDPOINT_ACCESS_KEY_ID sets the access key to use
    /// there
    #[arg(long, value_name = "URL", env = "PORTCULLIS_ENDPOINT")]
    pub endpoint: Option<String>,
}

impl TerraformOptions {
    /// The e-mail that was given. `make` passes an empty one on.
    pub fn chosen_email(&self) -> Option<&str> {
        self.your_email.as_deref().filter(|email| !email.is_empty())
    }
}

/// What is reviewed.
#[derive(Args)]
pub struct Review {
    /// What to compare with: a spec, or a revision of git, of which the last commit in common counts. Where it is not
    /// given, the main branch, and on that itself its last commit
    #[arg(long, value_name = "REV|FILE")]
    pub base: Option<String>,
    /// What to review, where that is not the project as it lies there
    #[arg(long, value_name = "REV|FILE")]
    pub head: Option<String>,
    /// A plan of an environment: the output of `terraform show -json` of its file; several times for several
    /// environments
    #[arg(long, value_name = "FILE")]
    pub plan: Vec<PathBuf>,
    /// As Markdown, for a comment
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// What the data plane serves.
#[derive(Args)]
pub struct Serve {
    /// The state: the output of `terraform show -json`
    #[arg(long, value_name = "FILE")]
    pub state: PathBuf,
    /// Name or id of the REST API, where the state holds several
    #[arg(long, value_name = "NAME|ID")]
    pub api: Option<String>,
    /// The stage that `api_url` leads to, of several; all are served
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,
    /// What the functions' `filename` is relative to
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// The zip or bootstrap of a function
    #[arg(long, value_name = "NAME=PATH")]
    pub function: Vec<String>,
    /// A variable of every function or of one, over those of the state
    #[arg(long, value_name = "[FUNCTION:]NAME=VALUE")]
    pub env: Vec<String>,
    /// The keys of an issuer: a file, or an `http://` address of this machine
    #[arg(long, value_name = "ISSUER=FILE|URL")]
    pub jwks: Vec<String>,
    /// Port on loopback; a free one where it is not given
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// File for the log instead of stderr; at 10 MB it becomes FILE.previous, and begins anew
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Folder for unpacked functions and logs
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
}

/// How the emulated control plane runs.
#[derive(Args)]
pub struct ControlPlane {
    /// Port on loopback; a free one where it is not given
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Folder for the mails that Cognito would have sent
    #[arg(long, value_name = "DIR")]
    pub mails: PathBuf,
    /// File for the log instead of stderr; at 10 MB it becomes FILE.previous, and begins anew
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Python with moto, to be started as the emulated AWS
    #[arg(long, value_name = "FILE", requires = "work")]
    pub python: Option<PathBuf>,
    /// Private folder for moto's socket
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
    /// An emulated AWS to stand in front of, instead of starting moto
    #[arg(long, value_name = "URL", requires = "region")]
    pub upstream: Option<String>,
    /// The region to try it in
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
}
