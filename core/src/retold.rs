//! What an edit by hand makes of the overrides: told by the text that is written, and not by what the merge had proposed.

use serde_json::Value;

use crate::{
    blame,
    merge::{self, Decisions, Override, Resolution, Verdict},
    profile::AttachedProfile,
};

/// Tells the overrides of a profile anew after an edit that made `edited` of `merged`. Both are compared with `published`,
/// what the profile is taken from afterwards.
pub fn tell(overrides: &mut Vec<Override>, published: &Value, (merged, edited): (&Value, &Value)) {
    let (before, after) = (own_values(published, merged), own_values(published, edited));
    for it in overrides.iter_mut().filter(|it| !it.is_open() && it.verdict != Verdict::CommentLost) {
        let was = before.iter().find(|other| is_same_place(other, it));
        let is = after.iter().find(|other| is_same_place(other, it));
        let is = is.or_else(|| {
            let was = was.filter(|_| blame::is_by_lines(it))?;
            after.iter().find(|other| is_instead(other, was) && !is_among(other, &before))
        });
        if was.map(|it| &it.own) != is.map(|it| &it.own) {
            take(it, is);
        }
    }
    let is_listed = |it: &Override, all: &[Override]| {
        let value = it.own.clone().filter(|_| blame::is_by_lines(it)).map(Resolution::Value);
        all.iter().any(|other| is_same_place(other, it) || (value.is_some() && other.resolution == value))
    };
    let set = after.iter().filter(|it| !is_among(it, &before)).filter(|it| !is_listed(it, overrides));
    let is_there = |it: &Override| after.iter().any(|other| is_same_place(other, it) || is_instead(other, it));
    let dropped = before.iter().filter(|it| !is_there(it));
    let dropped = dropped.filter(|it| !is_listed(it, overrides)).cloned();
    let dropped = dropped.map(|it| Override { resolution: Some(Resolution::Profile), ..it });
    let told: Vec<_> = set.cloned().map(newly_set).chain(dropped).collect();
    for it in told {
        let at = overrides.iter().rposition(|other| (&other.profile, &other.pack) == (&it.profile, &it.pack));
        overrides.insert(at.map_or(overrides.len(), |at| at + 1), it);
    }
}

/// `overrides`, which are what is left over `published`, with those of `before` that are given up.
pub fn with_dropped(
    published: &AttachedProfile<'_>,
    before: &AttachedProfile<'_>,
    overrides: Vec<Override>,
) -> Vec<Override> {
    let was = merge::merge(Some(published), before, published, &Decisions::default()).overrides;
    let dropped = was.into_iter().filter(|it| it.verdict != Verdict::CommentLost);
    let is_there = |it: &Override| overrides.iter().any(|other| is_same_place(other, it) || is_instead(other, it));
    let dropped = dropped.filter(|it| !is_there(it));
    let dropped = dropped.map(|it| Override { resolution: Some(Resolution::Profile), preset: None, ..it });
    dropped.collect::<Vec<_>>().into_iter().chain(overrides).collect()
}

/// Whether an override was not there before the edit: no revision can have brought it.
pub fn is_newly_set(it: &Override) -> bool {
    match (&it.own, &it.resolution) {
        (Some(own), Some(Resolution::Value(value))) => own == value,
        (None, Some(Resolution::Override)) => true,
        _ => false,
    }
}

/// What a content sets over the published one.
fn own_values(published: &Value, content: &Value) -> Vec<Override> {
    let view = |raw| AttachedProfile::new(raw, "edited".into());
    let (published, content) = (view(published), view(content));
    let merged = merge::merge(Some(&published), &content, &published, &Decisions::default());
    merged.overrides.into_iter().filter(|it| it.verdict != Verdict::CommentLost).collect()
}

/// Whether two overrides stand at one place. The numbers of lines move with every edit, so that lines are known by what
/// they say.
fn is_same_place(one: &Override, other: &Override) -> bool {
    if blame::is_by_lines(one) && blame::is_by_lines(other) {
        return (&one.profile, &one.pack, &one.part, &one.own)
            == (&other.profile, &other.pack, &other.part, &other.own);
    }
    one.place() == other.place()
}

