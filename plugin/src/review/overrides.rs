//! What becomes of each override, as lines for people.

use profile_core::merge::{Override, Part, Resolution, Verdict};
use serde_json::Value;

use crate::output::{
    escape,
    paint::{Paint, Tone},
    width,
};

/// Where the paths start: behind two spaces, the longest verdict and two more.
const PATH: usize = 16;

/// Most columns of one value.
const VALUE: usize = 48;

/// The verdict in words.
pub(crate) fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "kept",
        Verdict::Redundant => "redundant",
        Verdict::Conflict => "conflict",
        Verdict::Lost => "lost",
        Verdict::TypeChanged => "type changed",
        Verdict::UnknownBase => "unknown base",
        Verdict::CommentLost => "comment lost",
        Verdict::Masked => "masked",
    }
}

/// How many of them have which verdict: `2 kept, 1 conflict`.
pub(super) fn counts<'o>(overrides: impl Iterator<Item = &'o Override>) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for it in overrides {
        let word = words(it.verdict);
        match counts.iter_mut().find(|(other, _)| *other == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// All of them by pack, presets folded, and what they are told by.
pub(super) fn text(overrides: &[Override], base: Option<&str>, paint: Paint, columns: usize) -> String {
    let mut text = String::new();
    let mut push = |tone: Tone, line: &str| {
        text.push_str(&paint.text(tone, &line.replace('\n', " ")));
        text.push('\n');
    };
    if overrides.is_empty() {
        return text;
    }
    push(Tone::Strong, &format!("Overrides: {}", counts(overrides.iter())));
    if let Some(base) = base {
        push(Tone::Faint, &format!("  base: {base}"));
    }
    if overrides.iter().any(Override::is_open) {
        push(Tone::Denied, "  until it is decided, Pending shows the profile's side");
    }
    let mut owner = String::new();
    let mut folded: Vec<(String, Verdict, String)> = Vec::new();
    for it in overrides {
        let this = it.pack.as_deref().map_or_else(|| it.profile.clone(), |pack| format!("{}/{pack}", it.profile));
        if this != owner {
            owner = this;
            push(Tone::Place, &format!("  {owner}"));
        }
        match it.preset.as_deref().filter(|_| !it.is_open()) {
            Some(preset) => {
                let key = (owner.clone(), it.verdict, preset.to_owned());
                if folded.contains(&key) {
                    continue;
                }
                let is_same = |other: &&Override| {
                    (&other.profile, &other.pack, other.verdict, &other.preset, other.is_open())
                        == (&it.profile, &it.pack, it.verdict, &it.preset, false)
                };
                let count = overrides.iter().filter(is_same).count();
                let values = if count == 1 { "value" } else { "values" };
                push(tone(it), &format!("    {:<12}  preset {preset} ({count} {values})", words(it.verdict)));
                folded.push(key);
            }
            None => lines(it, columns).iter().for_each(|line| push(tone(it), line)),
        }
    }
    text
}

fn tone(it: &Override) -> Tone {
    match it.verdict {
        _ if it.is_open() => Tone::Denied,
        Verdict::Kept => Tone::Plain,
        Verdict::Redundant => Tone::Faint,
        _ => Tone::Changed,
    }
}

/// Where it stands inside its pack, in words.
pub(super) fn place(it: &Override) -> String {
    match &it.part {
        Part::Values if it.path.is_empty() => "(all values)".into(),
        Part::Values => it.path.clone(),
        Part::Presets if it.path.is_empty() => "presets".into(),
        Part::Presets => format!("presets {}", it.path),
        Part::Manifest(name) if it.path.is_empty() => format!("manifest {name}"),
        Part::Manifest(name) => format!("manifest {name}: {}", it.path),
        Part::Variable(name) => format!("variable {name}"),
        Part::Field(name) => format!("field {name}"),
        Part::Pack => "(the pack itself)".into(),
    }
}

/// The verdict, the place and the three sides: in one line where it fits, else the sides in lines of their own.
fn lines(it: &Override, columns: usize) -> Vec<String> {
    let first = format!("    {:<12}  {}", words(it.verdict), place(it));
    let mut sides = Vec::new();
    let known = [("published", &it.published), ("override", &it.own), ("profile", &it.target)];
    for (name, value) in known {
        // A place that is lost and has a value all the same is one of a rollback: what was recorded comes back.
        let name = if name == "profile" && it.verdict == Verdict::Lost && value.is_some() { "recorded" } else { name };
        match value {
            Some(value) => sides.push(format!("{name} {}", shown(value))),
            // Where a side has nothing, that is the point.
            None if name == "override" => sides.push("override removes it".into()),
            None if name == "profile" && it.verdict == Verdict::Lost => sides.push("profile has no such place".into()),
            None => {}
        }
    }
    let decided = match &it.resolution {
        None => None,
        Some(Resolution::Override) => Some("decided: override".to_owned()),
        Some(Resolution::Profile) if it.verdict == Verdict::Lost => Some("decided: it may be lost".to_owned()),
        Some(Resolution::Profile) => Some("decided: profile".to_owned()),
        Some(Resolution::Value(value)) => Some(format!("decided: {}", shown(value))),
    };
    sides.extend(decided.or_else(|| it.is_open().then(|| "to be decided".to_owned())));
    let refused = it.refused.as_ref().filter(|_| it.is_open());
    sides.extend(
        refused.map(|reason| format!("the profile's text cannot take the override: {}", escape::control(reason))),
    );
    let together = format!("{first}: {}", sides.join(", "));
    if width::of(&together) <= columns {
        return vec![together];
    }
    let indent = " ".repeat(PATH + 4);
    std::iter::once(first).chain(sides.iter().map(|side| format!("{indent}{side}"))).collect()
}

/// A value in one line of bounded length.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.trim_end_matches('\n').replace('\n', "⏎"),
        other => other.to_string(),
    };
    width::cut(&escape::control(&text), VALUE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn presets_are_told_apart_by_their_groups() {
        let it = Override {
            profile: "shop".into(),
            pack: Some("hello".into()),
            part: Part::Presets,
            path: "Backend".into(),
            verdict: Verdict::Kept,
            published: None,
            own: Some(json!("enable-api")),
            target: None,
            resolution: None,
            preset: None,
            is_secret: false,
            refused: None,
        };
        assert_eq!(lines(&it, 100), ["    kept          presets Backend: override enable-api"]);
    }

    #[test]
    fn a_null_is_a_value_and_no_key_that_is_removed() {
        let mut it = Override {
            profile: "shop".into(),
            pack: Some("hello".into()),
            part: Part::Values,
            path: "a".into(),
            verdict: Verdict::Kept,
            published: Some(json!(1)),
            own: Some(json!(null)),
            target: Some(json!(1)),
            resolution: None,
            preset: None,
            is_secret: false,
            refused: None,
        };
        assert_eq!(lines(&it, 100), ["    kept          a: published 1, override null, profile 1"]);
        it.own = None;
        assert_eq!(lines(&it, 100), ["    kept          a: published 1, override removes it, profile 1"]);
    }
}
