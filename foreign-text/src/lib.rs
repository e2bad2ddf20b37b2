//! Text of others, shown so that a reader, a terminal, a browser and a shell take it for text and for nothing else.

pub mod shell;
pub mod words;
