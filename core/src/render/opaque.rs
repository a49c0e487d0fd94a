//! Words that stand for what is not known here, while a pack is rendered.
//!
//! What a macro comes to is Palette's to say. Its braces open a map in YAML and an action in a template, so a plain word of
//! letters and digits stands in its place until the objects are read, and then the macro's own text comes back. The word holds
//! that text itself, so that nothing needs to be remembered beside it.

use std::{borrow::Cow, fmt::Write};

use serde_json::Value;

/// What such a word starts with. It passes unchanged through quoting, through `lower`, and through YAML in any place.
pub(super) const START: &str = "zpalettez";
const END: char = 'z';

/// The word that stands for `text`.
pub(super) fn word(text: &str) -> String {
    let mut word = START.to_owned();
    for byte in text.bytes() {
        let _ = write!(word, "{byte:02x}");
    }
    word.push(END);
    word
}

/// What a text that is nothing but such a word stands for.
pub(super) fn meant(word: &str) -> Option<String> {
    let (text, rest) = decoded(word.strip_prefix(START)?)?;
    rest.is_empty().then_some(text)
}

/// `text` with every such word put back into what it stands for.
pub(super) fn restored(text: &str) -> Cow<'_, str> {
    if !text.contains(START) {
        return Cow::Borrowed(text);
    }
    let (mut result, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(START) {
        result.push_str(before);
        if let Some((meant, after)) = decoded(after) {
            result.push_str(&meant);
            rest = after;
        } else {
            result.push_str(START);
            rest = after;
        }
    }
    Cow::Owned(result + rest)
}

/// Whether a part of such a word is left in a restored text: a template cut it.
pub(super) fn is_cut(text: &str) -> bool {
    text.contains(START)
}

/// `document` with every such word, in keys and in texts, put back into what it stands for.
pub(super) fn restored_document(document: Value) -> Value {
    match document {
        Value::String(text) => match restored(&text) {
            Cow::Borrowed(_) => Value::String(text),
            Cow::Owned(restored) => Value::String(restored),
        },
        Value::Array(items) => items.into_iter().map(restored_document).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (restored(&key).into_owned(), restored_document(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

/// The text in front of the first end, and what follows it.
fn decoded(encoded: &str) -> Option<(String, &str)> {
    let (digits, rest) = encoded.split_once(END)?;
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> =
        digits.as_bytes().chunks(2).map(|pair| if pair.len() == 2 { byte(pair) } else { None }).collect();
    let text = String::from_utf8(bytes?).ok()?;
    (!text.is_empty()).then_some((text, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_comes_back_as_what_it_stands_for() {
        for text in ["{{ .spectro.var.host }}", "{{-.Spectro.cluster\n}}", "ä"] {
            let word = word(text);
            assert!(word.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()), "{word}");
            assert_eq!(meant(&word).as_deref(), Some(text));
            assert_eq!(restored(&format!("a-{word}-{word}.b")), format!("a-{text}-{text}.b"));
            let document = json!({"a": [word.clone()], word.clone(): 1});
            assert_eq!(restored_document(document), json!({"a": [text], text: 1}));
        }
    }

    #[test]
    fn what_is_no_whole_word_stays() {
        let word = word("{{ .spectro.var.host }}");
        for text in ["", "plain", START, "zpalettezz", "zpalettez1z", "zpalettezffz", &word[..word.len() - 1]] {
            assert_eq!(restored(text), text);
            assert_eq!(meant(text), None);
        }
        assert_eq!(meant(&format!("{word}x")), None);
        assert!(is_cut(&restored(&word[..20])) && !is_cut(&restored(&word)));
    }
}
