//! Reads the configuration file strictly: what is not understood is an error that names its place.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use profile_core::{
    allowance::{BreakGlass, Exceptions},
    rules::{Code, Mode, Policy, unknown},
    yaml::{self, YamlError},
};
use serde_json::{Map, Value};

use super::Settings;

const API_VERSION: &str = "kubectl-profile.dev/v1alpha1";
const KIND: &str = "GuardConfiguration";

/// Groups and users that stand for everybody, so that nobody in particular would be excepted.
const EVERYBODY: [&str; 3] = ["system:authenticated", "system:unauthenticated", "system:anonymous"];

/// Why a file cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// It is no YAML, or holds a key twice.
    Yaml(YamlError),
    /// Fields by their paths, and what is wrong with each.
    Faults(Vec<String>),
}

/// The settings that the bytes of a file hold.
pub(super) fn parse(bytes: &[u8]) -> Result<Settings, Problem> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(Problem::Faults(vec!["it is no UTF-8 text".into()])) };
    let document = yaml::parse(text).map_err(Problem::Yaml)?;
    let mut reader = Reader::default();
    let settings = reader.settings(&document);
    if reader.faults.is_empty() { Ok(settings) } else { Err(Problem::Faults(reader.faults)) }
}

/// Walks the document, and collects what is wrong with it.
#[derive(Default)]
struct Reader {
    faults: Vec<String>,
}

impl Reader {
    fn settings(&mut self, document: &Value) -> Settings {
        let mut settings = Settings::default();
        let Value::Object(fields) = document else {
            self.faults
                .push(format!("it is {}; it begins with apiVersion: {API_VERSION} and kind: {KIND}", kind(document)));
            return settings;
        };
        self.known(fields, "", &["apiVersion", "kind", "rules", "breakGlass", "exemptWriters"]);
        self.exactly(fields, "apiVersion", API_VERSION);
        self.exactly(fields, "kind", KIND);
        settings.policy = self.rules(fields);
        settings.exceptions = Exceptions {
            break_glass: self.break_glass(fields),
            exempt_writers: self.names(fields, "", "exemptWriters"),
        };
        settings
    }

    fn rules(&mut self, fields: &Map<String, Value>) -> Policy {
        let mut policy = Policy::default();
        for (code, mode) in self.map(fields, "rules").into_iter().flatten() {
            let code = match Code::named(code) {
                Ok(code) => code,
                Err(fault) => {
                    self.fault("rules", &fault);
                    continue;
                }
            };
            let mode = match mode {
                Value::String(mode) => Mode::named(mode),
                other => Err(format!("it is {} and no mode", kind(other))),
            };
            match mode {
                Ok(mode) => policy = policy.with(code, mode),
                Err(fault) => self.fault(&format!("rules.{}", code.as_str()), &fault),
            }
        }
        policy
    }

    fn break_glass(&mut self, fields: &Map<String, Value>) -> BreakGlass {
        let Some(own) = self.map(fields, "breakGlass") else { return BreakGlass::default() };
        self.known(own, "breakGlass.", &["groups", "longest"]);
        let longest = match own.get("longest") {
            None | Some(Value::Null) => BreakGlass::LONGEST,
            Some(value) => self.longest(value),
        };
        BreakGlass { groups: self.names(own, "breakGlass.", "groups"), longest }
    }

    fn longest(&mut self, value: &Value) -> SignedDuration {
        let duration = value.as_str().and_then(|text| text.parse::<SignedDuration>().ok());
        duration.filter(SignedDuration::is_positive).unwrap_or_else(|| {
            self.fault(
                "breakGlass.longest",
                &format!("{} is no time above zero; write 24h, 90m or 1h30m", told(value)),
            );
            BreakGlass::LONGEST
        })
    }

    /// A list of exact names.
    fn names(&mut self, fields: &Map<String, Value>, parent: &str, field: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let items = match fields.get(field) {
            None | Some(Value::Null) => return names,
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.fault(&format!("{parent}{field}"), &format!("it is {} and no list of names", kind(other)));
                return names;
            }
        };
        for (index, item) in items.iter().enumerate() {
            let fault = match item {
                Value::String(name) if name.is_empty() || name.trim() != name => Some("is empty or has outer spaces"),
                Value::String(name) if name.contains('*') => Some("has a wildcard, and names are exact"),
                Value::String(name) if EVERYBODY.contains(&name.as_str()) => {
                    Some("stands for everybody; name whom you mean")
                }
                Value::String(name) if !names.insert(name.clone()) => Some("stands there twice"),
                Value::String(_) => None,
                _ => Some("is no text; put it into quotes"),
            };
            if let Some(fault) = fault {
                self.fault(&format!("{parent}{field}[{index}]"), &format!("{} {fault}", told(item)));
            }
        }
        names
    }

    fn exactly(&mut self, fields: &Map<String, Value>, field: &str, expected: &str) {
        match fields.get(field) {
            Some(Value::String(text)) if text == expected => {}
            Some(other) => self.fault(field, &format!("expected {expected:?}, found {}", told(other))),
            None => self.fault(field, &format!("it is missing; write {field}: {expected}")),
        }
    }

    fn map<'a>(&mut self, fields: &'a Map<String, Value>, field: &str) -> Option<&'a Map<String, Value>> {
        match fields.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::Object(map)) => Some(map),
            Some(other) => {
                self.fault(field, &format!("it is {} and no map", kind(other)));
                None
            }
        }
    }

    fn known(&mut self, fields: &Map<String, Value>, parent: &str, known: &[&str]) {
        for field in fields.keys().filter(|it| !known.contains(&it.as_str())) {
            self.faults.push(format!("{parent}{}", unknown_at(field, known)));
        }
    }

    fn fault(&mut self, place: &str, fault: &str) {
        self.faults.push(format!("{place}: {fault}"));
    }
}

fn unknown_at(field: &str, known: &[&str]) -> String {
    let shown: String = field.chars().take(64).collect();
    format!("{shown}: {}", unknown("field", field, known))
}

/// The beginning of a value of any length.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.chars().take(64).collect::<String>()),
        Value::Number(number) => number.to_string(),
        other => kind(other).to_owned(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

#[cfg(test)]
mod tests;
