//! What Palette itself says of a change beforehand: its constraint check and its repave forecast, each under its own name.

use profile_core::field;
use serde::Serialize;
use serde_json::{Value, json};

use crate::output::paint::{Paint, Tone};

/// The answers to `validate/packs` and `validate/repave`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// What stands against the packs; or why that is not known.
    pub(crate) packs: Result<Vec<Objection>, String>,
    /// Whether nodes are replaced, and why; or why that is not known.
    pub(crate) repave: Result<Repave, String>,
}

/// One finding of `validate/packs` (`v1ConstraintError`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Objection {
    /// The pack; empty for machine pools.
    pub(crate) pack: String,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The answer of `validate/repave`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Repave {
    pub(crate) is_required: bool,
    pub(crate) reasons: Vec<Reason>,
}

/// Why nodes are replaced (`v1SpectroClusterRepaveReason`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Reason {
    pub(crate) code: String,
    pub(crate) message: String,
    /// The pack that changes, and from which version to which.
    pub(crate) pack: String,
    /// The keys that differ.
    pub(crate) keys: Vec<String>,
}

impl Reason {
    /// Reads the reasons of an answer, or of a repave that waits.
    pub(crate) fn read(answer: &Value, path: &[&str]) -> Vec<Self> {
        let reason = |(_, it): (usize, &Value)| {
            let text = |path: &[&str]| field::text(it, path).unwrap_or_default().into_owned();
            let versions = [text(&["pack", "current", "version"]), text(&["pack", "target", "version"])];
            let name = [text(&["pack", "target", "name"]), text(&["pack", "current", "name"])];
            let name = name.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
            let pack = match versions {
                [current, target] if current != target => format!("{name} {current} → {target}"),
                _ => name,
            };
            let keys = field::items(it, &["pack", "diffConfigKeys"]).filter_map(|(_, key)| key.as_str());
            Self { code: text(&["code"]), message: text(&["message"]), pack, keys: keys.map(Into::into).collect() }
        };
        field::items(answer, path).map(reason).collect()
    }

    /// The reason in a line.
    pub(crate) fn line(&self) -> String {
        let keys = if self.keys.is_empty() { String::new() } else { format!(" ({})", self.keys.join(", ")) };
        let parts = [&self.pack, &self.code, &self.message];
        parts.into_iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(": ") + &keys
    }
}

impl Judgement {
    /// Reads both answers.
    pub(crate) fn of(packs: Result<Value, String>, repave: Result<Value, String>) -> Self {
        // What tells nothing of what was asked is no yes.
        let packs = packs.and_then(answered);
        let repave = repave.and_then(answered).and_then(|answer| match answer.get("isRepaveRequired") {
            None | Some(Value::Null | Value::Bool(_)) => Ok(answer),
            Some(_) => Err(ODD.to_owned()),
        });
        let repave = repave.map(|answer| Repave {
            is_required: answer.get("isRepaveRequired").and_then(Value::as_bool).unwrap_or_default(),
            reasons: Reason::read(&answer, &["reasons"]),
        });
        Self { packs: packs.map(|answer| objections(&answer)), repave }
    }

    /// Whether Palette objects to a pack.
    pub(crate) fn objects(&self) -> bool {
        self.packs.as_ref().is_ok_and(|it| !it.is_empty())
    }

    /// Lines for people.
    pub(crate) fn text(&self, paint: Paint) -> String {
        let mut text = String::new();
        let mut head = |name: &str, (tone, words): (Tone, String), lines: Vec<String>| {
            text.push_str(&(paint.text(Tone::Strong, name) + &paint.text(tone, &words) + "\n"));
            lines
                .iter()
                .for_each(|line| text.push_str(&paint.text(Tone::Plain, &format!("  {}\n", line.replace('\n', " ")))));
        };
        let packs = match &self.packs {
            Err(why) => ((Tone::Changed, format!("not known: {why}")), Vec::new()),
            Ok(none) if none.is_empty() => ((Tone::Faint, "no objection".into()), Vec::new()),
            Ok(all) => {
                ((Tone::Denied, format!("{} objected to", all.len())), all.iter().map(Objection::line).collect())
            }
        };
        head("Palette's validate/packs: ", packs.0, packs.1);
        let repave = match &self.repave {
            Err(why) => ((Tone::Changed, format!("not known: {why}")), Vec::new()),
            Ok(it) => {
                let words =
                    if it.is_required { (Tone::Denied, "nodes are replaced") } else { (Tone::Faint, "no repave") };
                ((words.0, words.1.to_owned()), it.reasons.iter().map(Reason::line).collect())
            }
        };
        head("Palette's validate/repave: ", repave.0, repave.1);
        text
    }

