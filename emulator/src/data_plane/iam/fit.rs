//! Yes, no, or not known here.

/// The result of a match.
#[derive(Debug, Clone, PartialEq)]
pub enum Fit {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on something that is not evaluated here, which a sentence names.
    Unknown(String),
}

impl Fit {
    pub fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }

    /// Returns the result of two matches: a certain mismatch decides.
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Unknown(why) => match other() {
                Self::No => Self::No,
                Self::Yes | Self::Unknown(_) => Self::Unknown(why),
            },
        }
    }

    pub fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    /// Returns whether one of several matches: a certain match decides.
    pub fn any(fits: impl IntoIterator<Item = Self>) -> Self {
        let mut unknown = Self::No;
        for fit in fits {
            match fit {
                Self::Yes => return Self::Yes,
                Self::No => {}
                Self::Unknown(_) => unknown = fit,
            }
        }
        unknown
    }
}
