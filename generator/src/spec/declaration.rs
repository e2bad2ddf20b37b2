//! The declaration of keys. Each room declares its keys with [`keys!`], once. The reader, the schema, the reference
//! page and the review follow from the declarations.
//!
//! A declaration reads
//!
//! ```text
//! /// What the key means.
//! memory_mb: Set<u32> = number(MEMORY_MB, "MB"), default(128), EVERYWHERE, Meaning::Harmless;
//! ```
//!
//! the type of the field, its [`Kind`], what holds if the key is [`Absent`], whether an environment may set a value of its
//! own ([`Scope`]), and what a change means to a reviewer ([`Meaning`]). A key without one of them does not compile.

use std::ops::RangeInclusive;

use crate::json_rule::JsonRule;
use crate::review::Meaning;
use crate::text_rule::TextRule;

/// A table of the spec and its keys, in the order of the reference page.
#[derive(Debug)]
pub struct Table {
    /// Documentation in Markdown; the first paragraph is a summary.
    pub doc: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name in the spec.
    pub name: &'static str,
    /// Documentation in Markdown; the first paragraph is a summary.
    pub doc: &'static str,
    /// The values that it takes.
    pub kind: Kind,
    /// The effect of its absence.
    pub absent: Absent,
    /// The environments that it holds in.
    pub scope: Scope,
    /// The meaning of a change to a reviewer.
    pub meaning: Meaning,
}

