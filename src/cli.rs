//! The command line as data.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::failure::ExitCodes;
use crate::new_function::addition::Auth;
use crate::new_service::Pipeline;
use crate::new_service::embedded::EXAMPLES;

/// Generate Terraform for an API Gateway REST API with Cognito sign-in, and run the same API on your machine
#[derive(Parser)]
#[command(name = "portcullis", version, disable_help_subcommand = false)]
#[command(
    after_help = "Exit codes:\n  0  success\n  1  a check found a difference, or a change is blocked\n  2  invalid arguments or \
input\n  3  a tool or AWS failed\n\n`plan --detailed-exitcode` exits as Terraform does:\n  0  no changes\n  1  any error\n  2  \
changes\n\nPortcullis prints data on stdout and messages on stderr. Set NO_COLOR to turn color off."
)]
pub struct Cli {
    /// Folder of the project [default: the nearest folder with a portcullis.toml, from this one upward]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PORTCULLIS_PROJECT",
        hide_env_values = true
    )]
    pub project: Option<PathBuf>,

    /// Color messages: on a terminal, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: Color,

    /// Print only results, warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print each program that starts, with its arguments
    #[arg(short, long, global = true)]
    pub verbose: bool,

    /// Print errors of `check` and `generate` as text, JSON lines or GitHub annotations
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    pub message_format: MessageFormat,

    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The format of errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, ValueEnum)]
pub enum MessageFormat {
    /// Print text on stderr
    #[default]
    Text,
    /// Print one JSON object per line on stdout
    Json,
    /// Print one GitHub workflow annotation per line on stdout
    Github,
}

/// When messages have color.
#[derive(Debug, Clone, Copy, Default, PartialEq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The messages that are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Amount {
    /// Results, warnings and errors.
    Least,
    /// Steps, too.
    #[default]
    Usual,
    /// The programs that start, too.
    Most,
}

impl Cli {
    /// The messages that are wanted.
    pub fn amount(&self) -> Amount {
        match (self.quiet, self.verbose) {
            (true, _) => Amount::Least,
            (false, false) => Amount::Usual,
            (false, true) => Amount::Most,
        }
    }

