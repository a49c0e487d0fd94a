//! The overrides, and what becomes of each.

use maud::{Markup, html};
use profile_core::merge::{Override, Resolution, Verdict};
use serde_json::Value;

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
                    @for it in overrides {
                        tr data-pack=[it.pack.as_deref()] data-verdict=(word(it.verdict)) {
                            td data-label="Place" { code { (it.place()) } }
                            td data-label="Published" { (value(it.published.as_ref())) }
                            td data-label="Override" { (value(it.own.as_ref())) }
                            td data-label="Profile" { (value(it.target.as_ref())) }
                            td data-label="Verdict" { span.tag.(tone(it)) { (word(it.verdict)) } }
                            td data-label="Decision" { (decision(it)) }
                            @if has_presets { td data-label="Preset" { @if let Some(preset) = &it.preset { code { (preset) } } } }
                        }
                    }
                }
            }
        }
    }
}

/// A verdict in a word or two.
pub(super) fn word(verdict: Verdict) -> &'static str {
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
            _ if it.is_open() => strong.open { "to be decided" },
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
