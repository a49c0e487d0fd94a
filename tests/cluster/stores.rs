//! The same scenario on all three stores, from one table: a list, a difference, a switch with overrides, a conflict, an update,
//! what it left behind, and the way back.
//!
//! What is printed must be the same on each, but for what names the store and for what Palette itself says. At the end all three
//! hold the same, to the byte.

use std::{collections::BTreeMap, fs, path::Path};

use profile_sandbox::Run;
use serde_json::Value;

use crate::world::{World, assert_run};

mod fixture;
mod held;

use held::Held;

/// One step: the arguments, the exit code, and what must be said at least.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    code: i32,
    says: &'static [&'static str],
    /// Whether all of stdout is the same on all stores.
    is_alike: bool,
}

const fn step(
    name: &'static str,
    arguments: &'static [&'static str],
    code: i32,
    says: &'static [&'static str],
) -> Step {
    Step { name, arguments, code, says, is_alike: true }
}

/// The scenario. `EDIT` is an edit of hello@1.2.0 in place, and `RESOLUTIONS` a file of decisions.
const STEPS: [Step; 18] = [
    step("list", &["list"], 0, &["hello   1.0.0     add-on   1       shop"]),
    step("show", &["show", "hello@1.1.0"], 0, &["app", "1.1.0"]),
    step("status", &["status", "shop", "-o", "json"], 0, &["hello@1.0.0"]).unlike(),
    step("overrides", &["overrides", "shop"], 0, &["manifests.app.replicas", "data.color"]),
    step("diff", &["diff", "shop", "hello@1.1.0"], 1, &["kept", "manifests.app.replicas"]),
    step("check", &["check", "shop", "hello@1.1.0"], 0, &["may be switched to hello@1.1.0"]),
    step("dry run", &["switch", "shop", "hello@1.1.0", "--dry-run"], 0, &["switched (client dry run)"]),
    step("switch", &["switch", "shop", "hello@1.1.0", "--yes"], 0, &["switched to hello@1.1.0"]),
    step("switch again", &["switch", "shop", "hello@1.1.0", "--yes"], 0, &["unchanged"]),
    step("conflict", &["switch", "shop", "hello@1.2.0", "--yes"], 6, &["conflict", "manifests.app.replicas"]),
    step(
        "resolved",
        &["switch", "shop", "hello@1.2.0", "--yes", "--resolve", "RESOLUTIONS"],
        0,
        &["switched to hello@1.2.0"],
    ),
    step("override", &["override", "shop", "app", "--set", "manifests.app.image=a:own", "--yes"], 0, &["overridden"]),
    step("edited in place", &["EDIT"], 0, &[]),
    step("update", &["update", "shop", "--yes"], 0, &["updated", "port: 8080"]),
    step("updated", &["overrides", "shop"], 0, &["manifests.app.image", "a:own"]),
    step("orphans", &["orphans", "shop"], 0, &["Deployment", "leftover", "proven"]).unlike(),
    step("history", &["history", "shop", "-o", "json"], 0, &["update", "override", "switch"]).unlike(),
    step("rollback", &["rollback", "shop", "--yes"], 0, &["rolled back to hello@1.2.0"]),
];

impl Step {
    const fn unlike(self) -> Self {
        Self { is_alike: false, ..self }
    }
}

#[test]
fn the_scenario_is_the_same_on_three_stores() {
    let world = World::new("stores");
    let folder = tempfile::tempdir().unwrap();
    let resolutions = folder.path().join("resolutions.yaml");
    fs::write(&resolutions, "manifests.app.replicas: override\n").unwrap();
    fixture::leftover(&world);
    let stores = [Held::files(&world), Held::kubernetes(&world), Held::palette(&world)];
    let mut table = BTreeMap::new();
    let mut all = Vec::new();
    for held in &stores {
        let printed: Vec<String> = STEPS.iter().map(|step| run(step, held, &resolutions)).collect();
        table.insert(held.name(), printed.len());
        all.push(printed);
    }
    for (at, step) in STEPS.iter().enumerate().filter(|(_, step)| step.is_alike) {
        for (held, printed) in stores.iter().zip(&all).skip(1) {
            assert_eq!(all[0][at], printed[at], "{} differs on {}", step.name, held.name());
        }
    }
    assert_eq!(table.into_iter().collect::<Vec<_>>(), [("files", 18), ("kubernetes", 18), ("palette", 18)]);
    let content: Vec<Value> = stores.iter().map(Held::content).collect();
    assert_eq!(content[0]["values"], fixture::AT_THE_END, "{content:?}");
    assert!(content.iter().all(|it| *it == content[0]), "{content:?}");
    stores.iter().for_each(Held::assert_contract);
}

#[test]
fn requests_are_shown_when_that_is_asked_for() {
    let world = World::new("traced");
    let held = Held::kubernetes(&world);
    let run = held.profile(&["list", "-v", "6"]);
    assert_run(&run, 0, &["GET https://", "/clusterprofiles?&limit=2000 200 OK in "]);
    assert!(!held.profile(&["list"]).stderr.contains("GET"), "{run}");
}

/// Runs a step, asserts what it must say, and gives stdout without what tells one store from another.
fn run(step: &Step, held: &Held<'_>, resolutions: &Path) -> String {
    if step.arguments == ["EDIT"] {
        held.edit(fixture::EDITED);
        return String::new();
    }
    let resolutions = resolutions.display().to_string();
    let arguments: Vec<_> =
        step.arguments.iter().map(|it| if *it == "RESOLUTIONS" { &resolutions } else { *it }).collect();
    let run = held.profile(&arguments);
    assert_run(&run, step.code, step.says);
    plain(&run)
}

/// A line of a table without its last cell where that is an age: files have none, and time goes on.
fn ageless(line: &str) -> &str {
    let is_age = |cell: &str| {
        cell == "<unknown>" || cell.starts_with(|it: char| it.is_ascii_digit()) && cell.ends_with(['s', 'm', 'h'])
    };
    match line.rsplit_once("   ") {
        Some((before, last)) if is_age(last) => before.trim_end(),
        _ => line,
    }
}

/// The lines of stdout without those that name the store or are Palette's own, and without the user who set a value.
fn plain(run: &Run) -> String {
    let of_one_store = ["Store:", "Cluster:", "Palette's validate/", "note: an update is pending:"];
    let lines = run.stdout.lines().filter(|line| !of_one_store.iter().any(|it| line.starts_with(it)));
    let nobody = |line: &str| match line.split_once(" by ") {
        Some((before, user)) if user.ends_with(')') => format!("{before})"),
        _ => line.to_owned(),
    };
    lines.filter(|line| !line.trim().is_empty()).map(ageless).map(nobody).collect::<Vec<_>>().join("\n")
}
