//! Reads files of decisions.

use std::{collections::BTreeMap, fs, path::Path};

use profile_core::{merge::Resolution, yaml};
use serde_json::{Map, Value};

use super::value;
use crate::{error::Error, output::API_VERSION};

const KIND: &str = "Decisions";

/// The decisions of the file at `path`, by place.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Resolution>, Error> {
    let file = path.display();
    let text = fs::read_to_string(path).map_err(|error| Error::failed(format!("cannot read {file}: {error}")))?;
    parse(&text).map_err(|error| Error::usage(format!("{file}: {error}")).hint(USAGE))
}

const USAGE: &str = "write one line for each place: \"PLACE\": override, \"PLACE\": profile, or \"PLACE\": {value: X}; \
                     a place with a colon in it takes quotes";

fn parse(text: &str) -> Result<BTreeMap<String, Resolution>, String> {
    let written = yaml::parse(text).map_err(|error| error.to_string())?;
    let read = value::as_kubernetes_reads(text);
    let places = places(&written)?;
    let read = if places.is_some_and(|(_, has_header)| has_header) { &read["decisions"] } else { &read };
    let Some((places, _)) = places else { return Ok(BTreeMap::new()) };
    let decided = |(place, decision): (&String, &Value)| {
        let in_place = |error| format!("decision for {place:?}: {error}");
        let resolution = resolution(decision).map_err(in_place)?;
        value::refuse_ambiguous(decision, &read[place]).map_err(in_place)?;
        Ok((place.clone(), resolution))
    };
    places.iter().map(decided).collect()
}

/// The map from place to decision, and whether it stands below a header.
type Places<'a> = (&'a Map<String, Value>, bool);

/// The map from place to decision, and whether it stands below a header; `None` where the file is empty.
fn places(document: &Value) -> Result<Option<Places<'_>>, String> {
    let fields = match document {
        Value::Null => return Ok(None),
        Value::Object(fields) => fields,
        _ => return Err("this is no map from places to decisions".into()),
    };
    // A place may be called `kind`, but none has a version of ours as its decision.
    let Some(version) = fields.get("apiVersion").and_then(Value::as_str).filter(|it| it.contains('/')) else {
        return Ok(Some((fields, false)));
    };
    if version != API_VERSION {
        return Err(format!("apiVersion {version:?} is not known: write {API_VERSION}"));
    }
    if fields.get("kind").and_then(Value::as_str) != Some(KIND) {
        return Err(format!("kind {} is not known: write {KIND}", fields.get("kind").unwrap_or(&Value::Null)));
    }
    if let Some(key) = fields.keys().find(|key| !["apiVersion", "kind", "decisions"].contains(&key.as_str())) {
        return Err(format!("{key:?} is not known: below a header the places stand in `decisions`"));
    }
    match fields.get("decisions") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(places)) => Ok(Some((places, true))),
        Some(_) => Err("`decisions` is no map from places to decisions".into()),
    }
}

/// What one entry of such a map decides.
pub(super) fn resolution(decision: &Value) -> Result<Resolution, String> {
    match decision {
        Value::String(word) if word == "override" => Ok(Resolution::Override),
        Value::String(word) if word == "profile" => Ok(Resolution::Profile),
        Value::Object(fields) if fields.len() == 1 && fields.contains_key("value") => {
            value::refuse_mask(&fields["value"])?;
            Ok(Resolution::Value(fields["value"].clone()))
        }
        // What was meant for a value may be secret: only its kind is told.
        other => Err(format!("{} is neither `override` nor `profile` nor `value: X`", kind(other))),
    }
}

fn kind(decision: &Value) -> &'static str {
    match decision {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "another word or text",
        Value::Array(_) => "a list",
        Value::Object(_) => "another map",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_decided_by_a_side_or_by_a_value() {
        let expected = BTreeMap::from([
            ("a.b".into(), Resolution::Override),
            ("p/k: c".into(), Resolution::Profile),
            ("d".into(), Resolution::Value(json!({"e": [1]}))),
        ]);
        let flat = "a.b: override\n\"p/k: c\": profile\nd: {value: {e: [1]}}\n";
        assert_eq!(parse(flat), Ok(expected.clone()));
        let json = r#"{"a.b": "override", "p/k: c": "profile", "d": {"value": {"e": [1]}}}"#;
        assert_eq!(parse(json), Ok(expected.clone()));
        let headed = format!(
            "apiVersion: {API_VERSION}\nkind: Decisions\ndecisions:\n{}",
            flat.lines().map(|line| format!("  {line}\n")).collect::<String>()
        );
        assert_eq!(parse(&headed), Ok(expected));
        assert_eq!(parse("# nothing yet\n"), Ok(BTreeMap::new()));
        assert_eq!(parse("kind: override\n").unwrap().len(), 1, "a path may be called so");
    }

    #[test]
    fn unknown_words_are_named_with_their_place() {
        for (text, said) in [
            ("a: overide\n", "decision for \"a\": another word or text is neither"),
            ("a: {value: 1, why: x}\n", "decision for \"a\""),
            ("a:\n", "decision for \"a\": nothing is neither"),
            ("- a\n", "no map"),
            ("a: override\na: profile\n", "line 2"),
            ("apiVersion: other/v1\nkind: Decisions\n", "apiVersion \"other/v1\""),
            ("apiVersion: kubectl-profile.dev/v1alpha1\nkind: Plan\n", "kind \"Plan\""),
            ("apiVersion: kubectl-profile.dev/v1alpha1\nkind: Decisions\na: profile\n", "\"a\" is not known"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn what_may_be_secret_is_not_repeated() {
        for text in [
            "\"p: password\": hunter2\n",
            "\"p: password\": {valu: hunter2}\n",
            "\"p: password\": {hunter2: x}\n",
            "\"p: password\": [hunter2]\n",
            "\"p: password\": {value: hunter2, why: x}\n",
            "\"p: pin\": 0472\n",
            "\"p: pin\": {value: 0472}\n",
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with("decision for \"p: p"), "{text}: {error}");
            assert!(!["hunter2", "472", "314"].iter().any(|secret| error.contains(secret)), "{text}: {error}");
        }
    }

    #[test]
    fn a_value_that_could_mean_two_things_or_is_masked_is_refused_by_place() {
        for text in
            ["a: {value: yes}\n", "a: {value: [0644]}\n", "a: {value: \"***\"}\n", "a: {value: {b: \"x: ***\"}}\n"]
        {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with("decision for \"a\": "), "{text}: {error}");
        }
        assert_eq!(parse("a: {value: 'yes'}\n").unwrap()["a"], Resolution::Value(json!("yes")));
    }
}
