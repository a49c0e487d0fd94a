//! Tells which keys name something that is not to be shown.

use serde_json::{Map, Value};

/// Found anywhere in a key, however it is written.
const SECRET_WORDS: [&str; 24] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passkey",
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

/// Endings of keys that name an object or a setting, not what is secret.
const NAME_ENDINGS: [&str; 7] = ["name", "ref", "names", "refs", "namespace", "enabled", "ttl"];

/// Whether a key, such as `clientSecret` or `api-key`, names something that is not to be shown. Names of objects that
/// hold secrets (`secretName`, `tokenRef`) are no secrets themselves.
pub fn is_secret_key(key: &str) -> bool {
    let plain: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let is_name = NAME_ENDINGS.iter().any(|ending| plain.ends_with(ending));
    !is_name && (SECRET_WORDS.iter().any(|word| plain.contains(word)) || has_word_pass(key, &plain))
}

/// `pass`, `dbPass` and `db_pass_1`, and neither `passthrough` nor `bypass`.
fn has_word_pass(key: &str, plain: &str) -> bool {
    let ends = plain.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if ends.ends_with("pass") && !["bypass", "compass", "encompass", "trespass"].iter().any(|it| ends.ends_with(it)) {
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
    words.iter().any(|word| word == "pass")
}

/// Whether the entry `key` of an object is hidden: by its name, as data of a Secret, or as the value behind a `name` that
/// names a secret.
pub(crate) fn is_hidden(key: &str, fields: &Map<String, Value>) -> bool {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::trim);
    is_secret_key(key)
        || (is_data(key) && text("kind") == Some("Secret"))
        || (key == "value" && text("name").is_some_and(is_secret_key))
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
    fn shows_names_and_words_that_only_look_alike() {
        for key in
            ["secretName", "tokenRef", "secretKeyRef", "bypass", "passthrough", "sslPassthrough", "key", "tls.crt"]
        {
            assert!(!is_secret_key(key), "{key}");
        }
    }
}
