//! Holds what the plugin prints against the JSON Schemas in docs/schema.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{Mutex, OnceLock},
};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::Run;

/// The version of all documents that the plugin prints.
const API_VERSION: &str = "kubectl-profile.dev/v1alpha1";

/// The folder of the schemas: one file for each kind, called as it is.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/schema")
}

/// Holds every document on the stdout of a run against the schema of its kind, and those inside of it as well. What is no
/// document of the plugin is none of this.
///
/// # Panics
/// When a document has no schema, or is not what its schema says.
#[track_caller]
pub fn hold(run: &Run) {
    let documents = serde_json::Deserializer::from_str(&run.stdout).into_iter::<Value>();
    for document in documents.map_while(Result::ok).filter(|it| it["apiVersion"] == API_VERSION) {
        let faults = faults(&document);
        assert!(faults.is_empty(), "not as docs/schema says:\n{}\n{run}", faults.join("\n"));
    }
}

/// What of a document is not as the schema of its kind says, a line each.
pub fn faults(document: &Value) -> Vec<String> {
    let kind = document["kind"].as_str().unwrap_or_default().to_owned();
    let mut faults = with(&kind, |validator| match validator {
        Some(it) => it.iter_errors(document).map(|it| format!("{kind}{}: {it}", it.instance_path())).collect(),
        None => vec![format!("{kind:?} has no schema")],
    });
    let inner = document["items"].as_array().into_iter().flatten().filter_map(|it| it.get("document"));
    faults.extend(inner.flat_map(self::faults));
    faults
}

/// Hands over what judges a kind; each schema is read once.
fn with<T>(kind: &str, judge: impl FnOnce(Option<&Validator>) -> T) -> T {
    static KNOWN: OnceLock<Mutex<HashMap<String, Option<Validator>>>> = OnceLock::new();
    // A test that failed inside of it leaves nothing half done.
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    judge(known.entry(kind.to_owned()).or_insert_with(|| read(kind)).as_ref())
}

fn read(kind: &str) -> Option<Validator> {
    let is_name = kind.chars().all(char::is_alphanumeric);
    let text = is_name.then(|| fs::read_to_string(folder().join(format!("{kind}.json"))).ok())??;
    let mut schema = serde_json::from_str(&text).unwrap_or_else(|error| panic!("docs/schema/{kind}.json: {error}"));
    close(&mut schema);
    Some(jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("docs/schema/{kind}.json: {error}")))
}

/// Lets no object have a field that its schema does not name. Users must be able to read documents of later versions with
/// the schemas of today; here they have to be complete.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
