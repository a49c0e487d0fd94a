//! A list of things, printed in every format that kubectl has for one.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Map, Value, json};

use super::{
    Output,
    format::{Format, Formats, Headers},
    table::lines,
};
use crate::error::Error;

/// How a list is printed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ListingArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::LIST, default_value = "", hide_default_value = true)]
    output: Format,
    /// Print tables without their headers
    #[arg(long)]
    no_headers: bool,
    /// Sort by what a JSONPath expression such as .name picks from each item of the document that -o json prints
    #[arg(long, value_name = "JSONPATH")]
    sort_by: Option<String>,
}

impl ListingArgs {
    /// The format with what else is said about it.
    pub(crate) fn format(&self) -> Format {
        match &self.output {
            Format::CustomColumns(columns, _) => Format::CustomColumns(columns.clone(), self.headers()),
            format => format.clone(),
        }
    }

    /// Whether anything but cells is looked at: of thousands of rows the items take longer to make than the table.
    pub(crate) fn needs_items(&self) -> bool {
        self.sort_by.is_some() || self.output.is_document()
    }

    pub(crate) fn headers(&self) -> Headers {
        if self.no_headers { Headers::Hidden } else { Headers::Shown }
    }
}

/// A column of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    header: &'static str,
    is_shown: Shown,
}

/// When a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Always,
    Wide,
    Never,
}

impl Column {
    /// One that is always shown.
    pub(crate) const fn new(header: &'static str) -> Self {
        Self { header, is_shown: Shown::Always }
    }

    /// One that `-o wide` alone shows.
    pub(crate) const fn wide(header: &'static str) -> Self {
        Self { header, is_shown: Shown::Wide }
    }

    /// The same where something holds, else one that is never shown.
    pub(crate) const fn only(self, holds: bool) -> Self {
        if holds { self } else { Self { is_shown: Shown::Never, ..self } }
    }
}

/// One thing of a list.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// As the document has it.
    pub(crate) item: Value,
    /// As `-o name` prints it.
    pub(crate) name: String,
    /// One for each column, in their order.
    pub(crate) cells: Vec<String>,
}

impl Row {
    /// What tells it from others: its name, and the place where it is listed.
    fn key(&self) -> String {
        let place = ["context", "namespace"].iter().filter_map(|it| self.item.get(*it).and_then(Value::as_str));
        place.chain([self.name.as_str()]).collect::<Vec<_>>().join("/")
    }
}

/// What of a list was printed while it is watched.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    items: BTreeMap<String, Value>,
    /// Whether anything was printed.
    is_begun: bool,
    widths: Vec<usize>,
}

/// A list of things, and what the document says beside them.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    kind: &'static str,
    fields: Map<String, Value>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// The field of the document that has the rows; where it is not `items`, that one is empty.
    place: &'static str,
}

/// The field of a document that has what is listed, as Kubernetes calls it.
const ITEMS: &str = "items";

impl Listing {
    /// Things of a document of this kind, under these columns.
    pub(crate) fn new(kind: &'static str, columns: impl IntoIterator<Item = Column>, rows: Vec<Row>) -> Self {
        Self { kind, fields: Map::new(), columns: columns.into_iter().collect(), rows, place: ITEMS }
    }

    /// The same with a field of the document beside its items.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The same where the rows are not what machines may count: they stand in another field than `items`.
    pub(crate) fn under(self, place: &'static str) -> Self {
        Self { place, ..self }
    }

    /// Prints those that are not as they were told last, and gives the names of those that went. For machines each is a
    /// document of its own, of kind `kind`.
    pub(crate) fn print_changed(
        mut self,
        kind: &str,
        args: &ListingArgs,
        watched: &mut Watched,
        output: &mut Output,
    ) -> Result<Vec<String>, Error> {
        let now: BTreeMap<_, _> = self.rows.iter().map(|row| (row.key(), row.item.clone())).collect();
        let gone = watched.items.keys().filter(|key| !now.contains_key(*key)).cloned().collect();
        self.rows.retain(|row| watched.items.get(&row.key()) != Some(&row.item));
        watched.items = now;
        if self.rows.is_empty() {
            return Ok(gone);
        }
        match args.format() {
            format if format.is_for_people() => {
                self.sort(args)?;
                let headers = if watched.is_begun { Headers::Hidden } else { args.headers() };
                watched.is_begun = true;
                output.text(&self.lines(matches!(format, Format::Wide), headers, &mut watched.widths))?;
            }
            format if format.is_document() && !matches!(format, Format::CustomColumns(..)) => {
                self.sort(args)?;
                for row in self.rows {
                    // The documents of a stream are told apart by a line; JSON needs none.
                    if matches!(format, Format::Yaml) && watched.is_begun {
                        output.text("---\n")?;
                    }
                    watched.is_begun = true;
                    output.document(&format, kind, row.item)?;
                }
            }
            _ => self.print(args, output)?,
        }
        Ok(gone)
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Its rows.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Sorts it where the user says by what.
    pub(crate) fn sort(&mut self, args: &ListingArgs) -> Result<(), Error> {
        let Some(expression) = &args.sort_by else { return Ok(()) };
        kubectl_jsonpath::sort(&mut self.rows, |row| &row.item, expression)
            .map_err(|error| Error::usage(format!("cannot sort by {expression:?}: {error}")))
    }

    /// Prints it as the document that a format is made from.
    pub(crate) fn print_as(self, format: &Format, output: &mut Output) -> Result<(), Error> {
        let Self { kind, mut fields, rows, place, .. } = self;
        fields.insert(ITEMS.to_owned(), json!([]));
        fields.insert(place.to_owned(), rows.into_iter().map(|row| row.item).collect());
        output.document(format, kind, fields)
    }

    /// Prints it. An empty table prints nothing: what there is none of is said by whoever looked.
    pub(crate) fn print(mut self, args: &ListingArgs, output: &mut Output) -> Result<(), Error> {
        self.sort(args)?;
        match args.format() {
            Format::Name => self.rows.iter().try_for_each(|row| output.line(&row.name)),
            format if format.is_document() => self.print_as(&format, output),
            _ if self.rows.is_empty() => Ok(()),
            format => output.text(&self.lines(matches!(format, Format::Wide), args.headers(), &mut Vec::new())),
        }
    }

    /// The table, with the columns of `-o wide` or without, as wide as it was before.
    fn lines(&self, is_wide: bool, headers: Headers, widths: &mut Vec<usize>) -> String {
        let is_shown = |column: &Column| match column.is_shown {
            Shown::Always => true,
            Shown::Wide => is_wide,
            Shown::Never => false,
        };
        let names: Vec<_> = self.columns.iter().filter(|it| is_shown(it)).map(|it| it.header).collect();
        let cells = self.rows.iter().map(|row| row.cells.iter().zip(&self.columns));
        let rows: Vec<Vec<&str>> = cells
            .map(|cells| cells.filter(|(_, column)| is_shown(column)).map(|(cell, _)| cell.as_str()).collect())
            .collect();
        lines(&names, &rows, headers, widths)
    }
}
