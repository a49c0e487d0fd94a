//! Paths of values, offered step by step as a shell offers folders.

use std::collections::BTreeSet;

use profile_core::splice::{Path, Step};
use serde_json::Value;

use super::candidate::Candidate;

/// How many paths of a pack are looked at; a text with more of them is not read by anybody in a shell.
const MOST: usize = 20_000;

/// The paths of all values in the documents of a pack, without the values.
pub(super) fn of(documents: &[Value]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for document in documents {
        collect(document, &Path::default(), &mut found);
    }
    found.into_iter().collect()
}

fn collect(value: &Value, path: &Path, found: &mut BTreeSet<String>) {
    if found.len() >= MOST {
        return;
    }
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(key, value)| collect(value, &path.join(Step::Key(key.clone())), found));
        }
        Value::Array(items) if !items.is_empty() => {
            let names: Vec<_> = items.iter().map(|it| it.get("name").and_then(Value::as_str)).collect();
            let is_told_apart =
                names.iter().all(Option::is_some) && names.iter().collect::<BTreeSet<_>>().len() == names.len();
            for (at, item) in items.iter().enumerate() {
                let name = names[at].filter(|_| is_told_apart);
                let named = |name: &str| Step::Named { key: "name".into(), value: name.into() };
                collect(item, &path.join(name.map_or(Step::Index(at), named)), found);
            }
        }
        _ if path.0.is_empty() => (),
        _ => drop(found.insert(path.to_string())),
    }
}

/// The next steps of `all` behind what is typed: those that go on end with their dot, and those that are whole with the sign
/// of an assignment where one is written.
pub(super) fn next(all: &[Candidate], typed: &str, is_assignment: bool) -> Vec<Candidate> {
    let mut steps = BTreeSet::new();
    for path in all.iter().map(|it| it.value.as_str()).filter(|it| it.starts_with(typed)) {
        let whole = if is_assignment { format!("{path}=") } else { path.to_owned() };
        let step = step_end(path, typed.len()).map_or((whole, is_assignment), |end| (path[..end].to_owned(), true));
        steps.insert(step);
    }
    let candidate = |(value, is_open)| Candidate { value, help: String::new(), is_open };
    steps.into_iter().map(candidate).collect()
}

/// Where the step ends that is being typed, behind its dot; none where it is the last.
fn step_end(path: &str, typed: usize) -> Option<usize> {
    let mut is_in_brackets = false;
    let mut is_quoted = false;
    let mut is_escaped = false;
    for (at, letter) in path.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' if is_in_brackets => is_quoted = !is_quoted,
            '[' if !is_quoted => is_in_brackets = true,
            ']' if !is_quoted => is_in_brackets = false,
            '.' if !is_in_brackets && at >= typed => return Some(at + 1),
            _ => (),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn documents() -> Vec<Value> {
        vec![json!({
            "ui": {"replicas": 1, "image": {"tag": "secret"}}, "a.b": {"c": 1}, "empty": {},
            "env": [{"name": "HOST", "value": "h"}, {"name": "PORT", "value": "p"}], "list": ["x", "y"],
        })]
    }

    fn all() -> Vec<Candidate> {
        of(&documents()).into_iter().map(|it| Candidate::new(it, "")).collect()
    }

    fn steps(typed: &str) -> Vec<String> {
        next(&all(), typed, true).into_iter().map(|it| it.value).collect()
    }

    #[test]
    fn every_value_has_a_path_that_is_read_again_and_no_value_is_told() {
        let paths = of(&documents());
        for path in &paths {
            assert!(path.parse::<Path>().is_ok(), "{path}");
        }
        for path in ["ui.replicas", "ui.image.tag", "[\"a.b\"].c", "env[name=HOST].value", "list[1]", "empty"] {
            assert!(paths.iter().any(|it| it == path), "{path} is not among {paths:?}");
        }
        assert!(!paths.concat().contains("secret"));
    }

    #[test]
    fn paths_are_offered_step_by_step() {
        assert_eq!(steps("u"), ["ui."]);
        assert_eq!(steps("ui."), ["ui.image.", "ui.replicas="]);
        assert_eq!(steps("ui.image."), ["ui.image.tag="]);
        assert_eq!(steps("env"), ["env[name=HOST].", "env[name=PORT]."]);
        assert_eq!(steps("[\"a"), ["[\"a.b\"]."]);
        assert_eq!(next(&all(), "ui.r", false), [Candidate::new("ui.replicas", "")]);
        assert!(steps("nope").is_empty());
    }
}
