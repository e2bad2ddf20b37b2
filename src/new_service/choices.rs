//! The decisions about a new service.

/// The decisions about a new service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// The name of the service.
    pub name: String,
    /// The region in AWS.
    pub region: String,
    /// The users of the service.
    pub start: Start,
    /// The pipeline.
    pub pipeline: Pipeline,
}

/// The service to start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The demo, with these users.
    Demo(Pool),
    /// The example of this name.
    Example(String),
}

/// The users of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pool {
    /// None: every route is public.
    None,
    /// Those of a pool of its own.
    New,
    /// Those of the pool with this ARN.
    Existing(String),
}

/// A pipeline that checks, plans, reviews and applies changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Pipeline {
    /// Write workflows for GitHub Actions
    Github,
    /// Write a pipeline for GitLab CI
    Gitlab,
    /// Write no pipeline
    None,
}
