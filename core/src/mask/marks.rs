//! Tells in one reading which texts can hold a secret that shows by its look.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Something of this stands in whatever [`spots`](super::spots) and [`commands`](super::commands) hide, in small letters.
const MARKS: [&str; 14] = [
    "://",
    "bearer",
    "basic",
    "token",
    "digest",
    "apikey",
    "negotiate",
    "-----begin",
    "ls0tls1crudjti",
    "-u",
    "-h",
    "mysql",
    "mariadb",
    "chpasswd",
];

/// Whether a text has one of them. Most lines have none, and then no rule has to look for its own.
pub(super) fn has(text: &str) -> bool {
    static AUTOMATON: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(MARKS).ok());
    text.contains('<') || AUTOMATON.as_ref().is_none_or(|it| it.is_match(text))
}

/// Whether a text is one word without any sign that a key, a flag or a secret by its look needs.
pub(super) fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'/' | b'-');
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain) && (text.len() < 14 || !has(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{commands, spots};

    /// Pieces of lines in which the other files of this folder find secrets, and pieces between them.
    const PIECES: [&str; 34] = [
        "",
        " ",
        "\"",
        "x",
        "1:2",
        "a:b",
        "pw1",
        "user: ",
        "=",
        "|",
        "https://",
        "u:p@h",
        "Authorization: ",
        ": ",
        "Bearer ",
        "basic ",
        "TOKEN ",
        "digest ",
        "ApiKey ",
        "negotiate ",
        "-----BEGIN ",
        "PRIVATE KEY",
        "LS0tLS1CRUdJTiBSU0Eg",
        "-u ",
        "--user=",
        "--proxy-user ",
        "-H ",
        "--header ",
        "X-Auth-T: v",
        "mysql -pw",
        "mariadb -p w",
        "chpasswd <<< ",
        "echo ",
        "<password>a</password>",
    ];

    fn lines() -> impl Iterator<Item = String> {
        let all = || PIECES.iter();
        all().flat_map(move |a| all().flat_map(move |b| all().map(move |c| format!("{a}{b}{c}"))))
    }

    #[test]
    fn what_has_no_mark_has_no_secret_by_its_look() {
        let mut hidden = 0;
        for line in lines() {
            let shown = spots::without_credentials(&spots::without_user_information(&line));
            let is_shown = commands::without_passwords(&shown) == line && spots::private_key(&line).is_none();
            assert!(is_shown || has(&line), "{line}");
            hidden += usize::from(!is_shown);
        }
        assert!(hidden > 1_000, "{hidden} lines have a secret");
    }

    #[test]
    fn a_word_has_nothing_to_hide() {
        for line in lines().filter(|line| is_word(line)) {
            assert_eq!(crate::mask::lines(&line), [line]);
        }
        assert!(is_word("v1.2_x/y-z") && is_word("1"));
        assert!(
            ["", "-p", "--token", "a b", "a:b", "a=b", "a\n", "<a>", "LS0tLS1CRUdJTiBSU0Eg"]
                .iter()
                .all(|it| !is_word(it))
        );
    }
}