    /// The exit codes that the command uses.
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

/// A command.
#[derive(Subcommand)]
pub enum Command {
    /// Create a service in a new folder, or add a function to a service
    #[command(
        args_conflicts_with_subcommands = true,
        subcommand_negates_reqs = true,
        after_help = "Examples:\n  portcullis new orders                  # asks for what is not given if there is a terminal\n  portcullis new orders --pool none\n  portcullis new shop --example shop --region eu-central-1\n  portcullis new function orders --route 'GET /orders'\n\nThe service has a spec, functions, their generated Terraform, a Makefile, a pipeline and settings for editors."
    )]
    New {
        #[command(subcommand)]
        part: Option<NewPart>,
        #[command(flatten)]
        service: NewService,
    },
    /// Generate terraform/ from portcullis.toml
    #[command(
        after_help = "Example:\n  portcullis generate --check   # in CI: exit 1 and print a diff if terraform/ is out of date"
    )]
    Generate {
        /// Print a diff and exit 1 if terraform/ is out of date; write nothing
        #[arg(long)]
        check: bool,
    },
    /// Check the spec, the generated files and the tools, or compare a plan with the spec
    #[command(
        after_help = "Example:\n  terraform plan -out plan && terraform show -json plan > plan.json\n  portcullis check --plan plan.json   # exit 1 if the plan allows more than the spec"
    )]
    Check {
        /// Compare this plan with the spec: the output of `terraform show -json PLANFILE`
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
        /// Fail unless the plan is for this environment
        #[arg(long = "env", value_name = "NAME", requires = "plan")]
        environment: Option<String>,
    },
    /// Build the functions and zip them reproducibly
    Build(Environment),
    /// Show the changes that `apply` would make
    #[command(
        after_help = "Examples:\n  portcullis plan --env dev\n  portcullis plan --env dev --out dev.tfplan        # then: portcullis apply --env dev --plan dev.tfplan\n  portcullis plan --env dev --json-out dev.json     # then: portcullis review --plan dev.json"
    )]
    Plan {
        #[command(flatten)]
        options: TerraformOptions,
        #[command(flatten)]
        save: SavePlan,
        /// Exit as Terraform does: 0 for no changes, 1 for any error, 2 for changes
        #[arg(long)]
        detailed_exitcode: bool,
    },
    /// Build, generate and apply; in `local`, also start the emulated AWS and the API
    #[command(
        after_help = "Examples:\n  portcullis apply                 # on this machine, with an emulated AWS\n  portcullis apply --env dev       # in AWS: shows the plan and asks first\n  portcullis apply --env dev --plan dev.tfplan   # this saved plan, without a build or a question"
    )]
    Apply {
        #[command(flatten)]
        options: TerraformOptions,
        /// Answer yes to every question; required without a terminal
        #[arg(long)]
        yes: bool,
        /// Apply this saved plan (`plan --out` or `--json-out`) if Terraform would still make exactly its changes
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
    },
    /// Run the API on this machine: apply each change that you save, and print requests
    #[command(
        after_help = "Examples:\n  portcullis dev            # Ctrl-C leaves the API running\n  portcullis dev --down     # Ctrl-C stops it"
    )]
    Dev {
        #[command(flatten)]
        options: TerraformOptions,
        /// Stop `local` and delete its data at the end
        #[arg(long)]
        down: bool,
    },
    /// Stop `local` and delete its data, faster than `destroy`
    Down,
    /// Sign a user in and print the token; ask for the password if no valid token is kept
    #[command(
        after_help = "Examples:\n  portcullis login --first      # the first sign-in: set a new password\n  TOKEN=$(portcullis login)\n  portcullis login --user jane@example.com --env dev"
    )]
    Login(Login),
    /// Call a route of the API; sign in with the kept token if the route needs it
    #[command(
        after_help = "Examples:\n  portcullis call GET /open\n  portcullis call POST /orders --data '{\"item\": 1}'\n  portcullis call GET / --anonymous --include\n\nThe body goes to stdout, the status to stderr. The exit code is 1 if the status is 400 or more."
    )]
    Call(Call),
    /// List the environments in AWS, for example to create CI jobs
    #[command(after_help = "Example:\n  portcullis environments --json")]
    Environments {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the API's URL and ids as one JSON object
    #[command(after_help = "Example:\n  portcullis outputs --env dev")]
    Outputs(Environment),
    /// Delete an environment; in `local`, also stop every process
    #[command(
        after_help = "To delete an environment in AWS, first write `deletion_protection = false` under `[environments.NAME]` in the spec."
    )]
    Destroy {
        #[command(flatten)]
        options: TerraformOptions,
        /// Answer yes to every question; required without a terminal
        #[arg(long)]
        yes: bool,
    },
    /// Print the last email from Cognito, with its password or code (`local` only)
    #[command(
        after_help = "Example:\n  portcullis invitation | tail -1     # only the temporary password or code"
    )]
    Invitation {
        #[command(flatten)]
        environment: Environment,
        /// Print the last email to this address
        email: Option<String>,
    },
    /// Invoke a function and print its result; exit 1 if the function failed (`local` only)
    #[command(
        after_help = "Examples:\n  portcullis invoke open --event event.json\n  echo '{}' | portcullis invoke open --event -\n  portcullis invoke nightly --schedule   # with the event of its schedule"
    )]
    Invoke {
        #[command(flatten)]
        environment: Environment,
        /// Invoke this function
        function: String,
        /// Send this event: a file with JSON, or `-` for stdin [default: `{}`]
        #[arg(long, value_name = "FILE", conflicts_with = "schedule")]
        event: Option<PathBuf>,
        /// Send the events of the function's schedules
        #[arg(long)]
        schedule: bool,
    },
    /// Print the functions' logs, or the access log
    #[command(
        after_help = "Examples:\n  portcullis logs\n  portcullis logs -f --function open\n  portcullis logs --access"
    )]
    Logs {
        #[command(flatten)]
        environment: Environment,
        /// Print the logs of this function only
        #[arg(long, value_name = "NAME")]
        function: Option<String>,
        /// Print the access log instead: a line for each request
        #[arg(long, conflicts_with = "function")]
        access: bool,
        /// Keep printing new lines (`local` only)
        #[arg(short, long)]
        follow: bool,
    },
    /// List the routes and who may call them; exit 1 if anything is uncertain
    #[command(
        after_help = "Examples:\n  portcullis surface                      # read the spec\n  portcullis surface --json --state FILE  # read a state: the output of `terraform show -json`\n  portcullis surface --plan FILE          # read a plan: the output of `terraform show -json PLANFILE`"
    )]
    Surface {
        #[command(flatten)]
        environment: Environment,
        #[command(flatten)]
        of: SurfaceOf,
        /// Choose a REST API by name or id; required if the state or plan contains several
        #[arg(long, value_name = "NAME|ID", conflicts_with = "spec")]
        api: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw the routes, who may call them and their functions as Mermaid or SVG
    #[command(
        after_help = "Examples:\n  portcullis graph                           # Mermaid, for a ```mermaid block in a README\n  portcullis graph --env dev --svg > api.svg # with the CORS origin of `dev`"
    )]
    Graph {
        /// Draw this environment [default: what all environments share]
        #[arg(long = "env", value_name = "NAME")]
        environment: Option<String>,
        /// Read this spec [default: portcullis.toml in the project]
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// Print one self-contained SVG instead of Mermaid
        #[arg(long)]
        svg: bool,
    },
    /// Print the API as an OpenAPI 3.1 document
    #[command(after_help = "Example:\n  portcullis openapi --server https://api.example.com > openapi.json")]
    Openapi {
        /// Read this spec [default: portcullis.toml in the project]
        #[arg(long, value_name = "FILE")]
        spec: Option<PathBuf>,
        /// Name this URL as the server [default: the URL of `local`, if it runs]
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },
    /// Review what a change exposes or deletes; exit 1 if a change is blocked
    #[command(
        after_help = "Examples:\n  portcullis review                        # the working tree, compared with the merge base with main\n  portcullis review --base v1.2 --head v1.3\n  portcullis review --plan dev.json        # with a plan: the output of `terraform show -json PLANFILE`\n  portcullis review --markdown             # for a comment on a pull request\n  portcullis review --plan plan.json       # any Terraform with a REST API: no spec is needed\n\nTo accept a blocked change, add an entry with a reason to `accept` under `[review]` in the spec. Without a spec, add it to\n`portcullis-review.toml`."
    )]
    Review(Review),
    /// Print the JSON schema of the spec for editors, or its reference page
    #[command(
        after_help = "Example:\n  portcullis schema > portcullis.schema.json   # then write as line 1 of the spec: #:schema portcullis.schema.json"
    )]
    Schema {
        /// Print the reference page in Markdown
        #[arg(long)]
        markdown: bool,
    },
    /// Serve the REST API of an applied state on this machine, in the foreground
    #[command(
        after_help = "Example:\n  terraform show -json > state.json\n  portcullis serve --state state.json --jwks https://cognito-idp.us-east-1.amazonaws.com/POOL=jwks.json"
    )]
    Serve(Serve),
    /// Delete build output: zips, the functions' `target` and Terraform's folder of `local`
    Clean,
    /// Check programs, tools, ports and credentials, and print what mends each
    #[command(
        after_help = "The exit code is 1 if anything is missing.\n\nExample:\n  portcullis doctor --json"
    )]
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a script that completes commands and options in a shell
    #[command(
        after_help = "Example:\n  portcullis completions bash > ~/.local/share/bash-completion/completions/portcullis"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Install the pinned tools, as other commands do, and print their paths as JSON
    Tools,
    /// Run the emulated control plane; `apply` starts it
    #[command(hide = true)]
    ControlPlane(ControlPlane),
}

