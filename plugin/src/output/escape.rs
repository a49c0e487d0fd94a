//! Keeps object content from driving the user's terminal.

use std::{
    borrow::Cow,
    sync::{PoisonError, RwLock},
};

/// What no output may show, wherever it comes from.
static HIDDEN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// How short a secret may be: a few letters stand in half of all words, and are no key. Palette's have 32.
const LEAST: usize = 8;

/// Hides a secret in everything that is printed from here on.
pub(crate) fn hide(secret: &str) {
    // A list that grows is whole at every time, whoever panicked beside it.
    let mut hidden = HIDDEN.write().unwrap_or_else(PoisonError::into_inner);
    if secret.len() >= LEAST && !hidden.iter().any(|it| it == secret) {
        hidden.push(secret.to_owned());
    }
}

fn without_hidden(text: &str) -> Cow<'_, str> {
    let hidden = HIDDEN.read().unwrap_or_else(PoisonError::into_inner);
    let found = hidden.iter().filter(|secret| text.contains(secret.as_str()));
    found.fold(Cow::Borrowed(text), |text, secret| Cow::Owned(text.replace(secret.as_str(), "***")))
}

/// The same text with control characters shown as `^X` or `\u{..}`; line breaks and tabs stay.
pub(crate) fn control(text: &str) -> Cow<'_, str> {
    let text = without_hidden(text);
    if is_plain(&text) || !text.contains(is_harmful) {
        return text;
    }
    let escaped = |letter: char| match letter {
        '\u{0}'..='\u{1f}' if is_harmful(letter) => {
            // The code is below 32, so that 64 more is an ASCII letter or sign.
            format!("^{}", char::from(letter as u8 + 64))
        }
        _ if is_harmful(letter) => letter.escape_unicode().to_string(),
        _ => letter.to_string(),
    };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// JSON with the same characters written as JSON's own escapes, so that it still says the same.
pub(crate) fn json(text: &str) -> String {
    let escaped = |letter: char| {
        // All that harms and is not escaped by JSON itself has a code of four hexadecimal digits at most.
        if is_harmful(letter) { format!("\\u{:04x}", u32::from(letter)) } else { letter.to_string() }
    };
    without_hidden(text).chars().map(escaped).collect()
}

/// Whether the text drives no terminal.
pub(crate) fn is_harmless(text: &str) -> bool {
    !text.contains(is_harmful)
}

/// Whether there is nothing in it but the letters and signs of ASCII, of which each takes one column and none does harm.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_harmful(letter: char) -> bool {
    let reorders = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (letter.is_control() && !matches!(letter, '\n' | '\t')) || reorders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_the_same_and_drives_no_terminal() {
        let text = json("{\n  \"a\": \"\u{9b}31m\u{202e}\"\n}");
        assert_eq!(text, "{\n  \"a\": \"\\u009b31m\\u202e\"\n}");
    }

    #[test]
    fn every_secret_is_hidden_that_is_long_enough_to_be_one() {
        hide("t0k3n-of-a-hub");
        hide("t0k3n-of-another");
        hide("pro");
        assert_eq!(control("a t0k3n-of-a-hub, a t0k3n-of-another, a profile"), "a ***, a ***, a profile");
        assert_eq!(json("\"t0k3n-of-another\""), "\"***\"");
    }

    #[test]
    fn escapes_what_drives_a_terminal() {
        assert_eq!(control("\u{1b}[31mred\r\n"), "^[[31mred^M\n");
        assert_eq!(control("\u{9b}x\u{202e}y"), "\\u{9b}x\\u{202e}y");
        assert_eq!(control("plain → text\t\n"), "plain → text\t\n");
    }
}
