//! What a change is estimated to do to the nodes, as lines for people.

use profile_core::repave::{self, Effect, Estimate};

use super::segments;
use crate::output::{
    paint::{Paint, Tone},
    width,
};

/// What stands before the reason where it does not fit behind the effect.
const INDENT: &str = "      ";

/// A line for each changed key: pack, key, effect, and the rule that says so.
pub(super) fn text(estimates: &[Estimate], paint: Paint, columns: usize) -> String {
    if estimates.is_empty() {
        return String::new();
    }
    let worst = repave::worst(estimates);
    let mut text = paint.text(Tone::Strong, "Repave estimate: ") + &paint.text(tone(worst), worst.words()) + "\n";
    let widest = |part: fn(&Estimate) -> &str| estimates.iter().map(|it| width::of(part(it))).max().unwrap_or_default();
    let (packs, keys) = (widest(|it| &it.pack), widest(|it| &it.key));
    let pad = |text: &str, to: usize| text.replace('\n', " ") + &" ".repeat(to.saturating_sub(width::of(text)));
    for it in estimates {
        let place = format!("  {}  {}  ", pad(&it.pack, packs), pad(&it.key, keys));
        let because = it.because.replace('\n', " ");
        let fits = width::of(&place) + width::of(it.effect.words()) + width::of(&because) + 3 <= columns;
        text.push_str(&paint.text(Tone::Plain, &place));
        text.push_str(&paint.text(tone(it.effect), it.effect.words()));
        let because = match (because.is_empty(), fits) {
            (true, _) => String::new(),
            (false, true) => format!(" ({because})"),
            (false, false) => {
                let line = [(Tone::Faint, format!("({because})"))];
                let lines = segments::wrapped(&line, columns.saturating_sub(INDENT.len()), usize::MAX);
                lines
                    .iter()
                    .flatten()
                    .map(|(_, piece)| piece.as_str())
                    .collect::<Vec<_>>()
                    .concat()
                    .replace("↪ ", &format!("\n{INDENT}"))
            }
        };
        let because = if because.starts_with('(') { format!("\n{INDENT}{because}") } else { because };
        text.push_str(&paint.text(Tone::Faint, &because));
        text.push('\n');
    }
    text
}

fn tone(effect: Effect) -> Tone {
    match effect {
        Effect::None | Effect::ConfigurationReload => Tone::Faint,
        Effect::ServiceRestart | Effect::Reboot | Effect::Unknown => Tone::Changed,
        Effect::RepaveWorkers | Effect::RepaveControlPlane | Effect::RepaveAll => Tone::Denied,
    }
}