    /// The same as data.
    pub(crate) fn json(&self) -> Value {
        let side = |answer: Result<Value, &String>| match answer {
            Ok(value) => json!({"known": true, "answer": value}),
            Err(why) => json!({"known": false, "reason": why}),
        };
        json!({
            "packs": side(self.packs.as_ref().map(|it| json!(it))),
            "repave": side(self.repave.as_ref().map(|it| json!(it))),
        })
    }
}

impl Objection {
    pub(crate) fn line(&self) -> String {
        let parts = [&self.pack, &self.code, &self.message];
        parts.into_iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(": ")
    }
}

const ODD: &str = "its answer is none";

/// The answer, where it is one: an object, and no error that came as a success. A server in Go leaves out what is empty.
fn answered(answer: Value) -> Result<Value, String> {
    let is_error = answer.get("code").is_some() && answer.get("message").is_some();
    if answer.is_object() && !is_error { Ok(answer) } else { Err(ODD.to_owned()) }
}

/// What `v1SpectroClusterValidatorResponse` holds against packs and machine pools.
fn objections(answer: &Value) -> Vec<Objection> {
    let of = |results: &Value| {
        let of_result = |(_, result): (usize, &Value)| {
            let text = |raw: &Value, key| field::text(raw, &[key]).unwrap_or_default().into_owned();
            let pack = [text(result, "name"), text(result, "displayName")].into_iter().find(|it| !it.is_empty());
            let pack = pack.unwrap_or_default();
            field::items(result, &["errors"])
                .map(|(_, it)| Objection { pack: pack.clone(), code: text(it, "code"), message: text(it, "message") })
                .collect::<Vec<_>>()
        };
        field::items(results, &["results"]).flat_map(of_result).collect::<Vec<_>>()
    };
    let packs = field::items(answer, &["profiles"]).filter_map(|(_, it)| it.get("packs")).flat_map(of);
    packs.chain(answer.get("machinePools").into_iter().flat_map(of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objections_and_reasons_are_read_with_where_they_stand() {
        let packs = json!({"profiles": [{"uid": "p", "packs": {"results": [
            {"name": "app", "errors": [{"code": "E1", "message": "needs more"}]}, {"name": "fine"},
        ]}}], "machinePools": {"results": [{"displayName": "pool", "errors": [{"code": "E2", "message": "too small"}]}]}});
        let repave = json!({"isRepaveRequired": true, "reasons": [{"code": "K8s", "message": "new version", "pack": {
            "current": {"name": "k", "version": "1.30.1"}, "target": {"name": "k", "version": "1.31.1"}, "diffConfigKeys": ["a.b"],
        }}]});
        let judgement = Judgement::of(Ok(packs), Ok(repave));
        assert!(judgement.objects());
        let lines: Vec<_> = judgement.packs.unwrap().iter().map(Objection::line).collect();
        assert_eq!(lines, ["app: E1: needs more", "pool: E2: too small"]);
        assert_eq!(judgement.repave.unwrap().reasons[0].line(), "k 1.30.1 → 1.31.1: K8s: new version (a.b)");
    }

    #[test]
    fn what_is_not_known_is_no_yes() {
        let judgement = Judgement::of(Err("no answer".into()), Ok(json!({})));
        assert!(!judgement.objects());
        assert_eq!(judgement.json()["packs"], json!({"known": false, "reason": "no answer"}));
        assert!(judgement.text(Paint { is_on: false }).contains("validate/packs: not known: no answer"));
    }
}
