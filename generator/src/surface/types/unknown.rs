//! Things that are uncertain in a surface.

use serde::{Deserialize, Serialize};

/// The property that an unknown value makes uncertain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "`Unknown::what` says it in words")]
pub enum Question {
    Routes,
    ApiSetting,
    Path,
    WhoCalls,
    WhatAnswers,
    Preflight,
    WhoIsAdmitted,
    WhoInvokes,
    OnWhoseBehalf,
    WhatFunction,
    Variables,
    WhoTakesRoles,
    Rights,
    WhoGetsTokens,
    Policy,
    #[default]
    Setting,
    PartOfTheApi,
}

/// Something that is uncertain: a plan leaves it open until the apply, or it is not understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unknown {
    /// Address of the resource.
    pub address: String,
    /// The argument, with the blocks around it; empty for the whole resource.
    pub argument: String,
    /// The kind of what is not known therefore.
    #[serde(default)]
    pub question: Question,
    /// The subjects of the question, such as `GET /open`.
    #[serde(default)]
    pub of: Vec<String>,
    /// Both in words, such as `what function \`open\` may do`.
    pub what: String,
    /// Its dependencies, as far as a plan tells them.
    pub references: Vec<String>,
    /// The reason why it is unknown.
    pub why: String,
    /// True if a check must fail. It need not if only this API's own ARN, or the pool's, is unknown.
    pub fails: bool,
}
