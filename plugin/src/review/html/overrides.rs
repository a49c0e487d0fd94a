//! The overrides, and what becomes of each.

use maud::{Markup, html};
use profile_core::merge::{Override, Resolution, Verdict};
use serde_json::Value;

use super::{super::overrides::words, findings::counted};

/// All overrides as a table.
pub(super) fn table(overrides: &[Override]) -> Markup {
    if overrides.is_empty() {
        return html! {};
    }
    let has_presets = overrides.iter().any(|it| it.preset.is_some());
    html! {
        section #overrides {
            h2 { "Overrides" }
            p.hint { "What this cluster sets itself: what was published when it took it, its own value, what the profile publishes now." }
            table {
                thead {
                    tr {
                        th { "Place" } th { "Published" } th { "Override" } th { "Profile" } th { "Verdict" } th { "Decision" }
                        @if has_presets { th { "Preset" } }
                    }
                }
                tbody {
                    @for (it, count) in entries(overrides) {
                        tr data-pack=[it.pack.as_deref()] data-verdict=(words(it.verdict)) {
                            @if count > 1 {
                                td data-label="Place" { code { (owner(it)) } " " span.hint { (counted(count, "value", "values")) } }
                                td data-label="Values" colspan="3" { span.none { "as the preset sets them" } }
                            } @else {
                                td data-label="Place" { code { (it.place()) } }
                                td data-label="Published" { (value(it.published.as_ref())) }
                                td data-label="Override" { (value(it.own.as_ref())) }
                                td data-label="Profile" { (value(it.target.as_ref())) }
                            }
                            td data-label="Verdict" { span.tag.(tone(it)) { (words(it.verdict)) } }
                            td data-label="Decision" { (decision(it)) }
                            @if has_presets { td data-label="Preset" { @if let Some(preset) = &it.preset { code { (preset) } } } }
                        }
                    }
                }
            }
        }
    }
}

/// The overrides one by one; what a preset brings as one, with how many they are, unless something is to be decided.
fn entries(overrides: &[Override]) -> Vec<(&Override, usize)> {
    let mut entries: Vec<(&Override, usize)> = Vec::new();
    for it in overrides {
        let is_preset = |it: &Override| it.preset.is_some() && !it.is_open();
        let is_same = |other: &Override| {
            (&other.profile, &other.pack, other.verdict, &other.preset, &other.resolution)
                == (&it.profile, &it.pack, it.verdict, &it.preset, &it.resolution)
        };
        match entries.iter_mut().find(|(other, count)| *count > 0 && is_preset(it) && is_same(other)) {
            Some((_, count)) => *count += 1,
            None => entries.push((it, usize::from(is_preset(it)))),
        }
    }
    entries
}

fn owner(it: &Override) -> String {
    it.pack.as_deref().map_or_else(|| it.profile.clone(), |pack| format!("{}/{pack}", it.profile))
}

/// How loud an override is.
pub(super) fn tone(it: &Override) -> &'static str {
    match it.verdict {
        _ if it.is_open() => "bad",
        Verdict::Kept => "good",
        Verdict::Redundant => "plain",
        _ => "warn",
    }
}

fn decision(it: &Override) -> Markup {
    html! {
        @match &it.resolution {
            _ if it.is_open() => {
                strong.open { "to be decided" }
                @if let Some(reason) = &it.refused { ": the profile's text cannot take the override: " (reason) }
            },
            Some(Resolution::Override) => "override",
            Some(Resolution::Profile) => "profile",
            Some(Resolution::Value(chosen)) => (value(Some(chosen))),
            None => span.none { "none needed" },
        }
    }
}

fn value(side: Option<&Value>) -> Markup {
    html! {
        @match side {
            Some(Value::String(text)) => code { (text) },
            Some(other) => code { (other) },
            None => span.none { "not set" },
        }
    }
}