/// A part of a service.
#[derive(Subcommand)]
pub enum NewPart {
    /// Add a function: its crate and its entries in the spec
    #[command(
        after_help = "Examples:\n  portcullis new function orders --route 'GET /orders'\n  portcullis new function health --route 'GET /health' --auth none --reason 'Health check of the load balancer'\n  portcullis new function prices --route 'GET /prices' --bin-of orders   # another binary of the crate `orders`\n  portcullis new function report --schedule 'rate(1 hour)'\n  portcullis new function mailer --queue mails\n\nComments, order and formatting of the spec stay as they are."
    )]
    Function(NewFunction),
}

/// Options of `new function`.
#[derive(Args)]
pub struct NewFunction {
    /// Name the function
    pub name: String,
    #[command(flatten)]
    pub trigger: TriggerOptions,
    /// Let these callers in; required if the service has no user pool [default: user_pool]
    #[arg(long, value_enum, conflicts_with_all = ["schedule", "queue"])]
    pub auth: Option<Auth>,
    /// Say why the route is public; required with `--auth none`, and written as a comment
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["schedule", "queue"])]
    pub reason: Option<String>,
    /// Describe the function
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Add a binary to this crate of the workspace instead of a crate
    #[arg(long, value_name = "CRATE")]
    pub bin_of: Option<String>,
}

