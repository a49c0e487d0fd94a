//! Templates, custom columns and orders: kubectl's answer and ours for the same documents, byte for byte.

mod columns;
mod jsonpath;
mod sorting;

use std::{collections::BTreeMap, sync::OnceLock};

use profile_sandbox::Run;
use profile_tests::threads;
use serde_json::Value;

use crate::sandbox::shared;

/// One object, by its name.
const ODD: &[&str] = &["odd"];

/// The objects of a set, as a list.
const SHOPS: &[&str] = &["-l", "set=shops"];

/// A list with nothing in it.
const NONE: &[&str] = &["-l", "set=none"];

/// Runs `kubectl get clusterprofiles` once the documents are there.
fn get(arguments: &[&str]) -> Run {
    static CREATED: OnceLock<()> = OnceLock::new();
    CREATED.get_or_init(|| {
        let mut command = shared().kubectl_command();
        let run = Run::with_input(command.args(["create", "-f", "-"]), include_str!("formats/documents.json")).unwrap();
        run.success("kubectl create").unwrap();
    });
    shared().run_kubectl(["get", "clusterprofiles"].iter().chain(arguments)).unwrap()
}

/// What kubectl hands to its own templates for a target.
fn document(target: &[&str]) -> Value {
    let run = get(&[target, &["-o", "json", "--show-managed-fields"]].concat()).success("kubectl get -o json").unwrap();
    serde_json::from_str(&run.stdout).unwrap()
}

/// The documents of some targets.
fn documents(targets: impl IntoIterator<Item = &'static [&'static str]>) -> BTreeMap<&'static [&'static str], Value> {
    let targets: std::collections::BTreeSet<_> = targets.into_iter().collect();
    targets.into_iter().map(|target| (target, document(target))).collect()
}

/// Runs a check of each case, several at a time since kubectl is slow to start, and fails with all that they say.
fn check_all<C: Sync>(cases: &[C], check: impl Fn(&C) -> Result<(), String> + Sync) {
    let failures: Vec<_> = threads::each(cases, check).into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// Holds our answer against kubectl's. `is_answered` says which of the two ends both must come to.
fn compare(
    question: &str,
    is_answered: bool,
    run: &Run,
    ours: Result<String, kubectl_jsonpath::Error>,
) -> Result<(), String> {
    if run.is_success() != is_answered {
        return Err(format!("{question}: kubectl itself came to another end than the test says: {run}"));
    }
    match ours {
        Ok(ours) if !is_answered => Err(format!("{question}: refused by kubectl, ours is {ours:?}")),
        Ok(ours) if ours != run.stdout => Err(format!("{question}:\n  kubectl {:?}\n  ours    {ours:?}", run.stdout)),
        Err(error) if is_answered => Err(format!("{question}: answered by kubectl: {:?}, ours is {error}", run.stdout)),
        _ => Ok(()),
    }
}
