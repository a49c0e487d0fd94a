//! Tells which keys name something that is not to be shown.

use std::{borrow::Cow, sync::LazyLock};

use aho_corasick::AhoCorasick;
use serde_json::{Map, Value};

/// Found anywhere in a key, however it is written.
const SECRET_WORDS: [&str; 25] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passkey",
    "presharedkey",
    "pwd",
    "secret",
    "token",
    "apikey",
    "credential",
    "privatekey",
    "accesskey",
    "accountkey",
    "authkey",
    "clientkey",
    "encryptionkey",
    "masterkey",
    "signingkey",
    "sshkey",
    "tlskey",
    "connectionstring",
    "dockerconfigjson",
    "dockercfg",
    "bearer",
];

/// Words of their own in a key.
const SHORT_WORDS: [&str; 2] = ["pass", "psk"];

/// Endings of keys that name an object or a setting, not what is secret.
const NAME_ENDINGS: [&str; 7] = ["name", "ref", "names", "refs", "namespace", "enabled", "ttl"];

/// Whether a key, such as `clientSecret` or `api-key`, names something that is not to be shown. Names of objects that
/// hold secrets (`secretName`, `tokenRef`) are no secrets themselves.
pub fn is_secret_key(key: &str) -> bool {
    // Most keys hold none of the words, and most are written without signs: they need no text of their own.
    let letters = match key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        true => Cow::Borrowed(key),
        false => Cow::Owned(key.chars().filter(char::is_ascii_alphanumeric).collect()),
    };
    if !WORDS.as_ref().is_none_or(|words| words.is_match(&*letters)) {
        return false;
    }
    let plain = letters.to_ascii_lowercase();
    let is_name = NAME_ENDINGS.iter().any(|ending| plain.ends_with(ending));
    // Short words are looked for word by word, which is done only where one can be.
    let has_short = || SHORT_WORDS.iter().any(|word| plain.contains(word)) && has_short_word(key, &plain);
    !is_name && (SECRET_WORDS.iter().any(|word| plain.contains(word)) || has_short())
}

/// Each key of a text is asked for, so that all words are looked for in one reading.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(SECRET_WORDS.iter().chain(&SHORT_WORDS)).ok()
});

/// `pass`, `dbPass`, `db_pass_1`, `db.passw` and `wpa_psk`, and neither `passthrough` nor `bypass`.
fn has_short_word(key: &str, plain: &str) -> bool {
    let ends = plain.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if ends.ends_with("pass") && !["bypass", "compass", "encompass", "trespass"].iter().any(|it| ends.ends_with(it)) {
        return true;
    }
    if ends.ends_with("passw") || ends.ends_with("psk") {
        return true;
    }
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in key.chars() {
        if !letter.is_ascii_alphabetic() || (letter.is_ascii_uppercase() && was_lower) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_ascii_alphabetic(), words.last_mut()) {
            word.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase();
    }
    words.iter().any(|word| matches!(word.as_str(), "pass" | "passw" | "psk"))
}

/// Whether the entry `key` of an object is hidden: by its name, as data of a Secret, or as the value behind a `name` that
/// names a secret.
pub(crate) fn is_hidden(key: &str, fields: &Map<String, Value>) -> bool {
    is_hidden_in(key, fields, false) || (key == "items" && kind(fields) == Some("SecretList"))
}

/// As [`is_hidden`]; the items of a list of Secrets are Secrets without saying so.
pub(super) fn is_hidden_in(key: &str, fields: &Map<String, Value>, in_secrets: bool) -> bool {
    is_secret_key(key)
        || (is_data(key) && (in_secrets || kind(fields) == Some("Secret")))
        || (is_value(key)
            && NAMES.iter().any(|name| fields.get(*name).and_then(Value::as_str).is_some_and(is_secret_name)))
        || (is_setting(key) && is_sensitive(fields))
        || fields.get(key).and_then(Value::as_str).is_some_and(|text| is_secret_text(key, text))
}

pub(super) fn kind(fields: &Map<String, Value>) -> Option<&str> {
    fields.get("kind").and_then(Value::as_str).map(str::trim)
}

/// Whether what has this `name`, such as an environment variable or a header, has a secret value.
pub(super) fn is_secret_name(name: &str) -> bool {
    is_secret_key(name.trim()) || name.trim().eq_ignore_ascii_case("authorization")
}