/// The trigger of a new function: exactly one of these.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct TriggerOptions {
    /// Let the function handle this method and path
    #[arg(long, value_name = "METHOD /PATH")]
    pub route: Option<String>,
    /// Run the function at these times, such as `rate(1 hour)`
    #[arg(long, value_name = "EXPRESSION")]
    pub schedule: Option<String>,
    /// Let the function handle the messages of this queue; creates the queue if it is missing
    #[arg(long, value_name = "NAME")]
    pub queue: Option<String>,
}

/// Options of `new`.
#[derive(Args)]
pub struct NewService {
    /// Write the service into this folder, which must be missing or empty
    #[arg(value_name = "DIR", required = true)]
    pub folder: Option<PathBuf>,
    /// Name the service [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Deploy to this AWS region [default: us-east-1, or that of an existing pool]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Sign users in with a new pool, no pool, or an existing one [default: new]
    #[arg(long, value_name = "new|none|ARN", conflicts_with = "example")]
    pub pool: Option<String>,
    /// Start from this example instead of one public function and one for signed-in users
    #[arg(long, value_parser = examples())]
    pub example: Option<String>,
    /// Write a pipeline that checks, plans, reviews and applies changes
    #[arg(long, value_enum, default_value_t = Pipeline::Github)]
    pub ci: Pipeline,
    /// Ask no question, and use the defaults
    #[arg(long)]
    pub yes: bool,
}

fn examples() -> PossibleValuesParser {
    let examples = EXAMPLES.iter();
    PossibleValuesParser::new(examples.map(|example| PossibleValue::new(example.name).help(example.about)))
}

/// The source of a surface: a file, or else the project's spec.
#[derive(Args)]
#[group(multiple = false)]
pub struct SurfaceOf {
    /// Read this spec
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// Read this plan: the output of `terraform show -json PLANFILE`
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Read this state: the output of `terraform show -json`
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

/// The environment to work on.
#[derive(Args, Clone)]
pub struct Environment {
    /// Work on this environment
    #[arg(
        long = "env",
        value_name = "NAME",
        env = "PORTCULLIS_ENV",
        hide_env_values = true,
        default_value = "local"
    )]
    pub name: String,
}

/// The files to save a plan to.
#[derive(Args)]
pub struct SavePlan {
    /// Save the plan to this file, for `apply --plan`; it contains everything in the state, including secrets
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Save the plan as JSON, as `terraform show -json` prints it, for `review --plan`
    #[arg(long, value_name = "FILE")]
    pub json_out: Option<PathBuf>,
}

impl SavePlan {
    /// Returns the files to write.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.out.iter().chain(&self.json_out)
    }
}

/// Options of the commands that run Terraform.
#[derive(Args, Clone)]
pub struct TerraformOptions {
    #[command(flatten)]
    pub environment: Environment,

    /// Invite this email address as the first user, in `local` or at the first apply of an environment
    #[arg(long, value_name = "EMAIL", env = "YOUR_EMAIL")]
    pub first_user: Option<String>,

    /// Install Terraform providers from this folder instead of the registry
    #[arg(long, value_name = "DIR", env = "PORTCULLIS_PLUGIN_DIR")]
    pub plugin_dir: Option<PathBuf>,

    /// Use this emulated AWS in `local` instead of the built-in one; PORTCULLIS_ENDPOINT_ACCESS_KEY_ID sets its access
    /// key
    #[arg(long, value_name = "URL", env = "PORTCULLIS_ENDPOINT")]
    pub endpoint: Option<String>,
}

impl TerraformOptions {
    /// Returns the email address that was given. The Makefile passes an empty one on.
    pub fn chosen_email(&self) -> Option<&str> {
        self.first_user.as_deref().filter(|email| !email.is_empty())
    }
}

/// Options of `login`.
#[derive(Args)]
pub struct Login {
    #[command(flatten)]
    pub environment: Environment,
    /// Sign in this user [default: the last one, or else the first user]
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<String>,
    /// Sign in through this client [default: the one that `outputs` names]
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
    /// Sign in for the first time: with the temporary password of the invitation, which `local` has saved
    #[arg(long)]
    pub first: bool,
    /// Print the access token instead of the id token
    #[arg(long)]
    pub access_token: bool,
    /// Read passwords and codes from stdin, one per line
    #[arg(long)]
    pub password_stdin: bool,
}

