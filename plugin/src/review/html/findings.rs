//! What is said about the whole change: its state, the rules, the repave estimate, the notes.

use maud::{Markup, html};
use profile_core::repave::Effect;

use super::super::{Review, Shown, repave as estimates};

/// The answer in a line: what stands against the change, and what is to be decided.
pub(super) fn state(review: &Review, shown: &Shown) -> Markup {
    let denied = review.verdict.as_ref().map(|it| it.denied.len());
    let open = shown.overrides.iter().filter(|it| it.is_open()).count();
    let is_told = review.repave.is_some() || shown.changes().next().is_some();
    let worst = Some(estimates::effect(review.repave.as_deref())).filter(|it| is_told && *it != Effect::None);
    html! {
        @match denied {
            Some(0) => span.tag.good { "no rule is broken" },
            Some(count) => span.tag.bad { "denied: " (counted(count, "rule is broken", "rules are broken")) },
            None => {}
        }
        @if !shown.overrides.is_empty() {
            @if open > 0 {
                span.tag.warn { (counted(open, "decision is needed", "decisions are needed")) }
            } @else {
                span.tag.good { (counted(shown.overrides.len(), "override, nothing to decide", "overrides, nothing to decide")) }
            }
        }
        @if let Some(effect) = worst { span.tag.(tone(effect)) { "estimate: " (effect) } }
    }
}

/// The rules' violations and notices.
pub(super) fn rules(review: &Review) -> Markup {
    let Some(verdict) = &review.verdict else { return html! {} };
    let groups = [
        ("denied", "bad", &verdict.denied),
        ("warned", "warn", &verdict.warned),
        ("audited", "warn", &verdict.audited),
    ];
    html! {
        section #rules {
            h2 { "Rules" }
            @if verdict.violations().next().is_none() { p { "No rule is broken." } }
            ul.findings {
                @for (word, tone, violations) in groups {
                    @for it in violations {
                        li {
                            span.tag.(tone) { (word) } " " code { (it.code.as_str()) } ": " (it.message) " "
                            code.field { (it.field) }
                        }
                    }
                }
                @for it in &verdict.notices {
                    li { span.tag { "note" } " " (it.message) " " code.field { (it.field) } }
                }
            }
        }
    }
}

/// What Palette itself says of the change.
pub(super) fn judgement(review: &Review) -> Markup {
    let Some(judgement) = &review.judgement else { return html! {} };
    html! {
        section #palette {
            h2 { "Palette's own checks" }
            p {
                code { "validate/packs" } " "
                @match &judgement.packs {
                    Err(why) => { span.tag.warn { "not known" } " " (why) }
                    Ok(all) if all.is_empty() => span.tag.good { "no objection" },
                    Ok(all) => span.tag.bad { (counted(all.len(), "objection", "objections")) },
                }
            }
            ul.findings { @for it in judgement.packs.iter().flatten() { li { (it.line()) } } }
            p {
                code { "validate/repave" } " "
                @match &judgement.repave {
                    Err(why) => { span.tag.warn { "not known" } " " (why) }
                    Ok(it) if it.is_required => span.tag.bad { "nodes are replaced" },
                    Ok(_) => span.tag.good { "no repave" },
                }
            }
            ul.findings { @for it in judgement.repave.iter().flat_map(|it| &it.reasons) { li { (it.line()) } } }
        }
    }
}

/// What the change does to the nodes.
pub(super) fn repave(review: &Review, shown: &Shown) -> Markup {
    let lines = match review.repave.as_deref() {
        Some([]) | None if shown.changes().next().is_none() => return html! {},
        None => {
            return html! {
                section #repave { h2 { "Repave, estimated" } p { "Unknown: " (estimates::UNTOLD) "." } }
            };
        }
        Some([]) => {
            return html! {
                section #repave { h2 { "Repave, estimated" } p { "None: nothing that makes a node changes." } }
            };
        }
        Some(lines) => lines,
    };
    html! {
        section #repave {
            h2 { "Repave, estimated" }
            p.hint { "An estimate by the tables of Palette's documentation, not a promise." }
            table {
                thead { tr { th { "Pack" } th { "Layer" } th { "Key" } th { "Effect" } th { "Because" } } }
                tbody {
                    @for it in lines {
                        tr data-pack=(it.pack) {
                            td data-label="Pack" { (it.pack) }
                            td data-label="Layer" { (it.layer) }
                            td data-label="Key" { code { (it.key) } }
                            td data-label="Effect" { span.tag.(tone(it.effect)) { (it.effect) } }
                            td data-label="Because" { (it.because) }
                        }
                    }
                }
            }
        }
    }
}

/// What else should be known.
pub(super) fn notes(review: &Review, shown: &Shown) -> Markup {
    if review.notes.is_empty() && shown.left_out == 0 {
        return html! {};
    }
    html! {
        section #notes {
            h2 { "Notes" }
            ul.findings {
                @for note in &review.notes { li { (note) } }
                @if shown.left_out > 0 {
                    li { (counted(shown.left_out, "change is", "changes are")) " left out here, as --ignore asked." }
                }
            }
        }
    }
}

/// A count and its noun.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn tone(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "good",
        Effect::ConfigurationReload | Effect::ServiceRestart | Effect::Reboot | Effect::Unknown => "warn",
        Effect::RepaveWorkers | Effect::RepaveControlPlane | Effect::RepaveAll => "bad",
    }
}
