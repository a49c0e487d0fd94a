//! What `-o` takes: kubectl's own words, and a page for reviews.

use std::{ffi::OsStr, path::Path, sync::Arc};

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use kubectl_jsonpath::{Columns, Template};

/// How a command prints its answer.
#[derive(Clone, Debug, Default)]
pub(crate) enum Format {
    /// Tables and text for people.
    #[default]
    Table,
    /// The table with further columns.
    Wide,
    /// `KIND.GROUP/NAME` alone, a line each, for pipes.
    Name,
    /// One page that needs nothing else, for a change ticket or a pull request.
    Html,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
    /// What a template picks from the document.
    JsonPath(Arc<Template>),
    /// The same as a JSON list.
    JsonPathAsJson(Arc<Template>),
    /// Columns of one's own.
    CustomColumns(Arc<Columns>, Headers),
}

/// Whether a table starts with its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Headers {
    Shown,
    Hidden,
}

impl Format {
    /// Whether people read it, line by line.
    pub(crate) fn is_for_people(&self) -> bool {
        matches!(self, Self::Table | Self::Wide)
    }

    /// Whether it is made from the document.
    pub(crate) fn is_document(&self) -> bool {
        !matches!(self, Self::Table | Self::Wide | Self::Name | Self::Html)
    }
}

/// The words that `-o` takes, and what each prints. Those that end with `=` take a template or a file behind it.
const WORDS: [(&str, &str); 10] = [
    ("wide", "the table with further columns"),
    ("name", "names alone, a line each"),
    ("json", "one JSON document"),
    ("yaml", "one YAML document"),
    ("html", "one page for a change ticket or a pull request"),
    ("jsonpath=", "what a template picks from the document"),
    ("jsonpath-as-json=", "the same as a JSON list"),
    ("jsonpath-file=", "what the template in a file picks from the document"),
    ("custom-columns=", "columns of your own, such as NAME:.name"),
    ("custom-columns-file=", "columns of your own, from a file"),
];

/// Which formats a command has: all but these.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Formats(&'static [&'static str]);

impl Formats {
    /// Those of a list of things.
    pub(crate) const LIST: Self = Self(&["html"]);
    /// Those of one document.
    pub(crate) const DOCUMENT: Self = Self(&["wide", "name", "html", "custom-columns=", "custom-columns-file="]);
    /// Those of a command that scales.
    pub(crate) const SCALE: Self = Self(&["wide", "html", "custom-columns=", "custom-columns-file="]);
    /// Those of a review.
    pub(crate) const REVIEW: Self = Self(&["wide", "name", "custom-columns=", "custom-columns-file="]);

    fn read(self, text: &str) -> Result<Format, String> {
        let (word, argument) = text.split_once('=').map_or((text, None), |(word, argument)| (word, Some(argument)));
        if word.is_empty() && argument.is_none() {
            return Ok(Format::Table);
        }
        let Some((known, _)) = self.words().find(|(known, _)| known.trim_end_matches('=') == word) else {
            let words: Vec<_> = self.words().map(|(word, _)| word.trim_end_matches('=')).collect();
            return Err(format!("no such output format here; there is: {}", words.join(", ")));
        };
        let template = match (known.ends_with('='), argument) {
            (false, None) => "",
            (false, Some(_)) => return Err(format!("{word} takes nothing behind it: write -o {word}")),
            (true, None | Some("")) => return Err(format!("{word} needs what it is to print: write -o {known}…")),
            (true, Some(argument)) => argument,
        };
        let jsonpath = |text: &str| Template::parse(text).map(Arc::new).map_err(|error| error.to_string());
        let columns = |columns: Result<Columns, kubectl_jsonpath::Error>| {
            columns.map(|it| Format::CustomColumns(Arc::new(it), Headers::Shown)).map_err(|error| error.to_string())
        };
        match word {
            "wide" => Ok(Format::Wide),
            "name" => Ok(Format::Name),
            "html" => Ok(Format::Html),
            "json" => Ok(Format::Json),
            "yaml" => Ok(Format::Yaml),
            "jsonpath" => jsonpath(template).map(Format::JsonPath),
            "jsonpath-as-json" => jsonpath(template).map(Format::JsonPathAsJson),
            "jsonpath-file" => file(template).and_then(|it| jsonpath(&it)).map(Format::JsonPath),
            "custom-columns" => columns(Columns::parse(template)),
            _ => file(template).and_then(|it| columns(Columns::parse_file(&it))),
        }
    }

    /// The words, and what each prints.
    fn words(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        WORDS.into_iter().filter(move |(word, _)| !self.0.contains(word))
    }
}

fn file(path: &str) -> Result<String, String> {
    crate::store::text(Path::new(path)).map_err(|error| error.message)
}

impl TypedValueParser for Formats {
    type Value = Format;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Format, clap::Error> {
        let formats = *self;
        StringValueParser::new().try_map(move |text| formats.read(&text)).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.words().map(|(word, prints)| PossibleValue::new(word).help(prints))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(formats: Formats, text: &str) -> String {
        formats.read(text).map(|it| format!("{it:?}")).unwrap_err()
    }

    #[test]
    fn a_format_is_read_with_what_stands_behind_it() {
        let template = "jsonpath={.items[?(@.a==\"b\")]}";
        assert!(matches!(Formats::DOCUMENT.read(template), Ok(Format::JsonPath(_))));
        assert!(matches!(Formats::LIST.read("custom-columns=A:.a"), Ok(Format::CustomColumns(_, Headers::Shown))));
        assert!(matches!(Formats::REVIEW.read("html"), Ok(Format::Html)));
        assert!(matches!(Formats::LIST.read(""), Ok(Format::Table)));
    }

    #[test]
    fn rejects_what_a_command_does_not_have_and_lists_what_it_has() {
        let all =
            "wide, name, json, yaml, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file";
        for text in ["xml", "go-template={{.}}", "kyaml", "html", "table", "=json", "JSON"] {
            assert_eq!(refused(Formats::LIST, text), format!("no such output format here; there is: {all}"), "{text}");
        }
        assert!(refused(Formats::DOCUMENT, "wide").ends_with("json, yaml, jsonpath, jsonpath-as-json, jsonpath-file"));
    }

    #[test]
    fn rejects_a_template_that_is_missing_or_in_the_wrong_place() {
        assert!(refused(Formats::LIST, "jsonpath").contains("-o jsonpath=…"));
        assert!(refused(Formats::LIST, "custom-columns=").contains("-o custom-columns=…"));
        assert!(refused(Formats::LIST, "json=x").contains("write -o json"));
        assert!(refused(Formats::LIST, "jsonpath-file=/no/such/file").contains("/no/such/file"));
    }
}
