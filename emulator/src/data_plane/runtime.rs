//! Lambda's runtimes, and which of them run here.

use std::fmt;

/// The runtime of a function's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// The `bootstrap` of the code or of a layer.
    Custom,
    /// An interpreter of this machine.
    Managed(ManagedRuntime),
}

/// A runtime whose interpreter AWS brings along, such as `nodejs20.x`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManagedRuntime {
    /// Its language.
    pub language: Language,
    /// Its version, such as `20` or `3.12`.
    pub version: String,
}

/// A language whose managed runtimes run here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// JavaScript.
    NodeJs,
    /// Python 3.
    Python,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::NodeJs, Self::Python];

    /// The beginning of the identifiers of its runtimes.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::NodeJs => "nodejs",
            Self::Python => "python",
        }
    }

    /// The name of its interpreter in a sentence.
    pub fn interpreter(self) -> &'static str {
        match self {
            Self::NodeJs => "Node.js",
            Self::Python => "Python",
        }
    }
}

impl Runtime {
    /// Reads Lambda's identifier of a runtime. `None` is one that does not run here.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>.
    pub fn of(identifier: &str) -> Option<Self> {
        if identifier.starts_with("provided") {
            return Some(Self::Custom);
        }
        ManagedRuntime::of(identifier).map(Self::Managed)
    }
}

impl ManagedRuntime {
    /// Reads an identifier such as `nodejs20.x` or `python3.12`.
    pub fn of(identifier: &str) -> Option<Self> {
        let languages = Language::ALL.into_iter();
        let mut found =
            languages.filter_map(|language| Some((language, identifier.strip_prefix(language.prefix())?)));
        let (language, version) = found.next()?;
        let version = version.strip_suffix(".x").unwrap_or(version);
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let runs =
            version.split('.').all(is_number) && (language != Language::Python || version.starts_with("3."));
        runs.then(|| Self {
            language,
            version: version.to_owned(),
        })
    }

    /// Returns whether an interpreter of this version is the one that Lambda would run.
    pub fn is(&self, version: &str) -> bool {
        let behind = version.strip_prefix(&*self.version);
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('.'))
    }
}

impl fmt::Display for ManagedRuntime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match self.language {
            Language::NodeJs if !self.version.contains('.') => ".x",
            Language::NodeJs | Language::Python => "",
        };
        write!(formatter, "{}{}{suffix}", self.language.prefix(), self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_and_written() {
        for identifier in ["nodejs20.x", "nodejs6.10", "python3.9", "python3.12"] {
            assert_eq!(ManagedRuntime::of(identifier).unwrap().to_string(), identifier);
        }
        assert_eq!(Runtime::of("provided.al2023"), Some(Runtime::Custom));
        for identifier in [
            "python2.7",
            "nodejs",
            "nodejs20.y",
            "java21",
            "ruby3.4",
            "dotnet8",
            "go1.x",
            "python3.",
            "",
        ] {
            assert_eq!(Runtime::of(identifier), None, "{identifier}");
        }
    }

    #[test]
    fn an_interpreter_fits_by_the_parts_that_the_identifier_names() {
        let fits = |identifier: &str, version: &str| ManagedRuntime::of(identifier).unwrap().is(version);
        assert!(fits("nodejs20.x", "20.20.2") && fits("python3.12", "3.12.1") && fits("python3.12", "3.12"));
        assert!(
            !fits("nodejs20.x", "22.1.0") && !fits("python3.1", "3.12.1") && !fits("nodejs2.x", "20.1.0")
        );
    }
}
