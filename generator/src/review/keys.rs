//! `[review]`: what somebody has said yes to.

use crate::diagnostic::{Diagnostics, Span};
use crate::spec::{Date, Reader, Written};

/// `[review]`.
#[derive(Debug, Default)]
pub struct ReviewTable {
    /// `accept = [{ … }]`, in the order of the text.
    pub accept: Vec<AcceptTable>,
}

/// One element of `accept`.
#[derive(Debug, Default)]
pub struct AcceptTable {
    /// Where the table stands.
    pub span: Span,
    /// The kind of change, such as `route_opened`.
    pub change: Option<Written<String>>,
    /// What changes, in the words of the spec: `GET /admin`.
    pub of: Option<Written<String>>,
    /// Why it is right.
    pub reason: Option<Written<String>>,
    /// The last day on which the line counts.
    pub until: Option<Written<Date>>,
}

impl ReviewTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            accept: reader
                .list_of_tables("accept", diagnostics)
                .into_iter()
                .map(|accept| AcceptTable::read(accept, diagnostics))
                .collect(),
        };
        reader.finish(diagnostics);
        table
    }
}

impl AcceptTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let change = reader.string("change", diagnostics);
        let of = reader.string("of", diagnostics);
        let reason = reader.string("reason", diagnostics);
        let table = Self {
            span: reader.span(),
            change: reader.require(change, "change", "\"route_opened\"", diagnostics),
            of: reader.require(of, "of", "\"GET /admin\"", diagnostics),
            reason: reader.require(
                reason,
                "reason",
                "\"Public since the launch, TICKET-12\"",
                diagnostics,
            ),
            until: reader.date("until", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}
