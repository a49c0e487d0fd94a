//! What a change is estimated to do to the nodes, as lines for people.

use profile_core::repave::{self, Effect, Estimate};

use super::segments;
use crate::output::{
    paint::{Paint, Tone},
    width,
};

/// What stands before the reason where it does not fit behind the effect.
const INDENT: &str = "      ";

/// Why there is no estimate, where there is none.
pub(super) const UNTOLD: &str = "it is not the same for Edge nodes as for others, and which are meant is not said";

/// The worst effect, and a line for each changed key: pack, key, effect, and the rule that says so. Where something
/// differs the answer is there even if it is that nothing happens: silence could mean that nobody looked.
pub(super) fn text(estimates: Option<&[Estimate]>, differs: bool, paint: Paint, columns: usize) -> String {
    let estimates = match estimates {
        Some([]) | None if !differs => return String::new(),
        estimates => estimates,
    };
    let worst = effect(estimates);
    let mut text = paint.text(Tone::Strong, "Repave estimate: ") + &paint.text(tone(worst), worst.words());
    let Some(estimates) = estimates else {
        return text + &paint.text(Tone::Faint, &format!(" ({UNTOLD})")) + "\n";
    };
    text.push('\n');
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

/// The worst effect; unknown where there is no estimate.
pub(super) fn effect(estimates: Option<&[Estimate]>) -> Effect {
    estimates.map_or(Effect::Unknown, repave::worst)
}

fn tone(effect: Effect) -> Tone {
    match effect {
        Effect::None | Effect::ConfigurationReload => Tone::Faint,
        Effect::ServiceRestart | Effect::Reboot | Effect::Unknown => Tone::Changed,
        Effect::RepaveWorkers | Effect::RepaveControlPlane | Effect::RepaveAll => Tone::Denied,
    }
}