/// Whether a profile variable says that it is sensitive.
pub(super) fn is_sensitive(fields: &Map<String, Value>) -> bool {
    matches!(fields.get("isSensitive"), Some(Value::Bool(true)))
        || fields.get("isSensitive").and_then(Value::as_str).is_some_and(|text| text.trim() == "true")
}

/// The keys that name what stands beside them.
const NAMES: [&str; 2] = ["name", "key"];

/// Whether a key holds the value behind a `name` or a `key`.
pub(super) fn is_value(key: &str) -> bool {
    matches!(key, "value" | "defaultValue" | "val")
}

/// Whether a key of a profile variable holds its value, or the values that it may take.
pub(super) fn is_setting(key: &str) -> bool {
    is_value(key) || key == "options"
}

/// Whether `text` is a key as machines make them, and `key` says that it is one: `key`, `hmacKey` and not `publicKey`.
pub(super) fn is_long_key(key: &str, text: &str) -> bool {
    let is_key = || {
        let key = key.to_ascii_lowercase();
        key.contains("key") && !key.contains("pub")
    };
    looks_made(text.trim()) && is_key()
}

/// Whether `key` and the look of `text` together say that it is secret.
pub(super) fn is_secret_text(key: &str, text: &str) -> bool {
    is_long_key(key, text) || is_credential(key, text)
}

/// Whether the header `Authorization` holds a scheme and a credential.
fn is_credential(key: &str, text: &str) -> bool {
    key.trim().eq_ignore_ascii_case("authorization") && text.trim().contains(' ')
}

/// Whether a text has no words in it: 20 or more letters and digits that change their kind as often as chance has it.
/// Labels (`topology.kubernetes.io/zone`), addresses and paths are made of words.
fn looks_made(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_.:~-".contains(&byte);
    if text.len() < 20 || text.starts_with('/') || text.contains("://") || !text.bytes().all(is_plain) {
        return false;
    }
    let kinds: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| if byte.is_ascii_digit() { 0 } else { 1 + u8::from(byte.is_ascii_uppercase()) })
        .collect();
    let turns = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    // Letters of both cases alone are told from words in camel case by their more frequent turns.
    let (share, of) = if kinds.contains(&0) { (3, 10) } else { (5, 10) };
    turns * of >= share * kinds.len().saturating_sub(1)
}

/// Whether a key holds the content of a Secret.
pub(super) fn is_data(key: &str) -> bool {
    matches!(key, "data" | "stringData")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_many_words_for_secrets() {
        for key in [
            "pwd",
            "db-pwd",
            "pass",
            "DB_PASS",
            "dbPass",
            "dbpass",
            "smtpPass2",
            "pass_old",
            "encryptionKey",
            "ssh_key",
            "sshKey",
            ".dockerconfigjson",
            "client-key-data",
            "tls.key",
            "api-key",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn a_key_with_a_long_made_value_is_a_secret_and_a_word_is_not() {
        for (key, value) in [
            ("key", "3b241101e2bb42558caf4136c566a962"),
            ("hmacKey", "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA=="),
            ("license-key", "550e8400-e29b-41d4-a716-446655440000"),
            ("key", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
            ("fooKey", "QwErTyUiOpAsDfGhJkLzXcVb"),
        ] {
            assert!(is_long_key(key, value), "{key}: {value}");
        }
        for (key, value) in [
            ("publicKey", "3b241101e2bb42558caf4136c566a962"),
            ("pubkey", "3b241101e2bb42558caf4136c566a962"),
            ("digest", "3b241101e2bb42558caf4136c566a962"),
            ("topologyKey", "topology.kubernetes.io/zone"),
            ("key", "node-role.kubernetes.io/control-plane"),
            ("key", "node.kubernetes.io/unschedulable"),
            ("keyFile", "/etc/kubernetes/pki/apiserver-kubelet-client-2024.pem"),
            ("keyUrl", "https://example.org/a1b2c3d4e5f6a7b8"),
            ("kmsKey", "some words with spaces 1a2b3c4d"),
            ("key", "3b241101e2bb4255"),
            ("key", "thisIsALongCamelCaseName"),
        ] {
            assert!(!is_long_key(key, value), "{key}: {value}");
        }
    }

    #[test]
    fn shows_names_and_words_that_only_look_alike() {
        for key in
            ["secretName", "tokenRef", "secretKeyRef", "bypass", "passthrough", "sslPassthrough", "key", "tls.crt"]
        {
            assert!(!is_secret_key(key), "{key}");
        }
    }
}
