//! Says one open override in lines: its place, and what each side has there.

use profile_core::{
    mask::{Context, MASK, Secrets},
    merge::{Override, Verdict},
};
use serde_json::Value;

/// Most lines of a value that are shown; the diff shows the rest.
const LINES: usize = 12;

/// What an open override is, in a word or two.
pub(super) fn kind(verdict: Verdict) -> &'static str {
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

/// Whether secrets are shown, and what is known to be one.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    pub(super) secrets: Secrets,
    pub(super) context: Context,
}

/// The three sides of an override, one line or more each.
pub(super) fn lines(it: &Override, sight: &Sight) -> Vec<String> {
    let mut lines = Vec::new();
    // A place that is lost and has a value all the same is one of a rollback: what was recorded comes back.
    let is_recorded = it.verdict == Verdict::Lost && it.target.is_some();
    let target = if is_recorded { "recorded" } else { "profile" };
    for (side, value) in [("published", &it.published), ("override", &it.own), (target, &it.target)] {
        let text = match value {
            None if side == "published" && it.verdict == Verdict::UnknownBase => "(unknown)".into(),
            None => "(not set)".into(),
            Some(value) => shown(it, value, sight),
        };
        let mut texts = text.lines();
        let first = texts.next().unwrap_or_default();
        let rest: Vec<_> = texts.collect();
        if rest.is_empty() {
            lines.push(format!("{side:<9}  {first}"));
            continue;
        }
        lines.push(side.into());
        let all = std::iter::once(first).chain(rest.iter().copied());
        lines.extend(all.take(LINES).map(|line| format!("  {line}")));
        if rest.len() + 1 > LINES {
            lines.push(format!("  … and {} more lines", rest.len() + 1 - LINES));
        }
    }
    if let Some(reason) = &it.refused {
        lines.push(format!("the profile's text cannot take the override: {reason}"));
    }
    lines
}

/// What helps where no two sides can be told apart, for all of them are hidden.
pub(super) const HIDDEN: &str = "--show-secrets shows what `***` stands for";

/// Whether each side that has a value is shown as `***`, and the values are known.
pub(super) fn is_hidden(it: &Override, sight: &Sight) -> bool {
    let sides = [&it.published, &it.own, &it.target];
    let mut values = sides.into_iter().flatten();
    sides.into_iter().flatten().count() > 1 && values.all(|value| value != MASK && shown(it, value, sight) == MASK)
}

/// One value of it as YAML, without what is secret.
pub(super) fn shown(it: &Override, value: &Value, sight: &Sight) -> String {
    let steps: Vec<_> = it.path.split(['.', '[', ']', '"', '=']).filter(|step| !step.is_empty()).collect();
    let value = match sight.secrets {
        Secrets::Hidden if it.is_secret && !value.is_null() => Value::from(MASK),
        secrets => secrets.value(&steps, value, &sight.context),
    };
    if value == MASK {
        // Without the quotes that YAML would need.
        return MASK.into();
    }
    let yaml = serde_saphyr::to_string(&value).unwrap_or_else(|_| value.to_string());
    yaml.trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::decide::fixtures::conflict;

    fn lines(it: &Override, show_secrets: bool) -> Vec<String> {
        super::lines(it, &crate::decide::fixtures::sight(show_secrets))
    }

    #[test]
    fn shows_each_side_as_yaml() {
        let it = conflict("replicas", json!(1), json!(2), json!("3"));
        assert_eq!(lines(&it, false), ["published  1", "override   2", "profile    \"3\""]);
        let it = Override { published: None, own: None, target: Some(json!({"a": [1]})), ..it };
        assert_eq!(lines(&it, false)[..3], ["published  (not set)", "override   (not set)", "profile"]);
    }

    #[test]
    fn hides_what_is_secret_by_its_path_or_by_what_stands_around_it() {
        for (path, is_secret) in [("db.password", false), ("harmless", true)] {
            let it = Override { is_secret, ..conflict(path, json!("hunter1"), json!("hunter2"), json!("hunter3")) };
            assert_eq!(lines(&it, false), ["published  ***", "override   ***", "profile    ***"]);
            assert_eq!(lines(&it, true)[1], "override   hunter2");
        }
        let it = conflict("db", json!({"password": "hunter"}), json!(1), json!(2));
        assert!(!lines(&it, false).concat().contains("hunter"));
    }

    #[test]
    fn a_null_is_a_value_and_no_key_that_is_not_there() {
        let it = Override { target: None, ..conflict("a", json!(1), json!(null), json!(2)) };
        assert_eq!(lines(&it, false), ["published  1", "override   null", "profile    (not set)"]);
    }

    #[test]
    fn long_values_are_cut() {
        let long: Vec<_> = (0..40).collect();
        let it = conflict("list", json!(long), json!(1), json!(2));
        assert!(lines(&it, false).iter().any(|line| line == "  … and 28 more lines"), "{:?}", lines(&it, false));
    }
}
