//! Hides what may be secret before it is shown: values can hold tokens and passwords.

use serde_json::Value;

mod context;
mod flags;
mod keys;
mod leftover;
mod spots;
mod structure;
mod text;
mod values;

pub use context::Context;
pub(crate) use keys::is_hidden;
pub use keys::is_secret_key;

/// What stands in the place of a hidden value.
pub const MASK: &str = "***";

/// The lines of a YAML text, one for one, without what may be secret. Works on text that is not valid YAML, too.
pub fn lines(text: &str) -> Vec<String> {
    let mut lines = text::lines(text);
    leftover::hide(text, &mut lines);
    lines
}

/// A JSON value at `path` without what may be secret: whole when a step of the path is, else by its own keys.
pub fn value(path: &[&str], value: &Value) -> Value {
    if path.iter().any(|step| is_secret_key(step)) && !value.is_null() {
        return Value::from(MASK);
    }
    match value {
        Value::String(text) => Value::from(lines(text).join("\n")),
        _ => values::masked(value),
    }
}

/// Whether what may be secret is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// `***` stands in its place.
    #[default]
    Hidden,
    /// As it is.
    Shown,
}

impl Secrets {
    /// The lines of a YAML text, one for one; see [`lines_with`].
    pub fn lines(self, text: &str, context: &Context) -> Vec<String> {
        match self {
            Self::Hidden => lines_with(text, context),
            Self::Shown => text.lines().map(str::to_owned).collect(),
        }
    }

    /// A JSON value at `path`; see [`value_with`].
    pub fn value(self, path: &[&str], value: &Value, context: &Context) -> Value {
        match self {
            Self::Hidden => value_with(path, value, context),
            Self::Shown => value.clone(),
        }
    }
}

/// As [`lines`], and without what `context` knows to be secret.
pub fn lines_with(text: &str, context: &Context) -> Vec<String> {
    let _ = context;
    lines(text)
}

