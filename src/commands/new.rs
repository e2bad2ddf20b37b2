//! `portcullis new DIR`

use std::io::{BufRead, IsTerminal, stderr, stdin};
use std::path::Path;

use portcullis_foreign_text::{printable, shell};
use portcullis_generator::text_rule::{NAME_32, REGION, TextRule};
use portcullis_generator::user_pool::ExistingUserPool;

use crate::cli::NewService;
use crate::failure::{Failure, OrFail, Outcome};
use crate::new_service::{self, Choices, Pool, Start};
use crate::talk;

const DEFAULT_REGION: &str = "us-east-1";

/// Writes a service into a folder.
pub fn run(options: &NewService) -> Outcome {
    // Only `new function` has no folder.
    let folder = options.folder.as_deref().unwrap_or(Path::new("."));
    // An answer about a folder that can't be used would be wasted.
    new_service::check_empty(folder)?;
    let asks = !options.yes && stdin().is_terminal() && stderr().is_terminal();
    let mut stdin = stdin().lock();
    let choices = choices(folder, options, asks.then_some(&mut stdin as &mut dyn BufRead))?;
    let count = new_service::create(folder, &choices)?;
    let folder = folder.display().to_string();
    let name = &choices.name;
    talk::say(format!(
        "Created the service `{name}` in {}: {count} files",
        printable::code(&folder)
    ));
    let enter = match folder.as_str() {
        "." => String::new(),
        folder => format!("  cd {}\n", shell::word(folder)),
    };
    talk::say(format!(
        "\nNext:\n{enter}  portcullis dev    # build the service, run it on this machine, and apply what you save\n  portcullis new function invoices --route 'GET /invoices'"
    ));
    Ok(())
}

/// Returns the decisions of the command line. The others are asked, or have their defaults.
fn choices(folder: &Path, options: &NewService, answers: Option<&mut dyn BufRead>) -> Outcome<Choices> {
    let mut undecided = Undecided { answers };
    let name = undecided.decide(
        Question {
            option: "--name",
            text: "Name of the service",
            default: &default_name(folder),
        },
        options.name.as_deref(),
        |text| kept(&NAME_32, text),
    )?;
    let start = match &options.example {
        Some(example) => Start::Example(example.clone()),
        None => Start::Demo(undecided.decide(
            Question {
                option: "--pool",
                text: "User pool: `new`, `none`, or the ARN of an existing one",
                default: "new",
            },
            options.pool.as_deref(),
            pool,
        )?),
    };
    let region = match &start {
        Start::Demo(Pool::Existing(arn)) => ExistingUserPool::of(arn).map(|pool| pool.region),
        _ => None,
    };
    let region = undecided.decide(
        Question {
            option: "--region",
            text: "AWS region",
            default: region.unwrap_or(DEFAULT_REGION),
        },
        options.region.as_deref(),
        |text| kept(&REGION, text),
    )?;
    Ok(Choices {
        name,
        region,
        start,
        pipeline: options.ci,
    })
}

/// A rule that a text breaks.
struct Broken {
    must_be: &'static str,
    help: &'static str,
}

/// Returns a text that keeps a rule, or the rule.
fn kept(rule: &TextRule, text: &str) -> Result<String, Broken> {
    if (rule.check)(text) {
        return Ok(text.to_owned());
    }
    Err(Broken {
        must_be: rule.must_be,
        help: rule.help,
    })
}

fn pool(text: &str) -> Result<Pool, Broken> {
    match text {
        "new" => Ok(Pool::New),
        "none" => Ok(Pool::None),
        arn if ExistingUserPool::of(arn).is_some() => Ok(Pool::Existing(arn.to_owned())),
        _ => Err(Broken {
            must_be: "`new`, `none` or the ARN of a user pool",
            help: "write an ARN as in `arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEf123`",
        }),
    }
}

