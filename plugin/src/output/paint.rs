//! Colours text, where the terminal takes colours.

use anstyle::{AnsiColor, Style};

use super::escape;

const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// What a piece of text means; it decides the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    Plain,
    /// It is on the current side alone.
    Removed,
    /// The part of a removed line that is not in the added one.
    RemovedPart,
    /// It is on the pending side alone.
    Added,
    /// The part of an added line that is not in the removed one.
    AddedPart,
    /// It changes, or wants a look.
    Changed,
    /// It says where something stands.
    Place,
    /// A heading.
    Strong,
    /// It matters least.
    Faint,
    /// It stops the change.
    Denied,
}

/// Colours or leaves plain.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint {
    pub(crate) is_on: bool,
}

impl Paint {
    /// The text in its colour. What drives a terminal in it is escaped first, so that all codes are ours.
    pub(crate) fn text(self, tone: Tone, text: &str) -> String {
        let text = escape::control(text);
        let style = match tone {
            Tone::Plain => return text.into_owned(),
            Tone::Removed => REMOVED,
            Tone::RemovedPart => REMOVED.invert(),
            Tone::Added => ADDED,
            Tone::AddedPart => ADDED.invert(),
            Tone::Changed => CHANGED,
            Tone::Place => PLACE,
            Tone::Strong => STRONG,
            Tone::Faint => FAINT,
            Tone::Denied => REMOVED.bold(),
        };
        if self.is_on && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_ours_and_only_where_they_are_on() {
        let evil = "a\u{1b}[31mb";
        assert_eq!(Paint { is_on: false }.text(Tone::Removed, evil), "a^[[31mb");
        assert_eq!(Paint { is_on: true }.text(Tone::Removed, evil), "\u{1b}[31ma^[[31mb\u{1b}[0m");
        assert_eq!(Paint { is_on: true }.text(Tone::Plain, evil), "a^[[31mb");
        assert_eq!(Paint { is_on: true }.text(Tone::Added, ""), "");
    }
}
