//! Prints what a search found.

mod document;
mod explain;
mod table;

use std::collections::BTreeSet;

use profile_core::{
    orphans::{Orphan, considered},
    render::Identity,
    scale::Record,
};
use serde_json::Value;

use super::{
    names::{Name, pick},
    past::Sources,
    scaling::object,
    search::{Search, search},
};
use crate::{
    cli::Format,
    error::{Error, Kind},
    output::{Output, age, listing::ListingArgs},
    store::{Document, Store},
};

/// Prints a search for people, for machines or for pipes.
pub(crate) fn print(search: &Search, cluster: &Document, args: &ListingArgs, output: &mut Output) -> Result<(), Error> {
    let listing = table::listing(search, cluster, age::now());
    match args.format() {
        Format::Name => {
            // A name is taken for an orphan by whatever reads it, and these may not even be there.
            if search.sees_live {
                listing.print(args, output)?;
            }
            names_note(search, output);
            Ok(())
        }
        format if format.is_for_people() => {
            let is_wide = matches!(format, Format::Wide);
            table::print(search, listing, (args, is_wide), output)
        }
        _ => listing.print(args, output),
    }
}

/// Prints the whole proof of one object: of an orphan, or of what was left out.
pub(crate) fn explain(
    search: &Search,
    cluster: &Document,
    name: &Name,
    args: &ListingArgs,
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
    let format = args.format();
    let document = format.is_document().then_some(&format);
    // A name that is given picks exactly one.
    for index in index {
        if let Some(excluded) = index.checked_sub(orphans.len()).and_then(|it| search.findings.excluded.get(it)) {
            match document {
                Some(format) => output.document(format, "Orphan", document::of_excluded(search, cluster, excluded))?,
                None => explain::excluded(search, excluded, output)?,
            }
        } else if let Some(orphan) = search.findings.orphans.get(index) {
            match document {
                Some(format) => output.document(format, "Orphan", document::of_one(search, cluster, orphan))?,
                None => explain::orphan(search, orphan, age::now(), output)?,
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

/// The orphans of a cluster as a command line names them, each with how well it is proven.
pub(crate) async fn orphan_names(
    store: &Store,
    cluster: &Document,
    output: &mut Output,
) -> Result<Vec<(String, &'static str)>, Error> {
    let search = search(store, cluster, &Sources::of_packs(Vec::new()), output).await?;
    let orphans = &search.findings.orphans;
    Ok(names(orphans).into_iter().zip(orphans.iter().map(|it| it.confidence.as_str())).collect())
}

/// The names of the orphans as kubectl takes them. kubectl's own have no namespace, so one that stands in several is printed with
/// it, as scale-down takes it; to kubectl that is an error, and never another object.
fn names(orphans: &[Orphan]) -> Vec<String> {
    let names: Vec<_> = orphans.iter().map(|it| object(&it.identity)).collect();
    let name = |(orphan, name): (&Orphan, &String)| {
        let is_only = names.iter().filter(|it| *it == name).count() == 1;
        match orphan.identity.namespace.as_deref().filter(|_| !is_only) {
            Some(namespace) => name.replacen('/', &format!("/{namespace}/"), 1),
            None => name.clone(),
        }
    };
    orphans.iter().zip(&names).map(name).collect()
}

/// What names alone do not tell.
fn names_note(search: &Search, output: &mut Output) {
    let orphans = &search.findings.orphans;
    let namespaces: BTreeSet<_> = orphans.iter().filter_map(|it| it.identity.namespace.as_deref()).collect();
    if namespaces.len() > 1 {
        let namespaces: Vec<_> = namespaces.into_iter().collect();
        output.note(&format!("these stand in several namespaces: {}", namespaces.join(", ")));
    }
    if !search.is_complete() {
        output.note(INCOMPLETE);
    }
}

/// What is said where not everything was seen.
const INCOMPLETE: &str = "not everything could be seen: there may be more orphans than these";

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