/// Whether these are lines that were written instead of others: where they stood, or over what they were written over.
fn is_instead(it: &Override, former: &Override) -> bool {
    let is_over = it.published.is_some() && it.published == former.published;
    blame::is_by_lines(it)
        && blame::is_by_lines(former)
        && (&it.profile, &it.pack, &it.part) == (&former.profile, &former.pack, &former.part)
        && (it.path == former.path || is_over)
}

fn is_among(it: &Override, all: &[Override]) -> bool {
    all.iter().any(|other| is_same_place(other, it) && other.own == it.own)
}

/// Takes down what stands at the place of an override: `is`, or what is published.
fn take(it: &mut Override, is: Option<&Override>) {
    let decided = match is {
        None => Resolution::Profile,
        Some(is) if is.own == it.own => Resolution::Override,
        Some(is) => is.own.clone().map_or(Resolution::Override, Resolution::Value),
    };
    let proposed = it.resolution.clone().unwrap_or(match it.verdict {
        Verdict::Kept => Resolution::Override,
        _ => Resolution::Profile,
    });
    if is.is_some_and(|is| is.own.is_none()) {
        it.own = None;
    } else if decided == proposed {
        return;
    }
    it.resolution = Some(decided);
    // It is not what the preset brings any more.
    it.preset = None;
}

/// An override that the edit brought in, decided by whoever wrote it.
fn newly_set(it: Override) -> Override {
    if it.verdict == Verdict::Masked {
        // A mask is never written: it stays open.
        return it;
    }
    let resolution = Some(it.own.clone().map_or(Resolution::Override, Resolution::Value));
    Override { verdict: Verdict::Kept, resolution, preset: None, refused: None, ..it }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(values: &str) -> Value {
        json!({"name": "hello", "packs": [{"name": "app", "values": values}]})
    }

    /// What is told of an edit of `merged`, where the cluster had set `own` over the very version.
    fn told(published: &str, own: &str, edited: &str) -> Vec<(String, Option<Resolution>)> {
        let (published, own, edited) = (content(published), content(own), content(edited));
        let mut overrides = own_values(&published, &own);
        tell(&mut overrides, &published, (&own, &edited));
        overrides.iter().map(|it| (it.path.clone(), it.resolution.clone())).collect()
    }

    #[test]
    fn what_is_edited_is_decided_and_the_rest_is_as_it_was() {
        let published = "a: 1\nb: 1\nc: 1\n";
        let value = |value: i64| Some(Resolution::Value(json!(value)));
        let of = |edited| told(published, "a: 2\nb: 1\nc: 1\n", edited);
        assert_eq!(of("a: 2\nb: 1\nc: 1\n"), [("a".into(), None)]);
        assert_eq!(of("a: 3\nb: 1\nc: 1\n"), [("a".into(), value(3))]);
        assert_eq!(of(published), [("a".into(), Some(Resolution::Profile))]);
        assert_eq!(of("a: 2\nb: 5\nc: 1\n"), [("a".into(), None), ("b".into(), value(5))]);
        assert_eq!(of("b: 1\nc: 1\n"), [("a".into(), Some(Resolution::Override))]);
    }

    #[test]
    fn lines_are_known_by_what_they_say() {
        let published = "a: {{ .a }}\nb: 1\n";
        let own = "a: {{ .own }}\nb: 1\n";
        let moved = told(published, own, "# why\na: {{ .own }}\nb: 1\n");
        assert!(moved.iter().all(|(_, it)| *it != Some(Resolution::Profile)), "{moved:?}");
        let changed = told(published, own, "a: {{ .other }}\nb: 1\n");
        assert_eq!(changed, [("line 1".into(), Some(Resolution::Value(json!("a: {{ .other }}\n"))))]);
        assert_eq!(told(published, own, published), [("line 1".into(), Some(Resolution::Profile))]);
        let (published, own) = (format!("{published}c: 1\n"), format!("{own}c: 1\n"));
        let removed = told(&published, &own, "a: {{ .own }}\nb: 1\n");
        assert_eq!(removed, [("line 1".into(), None), ("after the last line".into(), Some(Resolution::Override))]);
    }
}
