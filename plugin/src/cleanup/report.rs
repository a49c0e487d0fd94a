//! Prints what a search found.

mod age;
mod document;
mod explain;
mod table;

use std::collections::BTreeSet;

use clap::ValueEnum;
use jiff::Timestamp;
use profile_core::{
    orphans::{Orphan, considered},
    render::Identity,
    scale::Record,
};
use serde_json::Value;

use super::{
    names::{Name, pick},
    scaling::object,
    search::Search,
};
use crate::{
    cli::Format,
    error::{Error, Kind},
    output::Output,
    store::Document,
};

/// How orphans are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    /// A table for people.
    #[default]
    Table,
    /// The table with what each orphan holds and who manages it.
    Wide,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
    /// `KIND.GROUP/NAME` alone, for pipes.
    Name,
}

impl View {
    /// The format of a document; `None` for what people read.
    fn document(self) -> Option<Format> {
        match self {
            Self::Json => Some(Format::Json),
            Self::Yaml => Some(Format::Yaml),
            Self::Table | Self::Wide | Self::Name => None,
        }
    }
}

/// Prints a search for people, for machines or for pipes.
pub(crate) fn print(search: &Search, cluster: &Document, view: View, output: &mut Output) -> Result<(), Error> {
    match view {
        View::Table | View::Wide => table::print(search, view == View::Wide, &now(), output),
        View::Name => names(search, output),
        View::Json => output.document(Format::Json, "OrphanList", document::of(search, cluster)),
        View::Yaml => output.document(Format::Yaml, "OrphanList", document::of(search, cluster)),
    }
}

/// Prints the whole proof of one object: of an orphan, or of what was left out.
pub(crate) fn explain(
    search: &Search,
    cluster: &Document,
    name: &Name,
    view: View,
    output: &mut Output,
) -> Result<(), Error> {
    let orphans: Vec<_> = search.findings.orphans.iter().map(|it| &it.identity).collect();
    let excluded: Vec<_> = search.findings.excluded.iter().map(|it| &it.identity).collect();
    let all = [&orphans[..], &excluded].concat();
    let what = format!("an orphan of the {} found", orphans.len());
    let picked = pick(std::slice::from_ref(name), &all, &what);
    let index = picked.map_err(|error| {
        if error.kind == Kind::NotFound { absent(search, std::slice::from_ref(name), error) } else { error }
    })?;
    // A name that is given picks exactly one.
    for index in index {
        if let Some(excluded) = index.checked_sub(orphans.len()).and_then(|it| search.findings.excluded.get(it)) {
            match view.document() {
                Some(format) => output.document(format, "Orphan", document::of_excluded(search, cluster, excluded))?,
                None => explain::excluded(search, excluded, output)?,
            }
        } else if let Some(orphan) = search.findings.orphans.get(index) {
            match view.document() {
                Some(format) => output.document(format, "Orphan", document::of_one(search, cluster, orphan))?,
                None => explain::orphan(search, orphan, &now(), output)?,
            }
        }
    }
    Ok(())
}

/// Why an object is neither an orphan nor left out, where that is known.
pub(super) fn absent(search: &Search, names: &[Name], error: Error) -> Error {
    let packs = search.now.packs.iter().filter_map(|pack| Some((pack, pack.outcome.as_ref().ok()?)));
    let mut objects = packs.flat_map(|(pack, rendered)| rendered.objects.iter().map(move |object| (pack, object)));
    match objects.find(|(_, object)| names.iter().any(|name| name.is(&object.identity))) {
        Some((pack, object)) => error.hint(format!(
            "{} is rendered now, by manifest {} of pack {} of {}",
            labelled(&object.identity),
            object.manifest,
            pack.pack,
            pack.profile
        )),
        None => error.hint(format!("`{}` lists what was found", search.command)),
    }
}

/// Prints names that kubectl takes. kubectl's own have no namespace, so one that stands in several is printed with it, as
/// scale-down takes it; to kubectl that is an error, and never another object.
fn names(search: &Search, output: &mut Output) -> Result<(), Error> {
    let orphans = &search.findings.orphans;
    let names: Vec<_> = orphans.iter().map(|it| object(&it.identity)).collect();
    for (orphan, name) in orphans.iter().zip(&names) {
        let is_only = names.iter().filter(|it| *it == name).count() == 1;
        match orphan.identity.namespace.as_deref().filter(|_| !is_only) {
            Some(namespace) => output.line(&name.replacen('/', &format!("/{namespace}/"), 1))?,
            None => output.line(name)?,
        }
    }
    let namespaces: BTreeSet<_> = orphans.iter().filter_map(|it| it.identity.namespace.as_deref()).collect();
    if namespaces.len() > 1 {
        let namespaces: Vec<_> = namespaces.into_iter().collect();
        output.note(&format!("these stand in several namespaces: {}", namespaces.join(", ")));
    }
    if !search.is_complete() {
        output.note(INCOMPLETE);
    }
    Ok(())
}

/// What is said where not everything was seen.
const INCOMPLETE: &str = "not everything could be seen: there may be more orphans than these";

fn now() -> String {
    Timestamp::now().to_string()
}

fn labelled(identity: &Identity) -> String {
    identity.namespace.as_ref().map_or_else(|| identity.to_string(), |it| format!("{identity} in {it}"))
}

/// What would have left an orphan out, and does not.
fn passed(orphan: &Orphan, live: &Value) -> Vec<String> {
    let mut passed = considered(&orphan.identity, live);
    passed.push("rendered by no other cluster of this API server that was seen".to_owned());
    passed
}

fn record(search: &Search, orphan: &Orphan) -> Option<Result<Record, String>> {
    Record::of(search.live(&orphan.identity)?).transpose()
}

/// What its record says of an orphan that is scaled down.
fn scaled_down(search: &Search, orphan: &Orphan) -> Option<String> {
    Some(match record(search, orphan)? {
        Ok(record) if record.cluster == search.cluster => {
            let reason = record.reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
            format!("scaled down at {} ({}){reason}", record.at, record.former.was())
        }
        Ok(record) => format!(
            "scaled down for another cluster, {}, at {} ({}); scale it back for that one",
            record.cluster,
            record.at,
            record.former.was()
        ),
        Err(reason) => format!("its record of a scale-down cannot be read: {reason}"),
    })
}
