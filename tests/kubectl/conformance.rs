//! The same question to `kubectl get` and to the plugin, side by side. docs/kubectl-conformance.md is written from what they answer.

mod errors;
mod flags;
mod formats;
mod page;
mod row;
mod world;

use std::{collections::BTreeSet, path::Path};

use row::Row;
use world::World;

/// All rows, under their headings.
fn areas() -> [(&'static str, Vec<Row>); 3] {
    [("Global flags", flags::rows()), ("Output", formats::rows()), ("Errors", errors::rows())]
}

#[test]
fn each_row_is_the_same_or_differs_for_a_reason() {
    let world = World::new();
    let areas = areas().map(|(title, rows)| (title, row::ask_all(&world, &rows)));
    let wrong: Vec<_> = areas.iter().flat_map(|(_, rows)| rows).filter_map(|it| it.objection()).collect();
    assert!(wrong.is_empty(), "{} rows are not as they are said to be:\n{}", wrong.len(), wrong.join("\n"));
    let text = page::text(&areas);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kubectl-conformance.md");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/kubectl-conformance.md is stale: run `just generate`, or UPDATE_GENERATED=1 cargo test -p profile-tests --test kubectl -- conformance"
    );
}

#[test]
fn every_global_flag_of_kubectl_has_a_row() {
    let run = World::new().kubectl(&["options"]);
    let flags = run.stdout.lines().filter_map(|line| line.split_once("--")?.1.split_once('=')).map(|(name, _)| name);
    let flags: BTreeSet<_> = flags.map(|name| format!("--{name}")).collect();
    assert!(flags.len() > 25 && flags.contains("--as-user-extra"), "the flags were not found: {flags:?}");
    let told: BTreeSet<_> = flags::rows().iter().map(|row| row.what.to_owned()).collect();
    assert_eq!(flags.difference(&told).collect::<Vec<_>>(), [""; 0], "flags without a row");
}

#[test]
fn every_output_format_of_kubectl_has_a_row() {
    let run = World::new().kubectl(&["get", "spectroclusters", "-o", "nope"]);
    let formats = run.stderr.split_once("allowed formats are: ").unwrap().1.trim();
    let formats: BTreeSet<_> = formats.split(',').map(|name| format!("-o {name}")).collect();
    assert!(formats.len() > 9, "the formats were not found: {formats:?}");
    let told: BTreeSet<_> = formats::rows().iter().map(|row| row.what.to_owned()).collect();
    assert_eq!(formats.difference(&told).collect::<Vec<_>>(), [""; 0], "formats without a row");
}
