//! Consoles in documents: a shell gets the commands of a fenced `console` block, and prints what the block shows.
//!
//! `<!-- run: NAME -->` names a block. In a block, `$ ` begins a command, and a `\` at its end continues it. All else is
//! output, in which `…` stands for any text. A command whose output ends with `^C` gets Ctrl-C once it has printed the
//! rest. A command with `&` at its end runs until the block ends.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::in_time::InTime;

/// Time limit for the output of a command that goes on. An apply that compiles functions takes minutes on a busy machine.
const LIMIT: Duration = Duration::from_secs(600);

/// Time after Ctrl-C in which a program ends.
const GRACE: Duration = Duration::from_secs(10);

/// A command, and what its block shows of its output.
#[derive(Debug, PartialEq)]
pub struct Shown {
    /// The command, of several lines if it is continued.
    pub command: String,
    /// The lines of its output.
    pub lines: Vec<String>,
    /// Ctrl-C ends it.
    pub is_interrupted: bool,
}

impl Shown {
    /// Returns whether the command fails, which its output tells.
    pub fn fails(&self) -> bool {
        let marks = ["error:", "help:", "✗ blocked:"];
        self.lines
            .iter()
            .any(|line| marks.iter().any(|mark| line.starts_with(mark)))
    }

    /// Returns a line that is missing in what was printed.
    pub fn missing(&self, printed: &str) -> Option<&String> {
        let mut shown = self.lines.iter().filter(|line| !line.is_empty());
        shown.find(|line| !printed.lines().any(|printed| fits(line, printed)))
    }
}

/// Returns a text without the codes of colors, which Terraform also writes into files.
fn without_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut text, part| {
        text.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
        text
    })
}

/// Returns whether a printed line is one that is shown.
fn fits(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        (rest, last) = (behind, Some(part));
    }
    match last {
        None => rest.is_empty(),
        Some("") => true,
        Some(last) => printed.ends_with(last),
    }
}

/// Returns the commands of a block.
pub fn commands(block: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut lines = block.lines();
    while let Some(line) = lines.next() {
        if let Some(first) = line.strip_prefix("$ ") {
            let mut command = first.to_owned();
            while command.ends_with('\\') {
                command = format!("{command}\n{}", lines.next().unwrap_or_default());
            }
            shown.push(Shown {
                command,
                lines: Vec::new(),
                is_interrupted: false,
            });
            continue;
        }
        let last = shown.last_mut().expect("a console block begins with `$ `");
        match line {
            "^C" => last.is_interrupted = true,
            line => last.lines.push(line.to_owned()),
        }
    }
    shown
}

/// Returns the block of a document with this name.
#[track_caller]
pub fn block<'t>(document: &'t str, name: &str) -> &'t str {
    let head = format!("<!-- run: {name} -->\n```console\n");
    let (_, rest) = document
        .split_once(&head)
        .unwrap_or_else(|| panic!("no block `{name}`"));
    rest.split_once("```").unwrap().0
}

/// A shell for the blocks of a document. Variables and the folder stay from one command to the next.
pub struct Console<'a> {
    program: Box<dyn Fn(&str) -> Command + 'a>,
    state: TempDir,
    replaced: Vec<(String, Here<'a>)>,
    variables: Vec<(String, String)>,
    running: Vec<Running>,
}

/// Finds the text that stands here for one of a document, once there is one.
type Here<'a> = Box<dyn Fn() -> Option<String> + 'a>;

/// A command that goes on. It ends with this.
struct Running(Child);

impl Running {
    /// Sends Ctrl-C. A program that was started to ignore it, as `nohup` and `&` do in scripts, is terminated.
    fn interrupt(&mut self) {
        for signal in [Signal::INT, Signal::TERM] {
            let sent = Instant::now();
            if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
                // It may end at this moment.
                _ = kill_process_group(Pid::from_child(&self.0), signal);
            }
            while sent.elapsed() < GRACE {
                if self.0.try_wait().is_ok_and(|ended| ended.is_some()) {
                    return;
                }
                sleep(Duration::from_millis(20));
            }
        }
        self.0.wait_in_time().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.interrupt();
    }
}

impl<'a> Console<'a> {
    /// A shell in a folder. `program` starts a program with the right environment.
    pub fn new(folder: &Path, program: impl Fn(&str) -> Command + 'a) -> Self {
        let state = tempfile::tempdir().unwrap();
        fs::write(state.path().join("folder"), folder.to_str().unwrap()).unwrap();
        Self {
            program: Box::new(program),
            state,
            replaced: Vec::new(),
            variables: Vec::new(),
            running: Vec::new(),
        }
    }

    /// Sets a variable of the environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Lets a text of the document stand for another one here, in commands and in their output: a port, an id. It is looked
    /// for before and after each command.
    pub fn stands_for(&mut self, shown: &str, here: impl Fn() -> Option<String> + 'a) {
        self.replaced.push((shown.to_owned(), Box::new(here)));
    }

    /// The texts of the document, each with the one here.
    fn replaced(&self) -> impl Iterator<Item = (&String, String)> {
        let replaced = self.replaced.iter();
        replaced.filter_map(|(shown, here)| Some((shown, here()?)))
    }