/// The values that a key takes.
#[derive(Debug)]
pub enum Kind {
    /// A string.
    Text(&'static TextRule),
    /// A list of strings.
    Texts(&'static TextRule),
    /// A list of strings, or a string that stands for a list of it alone.
    TextOrTexts(&'static TextRule),
    /// Strings under free names. `noun` is what such a name names, such as "tag".
    Strings {
        /// The noun for a named thing.
        noun: &'static str,
        /// The rule of names.
        names: &'static TextRule,
        /// The rule of values.
        values: &'static TextRule,
        /// Returns whether a wrong value may be a secret, which errors don't show.
        is_secret: fn(&str) -> bool,
    },
    /// A whole number within limits.
    Number {
        /// The least and the greatest.
        limits: RangeInclusive<u32>,
        /// Of what, such as "MB".
        unit: &'static str,
    },
    /// One of these numbers.
    OneOfNumbers {
        /// The numbers, sorted.
        values: &'static [u32],
        /// Of what, such as "days".
        unit: &'static str,
    },
    /// `true` or `false`.
    Flag,
    /// A date without a time.
    Date,
    /// One of these words.
    Choice(&'static [Choice]),
    /// One of these words, or a text by this rule.
    ChoiceOrText(&'static [Choice], &'static TextRule),
    /// A list of these words.
    Choices(&'static [Choice]),
    /// A table with known keys.
    Table(&'static Table),
    /// Tables under free names. `noun` is what such a name names, such as "function".
    Tables {
        /// The noun for a named thing.
        noun: &'static str,
        /// The rule of names.
        names: &'static TextRule,
        /// The keys of each.
        table: &'static Table,
    },
    /// A list of tables with known keys.
    List(&'static Table),
    /// Overrides that an environment sets for the tables of another key, under their names. It takes the keys of these
    /// tables whose [`Scope`] is [`Scope::PerEnvironment`].
    Overrides {
        /// The noun for a named thing.
        noun: &'static str,
        /// The key of the tables: "functions".
        of: &'static str,
        /// The rule of names.
        names: &'static TextRule,
        /// The keys of each.
        table: &'static Table,
    },
    /// Lists of strings under free names. The key's room determines the valid names and strings.
    Lists {
        /// The noun for a named thing.
        noun: &'static str,
        /// The noun for a string of a list.
        of: &'static str,
    },
    /// A table with known keys, or a string that stands for one.
    TextOrTable(&'static TextRule, &'static Table),
    /// A value that is passed on as JSON.
    Json(&'static JsonRule),
    /// A list of these.
    Jsons(&'static JsonRule),
}

/// A word that a key takes.
#[derive(Debug)]
pub struct Choice {
    /// The word.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
}

/// The effect of a key's absence.
#[derive(Debug)]
pub enum Absent {
    /// An error. It holds what to write, such as `name = "hello"`.
    Required(&'static str),
    /// Nothing is set.
    Nothing,
    /// This value.
    Default(Literal),
    /// A value that follows from other keys, in words: "`region` of `[service]`".
    Derived(&'static str),
}

/// A default.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names are the types'")]
pub enum Literal {
    Number(u32),
    Flag(bool),
    Text(&'static str),
    Texts(&'static [&'static str]),
}

/// The environments that a value holds in.
#[derive(Debug)]
pub enum Scope {
    /// It holds in every environment.
    Everywhere,
    /// `[environments.NAME]` may set its own under this key.
    Overridable(&'static str),
    /// An environment may set its own under the same name, if it [overrides](Kind::Overrides) this table.
    PerEnvironment,
}

/// It holds in every environment.
pub const EVERYWHERE: Scope = Scope::Everywhere;
/// An environment may set its own.
pub const PER_ENVIRONMENT: Scope = Scope::PerEnvironment;

/// The kinds without what they hold: a field's type takes one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of `Kind`")]
pub enum Form {
    Text,
    Texts,
    Strings,
    Number,
    Flag,
    Date,
    Choice,
    ChoiceOrText,
    Choices,
    Table,
    Tables,
    List,
    Overrides,
    Lists,
    TextOrTable,
    Json,
    Jsons,
}

impl Kind {
    /// The kind without what it holds.
    pub const fn form(&self) -> Form {
        match self {
            Self::Text(_) => Form::Text,
            Self::Texts(_) | Self::TextOrTexts(_) => Form::Texts,
            Self::Strings { .. } => Form::Strings,
            Self::Number { .. } | Self::OneOfNumbers { .. } => Form::Number,
            Self::Flag => Form::Flag,
            Self::Date => Form::Date,
            Self::Choice(_) => Form::Choice,
            Self::ChoiceOrText(..) => Form::ChoiceOrText,
            Self::Choices(_) => Form::Choices,
            Self::Table(_) => Form::Table,
            Self::Tables { .. } => Form::Tables,
            Self::List(_) => Form::List,
            Self::Overrides { .. } => Form::Overrides,
            Self::Lists { .. } => Form::Lists,
            Self::TextOrTable(..) => Form::TextOrTable,
            Self::Json(_) => Form::Json,
            Self::Jsons(_) => Form::Jsons,
        }
    }
}

/// The name of a key whose field is called so: a word of Rust stands behind `r#`.
pub const fn name_of(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// A number within limits, of a unit.
pub const fn number(limits: RangeInclusive<u32>, unit: &'static str) -> Kind {
    Kind::Number { limits, unit }
}

/// A default value.
pub const fn default(value: Literal) -> Absent {
    Absent::Default(value)
}

/// Declares a table: its struct as written, how it is read, and all that is known of its keys.
macro_rules! keys {
    (
        $(#[doc = $table_doc:literal])+
        $table:ident {
            $(
                $(#[doc = $doc:literal])+
                $key:ident: $field:ty = $kind:expr, $absent:expr, $scope:expr, $meaning:expr;
            )*
        }
    ) => {
        $(#[doc = $table_doc])+
        #[derive(Debug, Clone)]
        pub struct $table {
            /// The place of the table; the beginning of the text if it is absent.
            pub span: $crate::diagnostic::Span,
            $($(#[doc = $doc])+ pub $key: $field,)*
        }

        impl $crate::spec::field::Keys for $table {
            const TABLE: $crate::spec::declaration::Table = $crate::spec::declaration::Table {
                doc: concat!($($table_doc, "\n"),+),
                keys: &[$({
                    const KIND: $crate::spec::declaration::Kind = $kind;
                    assert!(
                        KIND.form() as u8 == <$field as $crate::spec::field::Field>::FORM as u8,
                        concat!("the type of `", stringify!($key), "` takes another kind"),
                    );
                    $crate::spec::declaration::Key {
                        name: $crate::spec::declaration::name_of(stringify!($key)),
                        doc: concat!($($doc, "\n"),+),
                        kind: KIND,
                        absent: $absent,
                        scope: $scope,
                        meaning: $meaning,
                    }
                }),*],
            };

            fn read(
                reader: &mut $crate::spec::Reader<'_>,
                diagnostics: &mut $crate::diagnostic::Diagnostics,
            ) -> Self {
                let mut keys = <Self as $crate::spec::field::Keys>::table().keys.iter();
                Self {
                    span: reader.span(),
                    $($key: reader.field(keys.next(), diagnostics),)*
                }
            }

            fn absent() -> Self {
                let mut keys = <Self as $crate::spec::field::Keys>::table().keys.iter();
                Self {
                    span: $crate::spec::field::ABSENT,
                    $($key: $crate::spec::field::absent(keys.next()),)*
                }
            }

            fn overridden(&self, own: &Self) -> Self {
                Self {
                    span: self.span.clone(),
                    $($key: $crate::spec::field::Field::overridden(&self.$key, &own.$key),)*
                }
            }

            fn span(&self) -> &$crate::diagnostic::Span {
                &self.span
            }

            fn written(&self) -> Vec<(&'static str, $crate::diagnostic::Span)> {
                let keys = <Self as $crate::spec::field::Keys>::table().keys.iter();
                let places = [$($crate::spec::field::Field::place(&self.$key),)*];
                keys.zip(places).filter_map(|(key, place)| Some((key.name, place?))).collect()
            }
        }
    };
}
pub(crate) use keys;

/// Declares an enum whose variants are words of the spec. Words behind `|` are AWS's own names: help translates them.
macro_rules! choices {
    (
        $(#[doc = $enum_doc:literal])+
        $choice:ident {
            $(
                $(#[doc = $doc:literal])+
                $variant:ident = $name:literal $(| $other:literal)*;
            )*
        }
    ) => {
        $(#[doc = $enum_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
        pub enum $choice {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)*
        }

        impl $crate::spec::field::Word for $choice {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];
            const CHOICES: &'static [$crate::spec::declaration::Choice] = &[
                $($crate::spec::declaration::Choice { name: $name, doc: concat!($($doc, "\n"),+) },)*
            ];

            fn others(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($other,)*],)*
                }
            }
        }
    };
}
pub(crate) use choices;