/// The name of the folder as the name of a service.
fn default_name(folder: &Path) -> String {
    let absolute = folder.canonicalize();
    let folder = absolute.as_deref().unwrap_or(folder);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let name: String = name
        .chars()
        .map(|letter| if allowed(letter) { letter } else { '-' })
        .skip_while(|letter| !letter.is_ascii_alphabetic())
        .take(32)
        .collect();
    if name.is_empty() {
        "service".to_owned()
    } else {
        name
    }
}

/// A decision that an option makes.
struct Question<'a> {
    option: &'a str,
    text: &'a str,
    default: &'a str,
}

/// Decisions that the command line may leave open, and the lines that answer them at a terminal.
struct Undecided<'a> {
    answers: Option<&'a mut dyn BufRead>,
}

impl Undecided<'_> {
    /// Returns the given value, the answer or the default. After an invalid answer, it asks again.
    fn decide<T>(
        &mut self,
        question: Question,
        given: Option<&str>,
        read: impl Fn(&str) -> Result<T, Broken>,
    ) -> Outcome<T> {
        let Question {
            option,
            text,
            default,
        } = question;
        let Some(answers) = self.answers.as_mut().filter(|_| given.is_none()) else {
            let given = given.unwrap_or(default);
            return read(given).map_err(|Broken { must_be, help }| {
                let given = printable::code(given);
                Failure::input(format!("`{option}` must be {must_be}, but it is {given}")).help(help)
            });
        };
        loop {
            talk::show(format_args!("{text} [{default}]: "));
            let mut answer = String::new();
            if answers.read_line(&mut answer).or_tool()? == 0 {
                return Err(Failure::refused("nothing was created"));
            }
            let answer = Some(answer.trim()).filter(|answer| !answer.is_empty());
            match read(answer.unwrap_or(default)) {
                Ok(value) => return Ok(value),
                Err(Broken { must_be, .. }) => talk::say(format_args!("It must be {must_be}.")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::new_service::Pipeline;

    use super::*;

    fn options() -> NewService {
        NewService {
            folder: None,
            name: None,
            region: None,
            pool: None,
            example: None,
            ci: Pipeline::Github,
            yes: false,
        }
    }

    fn answered(folder: &str, options: &NewService, answers: &str) -> Outcome<Choices> {
        choices(Path::new(folder), options, Some(&mut answers.as_bytes()))
    }

    #[test]
    fn an_empty_answer_is_the_default_and_an_invalid_one_is_asked_again() {
        let choices = answered("/nowhere/My shop", &options(), "\nmaybe\nnone\nmars\neu-west-1\n").unwrap();
        let expected = Choices {
            name: "My-shop".into(),
            region: "eu-west-1".into(),
            start: Start::Demo(Pool::None),
            pipeline: Pipeline::Github,
        };
        assert_eq!(choices, expected);
        let ended = answered("shop", &options(), "\n").unwrap_err();
        assert_eq!(ended.message(), Some(("nothing was created", None)));
    }

    #[test]
    fn an_option_is_not_asked_and_an_existing_pool_has_its_region() {
        let arn = "arn:aws:cognito-idp:eu-north-1:111111111111:userpool/eu-north-1_AbC";
        let mut given = options();
        (given.name, given.pool) = (Some("orders".into()), Some(arn.into()));
        let choices = answered("shop", &given, "\n").unwrap();
        assert_eq!((&*choices.name, &*choices.region), ("orders", "eu-north-1"));
        assert_eq!(choices.start, Start::Demo(Pool::Existing(arn.into())));
        given.example = Some("shop".into());
        assert_eq!(answered("shop", &given, "\n").unwrap().region, DEFAULT_REGION);
    }

    #[test]
    fn a_folder_names_its_service() {
        for (folder, name) in [
            ("shop", "shop"),
            ("/nowhere/2 shops.v1", "shops-v1"),
            ("/nowhere/čá", "service"),
        ] {
            assert_eq!(default_name(Path::new(folder)), name);
        }
    }
}