/// As [`value`], and without what `context` knows to be secret.
pub fn value_with(path: &[&str], value: &Value, context: &Context) -> Value {
    if context.hides(path) && !value.is_null() {
        return Value::from(MASK);
    }
    self::value(path, value)
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

    /// Neither the text nor the value that it says shows what was planted; the neighbours are shown.
    fn hides(text: &str, shown: &[&str]) {
        let masked = lines(text);
        assert_eq!(masked.len(), text.lines().count(), "one line for one");
        let by_lines = text::lines(text).join("\n");
        assert!(!by_lines.contains("hunter"), "lines alone: {text}\n→\n{by_lines}");
        let masked = masked.join("\n");
        assert!(!masked.contains("hunter") && masked.contains("***"), "{text}\n→\n{masked}");
        shown.iter().for_each(|it| assert!(masked.contains(it), "{it:?} of {text}\n→\n{masked}"));
        let document = value(&[], &crate::yaml::parse(text).unwrap()).to_string();
        assert!(!document.contains("hunter") && document.contains("***"), "{text}\n→\n{document}");
        let as_text = value(&[], &json!(text)).to_string();
        assert!(!as_text.contains("hunter"), "{as_text}");
    }

    #[test]
    fn a_secret_is_known_by_a_kind_that_comes_later() {
        hides(
            "apiVersion: v1\ndata:\n  a: hunter\nkind: Secret\nmetadata:\n  name: x\n",
            &["data:\n  ***", "kind: Secret", "  name: x"],
        );
        for kind in ["kind: \"Secret\"", "kind: 'Secret'  # why", "\"kind\": Secret", "kind : Secret"] {
            hides(&format!("- stringData:\n    a: hunter\n  {kind}\n- b: 1\n"), &["- b: 1"]);
        }
    }

    #[test]
    fn a_secret_inside_values_is_hidden_and_its_neighbours_are_not() {
        hides(
            "obj:\n  stringData: {a: hunter}\n  kind: Secret # why\nother:\n  kind: ConfigMap\n  data:\n    a: shown\n",
            &["    a: shown"],
        );
        hides(
            "objs:\n-   data:\n        a: hunter\n    kind: \"Secret\"\n-   kind: ConfigMap\n    data:\n        a: shown\n",
            &["        a: shown"],
        );
        hides(
            "text: |\n  kind: ConfigMap\n  data:\n    a: shown\n  ---\n  data:\n    a: hunter\n  kind: Secret\n",
            &["a: shown"],
        );
        hides("o:\n    data:\n        a: hunter\n# why\n    kind: Secret\n", &["# why"]);
        check(
            "data:\n  a: hunter\n{{- if .x }}\nkind: Secret\n{{- end }}\n",
            "data:\n  ***\n{{- if .x }}\nkind: Secret\n{{- end }}",
        );
    }

    #[test]
    fn json_manifests_are_masked() {
        hides("{\"kind\":\"Secret\",\"stringData\":{\"a\":\"hunter\"}}", &["{\"kind\":\"Secret\","]);
        hides("{\"data\":{\"a\":\"hunter\"},\n\"kind\":\"Secret\"}", &[]);
        hides(
            "{\n  \"data\": {\n    \"a\": \"hunter\"\n  },\n  \"kind\": \"Secret\"\n}\n",
            &["  },\n  \"kind\": \"Secret\"\n}"],
        );
        hides("json: '{\"password\": \"hunter\"}'\nb: 1\n", &["b: 1"]);
        hides("json: \"{\\\"password\\\": \\\"hunter\\\"}\"\nb: 1\n", &["b: 1"]);
    }

    #[test]
    fn arguments_are_masked() {
        hides("args: [\"--token=hunter\"]\nb: 1\n", &["b: 1"]);
        hides("args:\n- --token\n- hunter\n- --verbose\nb: 1\n", &["- --token\n***\n- --verbose\nb: 1"]);
        hides("args:\n  - \"--token\"\n  # why\n  - |\n    hunter\n  - shown\n", &["  # why\n", "  - shown"]);
        hides("args: [\"--token\", \"hunter\"]\nb: 1\n", &["b: 1"]);
        hides("args: [\n  \"--token\",\n  \"hunter\",\n  \"shown\"\n]\n", &["shown"]);
        hides("command: tool --password hunter --b\nc: 1\n", &["tool --password ***", "c: 1"]);
    }

    #[test]
    fn odd_spaces_are_no_way_out() {
        hides("-   password: |\n      hunter\n    next: shown\n- b: 1\n", &["    next: shown\n- b: 1"]);
        hides("password : hunter\nb: 1\n", &["b: 1"]);
        hides("auth: {user: a, password:\n  hunter }\nb: 1\n", &["user: a", "b: 1"]);
        check("auth: {user: a, password:\nhunter }\nb: 1\n", "auth: {user: a, password:\n***\nb: 1");
        hides("auth: {\n  password:\n  hunter,\n  b: shown }\n", &["b: shown"]);
        check("password: \"a\nhunter\"\nb: 1\n", "password: ***\n***\nb: 1");
        hides("\"my token\": |\n  hunter\nb: 1\n", &["b: 1"]);
    }

    #[test]
    fn a_value_is_hidden_before_and_behind_its_name() {
        hides("- value: hunter\n  name: DB_PASSWORD\n- value: shown\n  name: PORT\n", &["- value: shown"]);
        hides("- {value: hunter, name: DB_PASSWORD}\n- {name: PORT, value: shown}\n", &["value: shown"]);
    }

    #[test]
    fn private_keys_and_users_of_urls_are_masked() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\n  hunter\n  -----END RSA PRIVATE KEY-----";
        hides(&format!("tls.key: |\n  {key}\nb: 1\n"), &["tls.key:", "b: 1"]);
        hides(&format!("file: |\n  {key}\n  shown\nb: 1\n"), &["file: |\n  ***\n", "  shown\nb: 1"]);
        hides(
            "a: https://user:hunter@host/x\nb: postgres://u:hunter@h\n",
            &["a: https://***@host/x\nb: postgres://***@h"],
        );
    }

    #[test]
    fn more_words_for_secrets_are_masked() {
        for key in ["pwd", "pass", "encryptionKey", "sshKey", ".dockerconfigjson", "dockerconfigjson"] {
            hides(&format!("{key}: hunter\nb: 1\n"), &["b: 1"]);
        }
    }

    #[test]
    fn what_the_lines_do_not_tell_the_yaml_does() {
        let text = "- {value: hunter,\n   b: 1,\n name: DB_PASSWORD}\n- c\n";
        let masked = lines(text).join("\n");
        assert!(!masked.contains("hunter") && masked.contains("- c"), "{masked}");
        let text = "? password\n: hunter\nb: 1\n";
        assert_eq!(lines(text).join("\n"), "? password\n: ***\nb: 1");
    }

    #[test]
    fn comments_are_kept_and_hide_nothing_live() {
        check(
            "# the port\na: # the token: of b\n  b: 1\n#  password: |\n#    hunter\n     c: 1\npassword: x\n# why\nport: 1\n",
            "# the port\na: # the token: ***\n  b: 1\n#  password: ***\n#    ***\n     c: 1\npassword: ***\n# why\nport: 1",
        );
    }

    #[test]
    fn broken_text_is_masked_line_by_line_and_never_panics() {
        check("a: [\npassword: hunter\nb: }\n", "a: [\npassword: ***\nb: }");
        let alphabet = [
            "-",
            " ",
            ":",
            "=",
            "\"",
            "'",
            "ü",
            "→",
            "{",
            "}",
            "[",
            "#",
            "\n",
            "\t",
            "kind: Secret",
            "data",
            "token",
            "://",
            "@",
            "\\",
            "|",
            "\u{a0}",
            "-----BEGIN PRIVATE KEY",
            "--pwd",
            "name",
            "value",
            ",",
        ];
        let mut seed = 7_usize;
        for _ in 0..20_000 {
            let text: String = (0..14)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    alphabet[(seed >> 33) % alphabet.len()]
                })
                .collect();
            assert_eq!(lines(&text).len(), text.lines().count(), "{text:?}");
        }
    }
}