    /// Types the commands of a block.
    #[track_caller]
    pub fn run(&mut self, document: &str, name: &str) {
        for shown in commands(block(document, name)) {
            self.type_in(&shown);
        }
        self.running.clear();
    }

    /// Types a command. Fails unless it prints what is shown, and ends well unless what is shown is an error.
    #[track_caller]
    pub fn type_in(&mut self, shown: &Shown) {
        let (command, goes_on) = match shown.command.strip_suffix('&') {
            Some(command) => (command, true),
            None => (&*shown.command, shown.is_interrupted),
        };
        let mut shell = self.shell(command, goes_on);
        if !goes_on {
            let status = shell.wait_in_time().unwrap();
            let printed = self.printed();
            assert_eq!(!status.success(), shown.fails(), "{command}: {status}\n{printed}");
            let missing = shown.missing(&printed);
            assert_eq!(missing, None, "{command} does not print this:\n{printed}");
            return;
        }
        let mut running = Running(shell.spawn().unwrap());
        let started = Instant::now();
        while let Some(missing) = shown.missing(&self.printed()) {
            let ended = running.0.try_wait().unwrap();
            let printed = self.printed();
            assert!(
                ended.is_none() && started.elapsed() < LIMIT,
                "{command} has not printed `{missing}`: {ended:?}\n{printed}"
            );
            sleep(Duration::from_millis(50));
        }
        if shown.is_interrupted {
            running.interrupt();
            assert!(!self.printed().contains("panicked"), "{}", self.printed());
        } else {
            self.running.push(running);
        }
    }

    /// Returns the output of the last command, with the texts of the document.
    fn printed(&self) -> String {
        let output = fs::read(self.state.path().join("output")).unwrap();
        let mut printed = String::from_utf8_lossy(&output).into_owned();
        for (shown, here) in self.replaced() {
            printed = printed.replace(&here, shown);
        }
        // curl prints headers as they were sent.
        without_colors(&printed).replace('\r', "")
    }

    /// A shell for one command. One that ends has no terminal, so that it can't ask.
    fn shell(&self, command: &str, goes_on: bool) -> Command {
        let mut command = command.to_owned();
        for (shown, here) in self.replaced() {
            command = command.replace(shown, &here);
        }
        let state = self.state.path();
        let script = format!(
            "set -a\n[ ! -e \"$CONSOLE/variables\" ] || . \"$CONSOLE/variables\"\n{command}\ncode=$?\nexport -p \
             >\"$CONSOLE/variables\"\npwd >\"$CONSOLE/folder\"\nexit $code\n"
        );
        let mut shell = if goes_on {
            let mut shell = (self.program)("bash");
            shell.process_group(0);
            shell
        } else {
            let mut shell = (self.program)("setsid");
            shell.args(["--wait", "bash"]);
            shell
        };
        let output = File::create(state.join("output")).unwrap();
        let folder = fs::read_to_string(state.join("folder")).unwrap();
        shell
            .args(["-c", &script])
            .current_dir(folder.trim_end())
            .env("CONSOLE", state)
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        shell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_if_the_text_between_its_gaps_is_there() {
        assert!(fits("a … c", "a b c"));
        assert!(fits("a…", "a b c"));
        assert!(fits("…", ""));
        assert!(fits("a…b…", "a-b-c"));
        assert!(!fits("a … c", "a b d"));
        assert!(!fits("a b", "a b c"));
        assert!(!fits("a…c", "a c b"));
    }

    #[test]
    fn colors_are_not_shown() {
        assert_eq!(
            without_colors("\u{1b}[1m\u{1b}[32mSuccess!\u{1b}[0m 3m"),
            "Success! 3m"
        );
        assert_eq!(without_colors("plain"), "plain");
    }

    #[test]
    fn a_block_has_commands_with_their_output() {
        let shown = commands("$ a \\\n    b\nc\n\n$ d\n^C\n");
        let command = |command: &str, lines: &[&str], is_interrupted| Shown {
            command: command.into(),
            lines: lines.iter().copied().map(String::from).collect(),
            is_interrupted,
        };
        assert_eq!(
            shown,
            [command("a \\\n    b", &["c", ""], false), command("d", &[], true)]
        );
    }

    #[test]
    fn variables_and_the_folder_stay() {
        let folder = tempfile::tempdir().unwrap();
        let mut console = Console::new(folder.path(), |program| Command::new(program));
        console.stands_for("4000", || Some("5000".into()));
        let document = "<!-- run: x -->\n```console\n$ mkdir sub && cd sub\n$ WORD='a b 4000'\n$ echo \"$WORD $(basename \
                        \"$PWD\")\"\na b 4000 …\n$ echo error: no; false\nerror: no\n$ sleep 100 &\n$ echo up; sleep 100\nup\n^C\n```\n";
        console.run(document, "x");
    }

    #[test]
    #[should_panic(expected = "does not print this")]
    fn a_missing_line_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut console = Console::new(folder.path(), |program| Command::new(program));
        console.run("<!-- run: x -->\n```console\n$ echo a\nb\n```\n", "x");
    }
}
