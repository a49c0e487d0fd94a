//! Finds command-line flags that take a secret, such as `--token`.

use super::keys;

/// The end of the first flag in `text` that names a secret and is followed by its value as a word of its own.
pub(super) fn secret_flag(text: &str) -> Option<usize> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    text.match_indices('-').find_map(|(at, _)| {
        if text[..at].chars().next_back().is_some_and(|before| is_word(before) || before.is_alphanumeric()) {
            return None;
        }
        let end = text[at..].find(|letter| !is_word(letter)).map_or(text.len(), |length| at + length);
        let with_value = text[end..].starts_with(['=', ':']);
        (!with_value && keys::is_secret_key(text[at..end].trim_start_matches('-'))).then_some(end)
    })
}

/// Whether `text` ends in such a flag, so that what follows the text is its value.
pub(super) fn ends_in_secret_flag(text: &str) -> bool {
    secret_flag(text).is_some_and(|end| is_bare(&text[end..]))
}

/// Whether nothing but quotes, commas, brackets or a comment follows a flag.
pub(super) fn is_bare(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['"', '\'', ',', ']', '\\']).trim_start();
    rest.starts_with('#') || !rest.contains(|letter: char| !matches!(letter, '"' | '\'' | ',' | ']' | '\\' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_flags_and_no_parts_of_words() {
        assert_eq!(secret_flag("run --token x"), Some(11));
        assert_eq!(secret_flag("run my-token x"), None);
        assert_eq!(secret_flag("--token=x"), None, "the sign tells already");
        assert_eq!(secret_flag("- token"), None);
        assert_eq!(secret_flag("ü-token → --pwd"), secret_flag("ü-token → --pwd").filter(|end| *end > 10));
        assert!(ends_in_secret_flag("\"--token\",") && !ends_in_secret_flag("--token x"));
    }
}