/// Options of `call`.
#[derive(Args)]
pub struct Call {
    #[command(flatten)]
    pub environment: Environment,
    /// The method, such as GET
    pub method: String,
    /// The path and the query, such as /orders?limit=10
    pub path: String,
    /// Send this body: a text, `@FILE`, or `-` for stdin
    #[arg(short, long, value_name = "TEXT|@FILE")]
    pub data: Option<String>,
    /// Send this header; repeat it for more
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    pub header: Vec<String>,
    /// Send no token
    #[arg(long)]
    pub anonymous: bool,
    /// Print the response's headers, too
    #[arg(short, long)]
    pub include: bool,
}

/// Options of `review`.
#[derive(Args)]
pub struct Review {
    /// Compare with this spec file or Git revision [default: the merge base with the main branch]
    #[arg(long, value_name = "REV|FILE")]
    pub base: Option<String>,
    /// Review this spec file or Git revision [default: the working tree]
    #[arg(long, value_name = "REV|FILE")]
    pub head: Option<String>,
    /// Review this plan too: the output of `terraform show -json PLANFILE`; repeat it for each environment. Without a spec,
    /// review this plan alone, which may also be a PLANFILE
    #[arg(long, value_name = "FILE")]
    pub plan: Vec<PathBuf>,
    /// Without a spec, read the accepted changes from this file [default: portcullis-review.toml, if it exists]
    #[arg(long, value_name = "FILE", requires = "plan")]
    pub accept: Option<PathBuf>,
    /// Print Markdown, for a comment
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `serve`.
#[derive(Args)]
pub struct Serve {
    /// Serve this state: the output of `terraform show -json`
    #[arg(long, value_name = "FILE")]
    pub state: PathBuf,
    /// Choose a REST API by name or id; required if the state contains several
    #[arg(long, value_name = "NAME|ID")]
    pub api: Option<String>,
    /// Print the URL of this stage as `api_url`; all stages are served
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,
    /// Resolve the functions' relative `filename` from this folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// Run this zip, folder or `bootstrap` for a function
    #[arg(long, value_name = "NAME=PATH")]
    pub function: Vec<String>,
    /// Use this zip or folder as the content of a layer
    #[arg(long, value_name = "NAME=PATH")]
    pub layer: Vec<String>,
    /// Run functions of this runtime, such as `python` or `python3.12`, with this interpreter [default: `node` and
    /// `python3` on the PATH]
    #[arg(long, value_name = "RUNTIME=PATH")]
    pub runtime: Vec<String>,
    /// Set an environment variable for all functions or one; it overrides the state
    #[arg(long, value_name = "[FUNCTION:]NAME=VALUE")]
    pub env: Vec<String>,
    /// Read an issuer's signing keys from this file or `http://` URL on this machine
    #[arg(long, value_name = "ISSUER=FILE|URL")]
    pub jwks: Vec<String>,
    /// Deliver the events of this emulated AWS on this machine to the functions, and forward the calls that their roles
    /// allow; PORTCULLIS_ENDPOINT_ACCESS_KEY_ID sets its access key
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Run schedules by the clock only while another process has locked this file
    #[arg(long, value_name = "FILE", requires = "endpoint", hide = true)]
    pub clock: Option<PathBuf>,
    /// Listen on this port of 127.0.0.1 [default: a free port]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Write the log to this file instead of stderr; at 10 MB, rename it to FILE.previous and start a new one
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Unpack functions and write their logs in this folder [default: a temporary folder]
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
}

/// Options of `control-plane`.
#[derive(Args)]
pub struct ControlPlane {
    /// Listen on this port of 127.0.0.1 [default: a free port]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Write the emails that Cognito would have sent to this folder
    #[arg(long, value_name = "DIR")]
    pub mails: PathBuf,
    /// Write the log to this file instead of stderr; at 10 MB, rename it to FILE.previous and start a new one
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Start moto with this Python as the emulated AWS
    #[arg(long, value_name = "FILE", requires = "work")]
    pub python: Option<PathBuf>,
    /// Create moto's socket in this private folder
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
    /// Forward to this emulated AWS instead of starting moto
    #[arg(long, value_name = "URL", requires = "region")]
    pub upstream: Option<String>,
    /// Probe the emulated AWS in this region
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
}
