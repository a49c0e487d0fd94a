//! Hides what may be secret before it is shown: values can hold tokens and passwords.

use serde_json::Value;

/// What stands in the place of a hidden value.
pub const MASK: &str = "***";

const SECRET_WORDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "credential",
    "privatekey",
    "accesskey",
    "connectionstring",
];

/// Whether a key, such as `clientSecret` or `api-key`, names something that is not to be shown. Names of objects that
/// hold secrets (`secretName`, `tokenRef`) are no secrets themselves.
pub fn is_secret_key(key: &str) -> bool {
    let key: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let is_name =
        ["name", "ref", "names", "refs", "namespace", "enabled", "ttl"].iter().any(|suffix| key.ends_with(suffix));
    !is_name && SECRET_WORDS.iter().any(|word| key.contains(word))
}

/// The lines of a YAML text, one for one, without what may be secret. Works on text that is not valid YAML, too.
pub fn lines(text: &str) -> Vec<String> {
    let mut state = State::default();
    text.lines().map(|line| state.mask(line)).collect()
}

/// A JSON value at `path` without what may be secret: whole when a step of the path is, else by its own keys.
pub fn value(path: &[&str], value: &Value) -> Value {
    if path.iter().any(|step| is_secret_key(step)) && !value.is_null() { Value::from(MASK) } else { masked(value) }
}

fn masked(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let is_secret_object = fields.get("kind").and_then(Value::as_str) == Some("Secret");
            let names_secret = fields.get("name").and_then(Value::as_str).is_some_and(is_secret_key);
            let hidden = |key: &str| {
                is_secret_key(key)
                    || (is_secret_object && matches!(key, "data" | "stringData"))
                    || (names_secret && key == "value")
            };
            let field = |(key, value): (&String, &Value)| {
                (key.clone(), if hidden(key) && !value.is_null() { Value::from(MASK) } else { masked(value) })
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::String(text) if text.contains('\n') => Value::from(lines(text).join("\n")),
        _ => value.clone(),
    }
}

#[derive(Default)]
struct State {
    /// The indentation of the secret key whose value goes on in deeper lines.
    hidden_below: Option<usize>,
    /// Whether the document at hand is a Secret.
    is_secret_object: bool,
    /// Whether the last `name:` of a list item named a secret.
    names_secret: bool,
}

impl State {
    fn mask(&mut self, line: &str) -> String {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if content.is_empty() {
            return line.to_owned();
        }
        if content.starts_with("---") {
            *self = Self::default();
        }
        if let Some(below) = self.hidden_below {
            if indent > below || (indent == below && content.starts_with("- ")) {
                return format!("{}{MASK}", &line[..indent]);
            }
            self.hidden_below = None;
        }
        if content == "kind: Secret" {
            self.is_secret_object = true;
        }
        let starts_item = content.starts_with("- ");
        let Some((start, key, rest)) = self.secret_in(line) else {
            let key_value = content.trim_start_matches("- ").split_once(':');
            if let Some(("name", name)) = key_value.map(|(key, value)| (key.trim(), value.trim())) {
                self.names_secret = is_secret_key(name.trim_matches(['"', '\'']));
            } else if starts_item {
                self.names_secret = false;
            }
            return line.to_owned();
        };
        let shift = content.len() - content.trim_start_matches("- ").len();
        if start == indent + shift {
            self.hidden_below = Some(indent + shift);
        }
        let shown = &line[..start + key];
        if rest.is_empty() { shown.to_owned() } else { format!("{shown} {MASK}") }
    }

    /// The first secret key of a line: where it starts, its length with the colon, and the value behind it.
    fn secret_in<'l>(&self, line: &'l str) -> Option<(usize, usize, &'l str)> {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '"' | '\'');
        line.match_indices([':', '=']).find_map(|(colon, _)| {
            let start = line[..colon]
                .rfind(|letter| !is_word(letter))
                .map_or(0, |at| at + line[at..].chars().next().map_or(1, char::len_utf8));
            let key = line[start..colon].trim_matches(['"', '\'']).trim_start_matches('-');
            let hidden = is_secret_key(key)
                || (self.is_secret_object && matches!(key, "data" | "stringData"))
                || (self.names_secret && key == "value");
            hidden.then(|| (start, colon + 1 - start, line[colon + 1..].trim()))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(lines(text).join("\n"), expected.trim_end_matches('\n'), "{text}");
        assert_eq!(lines(text).len(), text.lines().count(), "one line for one");
    }

    #[test]
    fn hides_the_values_of_secret_keys() {
        check("user: me\npassword: hunter2\n", "user: me\npassword: ***");
        check("  oidc-client-secret: \"abc\"  # why\n", "  oidc-client-secret: ***");
        check("\"apiKey\": x\n", "\"apiKey\": ***");
        check("- api_key: x\n  a: b\n", "- api_key: ***\n  a: b");
        check("auth: {user: a, password: b, c: d}\n", "auth: {user: a, password: ***");
        check("args: [--token=abc]\n", "args: [--token= ***");
    }

    #[test]
    fn hides_all_lines_of_a_block() {
        check("privateKey: |\n  line one\n\n  line two\nnext: shown\n", "privateKey: ***\n  ***\n\n  ***\nnext: shown");
        check(
            "tokens:\n- a\n- b\nnext: shown\n",
            "tokens:\n- ***\n- ***\nnext: shown".replace("- ***", "***").as_str(),
        );
        check("credentials:\n  user: a\nnext: shown\n", "credentials:\n  ***\nnext: shown");
    }

    #[test]
    fn hides_the_data_of_a_secret_and_of_no_other_object() {
        check(
            "kind: Secret\ndata:\n  a: eA==\n---\nkind: ConfigMap\ndata:\n  a: x\n",
            "kind: Secret\ndata:\n  ***\n---\nkind: ConfigMap\ndata:\n  a: x",
        );
    }

    #[test]
    fn hides_the_value_behind_a_secret_name() {
        check(
            "- name: DB_PASSWORD\n  value: x\n- name: PORT\n  value: \"80\"\n",
            "- name: DB_PASSWORD\n  value: ***\n- name: PORT\n  value: \"80\"",
        );
    }

    #[test]
    fn shows_names_of_objects_that_hold_secrets() {
        check(
            "secretName: tls\ntokenRef: a\n# password in a comment\n",
            "secretName: tls\ntokenRef: a\n# password in a comment",
        );
    }

    #[test]
    fn hides_in_json_by_path_and_by_key() {
        assert_eq!(value(&["a", "clientSecret"], &json!("x")), json!("***"));
        assert_eq!(
            value(&["a"], &json!({"token": "x", "b": [{"name": "A_TOKEN", "value": "y"}]})),
            json!({"token": "***", "b": [{"name": "A_TOKEN", "value": "***"}]})
        );
        assert_eq!(value(&[], &json!({"kind": "Secret", "stringData": {"a": "b"}}))["stringData"], json!("***"));
        assert_eq!(value(&["token"], &json!(null)), json!(null));
    }

    #[test]
    fn text_in_any_script_is_no_danger() {
        check("ключ: значение → {токен: x}\nétoken: ü\n", "ключ: значение → {токен: x}\nétoken: ***");
    }
}
