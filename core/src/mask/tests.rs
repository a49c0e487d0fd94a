//! Secrets in every shape, hidden in texts and in JSON.

use serde_json::json;

use super::*;
use crate::{
    pack::Pack,
    profile::{AttachedProfile, PublishedProfile},
};

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
    check("tokens:\n- a\n- b\nnext: shown\n", "tokens:\n- ***\n- ***\nnext: shown".replace("- ***", "***").as_str());
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
    let by_lines = text::lines(text, context::NOTHING).join("\n");
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
    hides("a: https://user:hunter@host/x\nb: postgres://u:hunter@h\n", &["a: https://***@host/x\nb: postgres://***@h"]);
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
        "Authorization: Bearer ",
        "&a ",
        "*a",
        "registry:",
        "login",
        "isSensitive: true",
        "curl -u ",
        "mysql -p",
        "-H 'x-auth: ",
        "| chpasswd",
        "echo ",
        "<password>",
        "</",
    ];
    let context = registry();
    let mut seed = 7_usize;
    for _ in 0..20_000 {
        let text: String = (0..14)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                alphabet[(seed >> 33) % alphabet.len()]
            })
            .collect();
        assert_eq!(lines_with(&text, &context).len(), text.lines().count(), "{text:?}");
    }
}

#[test]
fn a_long_key_is_hidden_and_a_label_is_shown() {
    let made = "hunter7Yq2Lw9Xk4Rt8Zb3";
    hides(&format!("key: {made}\ntopologyKey: topology.kubernetes.io/zone\n"), &["zone"]);
    hides(&format!("a: {{hmacKey: \"{made}\", b: 1}}\nc: 1\n"), &["c: 1"]);
    hides(&format!("args: [--signature-key={made}]\nb: 1\n"), &["b: 1"]);
    check(
        &format!("publicKey: {made}\nkeyName: {made}x\nkeys: [a, b]\n").replace("keyName", "pubKeyName"),
        &format!("publicKey: {made}\npubKeyName: {made}x\nkeys: [a, b]"),
    );
    assert_eq!(value(&["spec", "key"], &json!(made)), json!("***"));
    assert_eq!(
        value(&["spec", "key", ""], &json!("topology.kubernetes.io/zone")),
        json!("topology.kubernetes.io/zone")
    );
}

#[test]
fn credentials_of_http_are_hidden_wherever_they_stand() {
    hides("headers:\n  Authorization: Bearer hunter\nb: 1\n", &["Authorization: Bearer ***", "b: 1"]);
    hides("headers:\n- name: Authorization\n  value: Bearer hunter\n- name: Accept\n  value: text\n", &["value: text"]);
    hides("run: \"curl -H 'Authorization: Basic hunter' https://h\"\nb: 1\n", &["https://h", "b: 1"]);
    hides("note: Bearer hunter7\nb: 1\n", &["b: 1"]);
    check("authorization:\n  mode: Webhook\n", "authorization:\n  mode: Webhook");
}

#[test]
fn lists_of_secrets_are_masked() {
    let item = "metadata: {name: shown}\n  stringData:\n    a: hunter\n";
    hides(&format!("apiVersion: v1\nkind: SecretList\nitems:\n- {item}"), &["name: shown"]);
    hides(&format!("items:\n- {item}kind: SecretList\n"), &["name: shown"]);
    hides(
        &format!("kind: List\nitems:\n- kind: Secret\n  {item}- kind: ConfigMap\n  data:\n    a: fine\n"),
        &["a: fine"],
    );
    hides("{\"kind\": \"SecretList\", \"items\": [{\"data\": {\"a\": \"hunter\"}}]}", &[]);
}

#[test]
fn every_document_of_a_manifest_is_judged_by_itself() {
    let text = "kind: ConfigMap\ndata: {a: one}\n---\nkind: Secret\nstringData: {a: hunter}\n---\nkind: ConfigMap\ndata: {a: two}\n";
    let masked = lines(text).join("\n");
    assert!(!masked.contains("hunter") && masked.contains("{a: one}") && masked.contains("{a: two}"), "{masked}");
}

#[test]
fn private_keys_are_hidden_under_any_key_and_in_any_quotes() {
    let begin = "-----BEGIN EC PRIVATE KEY-----";
    for text in [
        format!("motd: |\n  {begin}\n  hunter\n  -----END EC PRIVATE KEY-----\nb: 1\n"),
        format!("motd: \"{begin}\\nhunter\\n-----END EC PRIVATE KEY-----\"\nb: 1\n"),
        format!("motd: >-\n  shown\n  {begin}\n  hunter\n  -----END EC PRIVATE KEY-----\nb: 1\n"),
    ] {
        hides(&text, &["b: 1"]);
    }
}

#[test]
fn what_an_alias_repeats_of_a_secret_is_secret_in_all_its_places() {
    check("password: &p hunter22\nother: *p\n", "password: ***\nother: *p");
    let text = "other: &p hunter22\npassword: *p\nb: 1\n";
    assert_eq!(lines(text).join("\n"), "other: &p ***\npassword: ***\nb: 1");
    check("other: &p |\n  hunter22\nauth: {token: *p}\nb: 1\n", "other: &p |\n  ***\nauth: {token: ***\nb: 1");
    for text in [text, "password: &p hunter22\nother: *p\n", "a: &all {password: hunter22}\nb: {x: 1, <<: *all}\n"] {
        let pack = json!({"name": "p", "values": text});
        let context = Context::of_pack(&Pack::new(&pack, "p".into()));
        let document = crate::yaml::parse(text).unwrap();
        let masked = value_with(&[], &document, &context).to_string();
        assert!(!masked.contains("hunter") && masked.contains("***"), "{masked}");
        if let Some(other) = document.get("other") {
            assert_eq!(value_with(&["other"], other, &context), json!("***"));
        }
    }
}

#[test]
fn an_anchor_whose_alias_is_a_secret_is_hidden_by_the_lines_alone() {
    hides_in_text("x: &p hunter\npassword: *p\nb: 1\n", &["x: &p ***\n", "b: 1"]);
    hides_in_text("x: &p |\n  hunter\n  hunter\nauth:\n  tokens: [*p]\nb: &c 1\n", &["b: &c 1"]);
    hides_in_text("x: {y: &p hunter, z: 1}\ncredentials:\n  a: *p\nb: 1\n", &["x: {y: &p ***", "b: 1"]);
    check("x: &p shown\nother: *p\npassword: a\n", "x: &p shown\nother: *p\npassword: ***");
    let manifest = json!({"manifest": "x: &p hunter\npassword: *p\n"});
    assert!(!value(&[], &manifest).to_string().contains("hunter"), "a text inside JSON");
}

/// As [`hides`], for what JSON cannot tell.
fn hides_in_text(text: &str, shown: &[&str]) {
    let masked = text::lines(text, context::NOTHING).join("\n");
    assert!(!masked.contains("hunter"), "{text}\n→\n{masked}");
    shown.iter().for_each(|it| assert!(masked.contains(it), "{it:?} of {text}\n→\n{masked}"));
}

#[test]
fn a_value_is_hidden_behind_a_key_that_names_a_secret() {
    hides("- key: password\n  value: hunter\n- key: app\n  value: web\n", &["- key: app\n  value: web"]);
    hides("- key: DB_TOKEN\n  val: hunter\n- {key: app, val: web}\n", &["{key: app, val: web}"]);
    hides("- {val: hunter, name: DB_TOKEN}\n- c\n", &["- c"]);
    check(
        "secretKeyRef:\n  key: password\n  name: db\n".replace("secretKeyRef", "ref").as_str(),
        "ref:\n  key: password\n  name: db",
    );
}

#[test]
fn commands_show_no_password_of_a_user() {
    for (text, shown) in [
        ("run: curl -u admin:hunter https://h\nb: 1\n", "curl -u admin:*** https://h\nb: 1"),
        ("run: curl --user 'admin:hunter' https://h\nb: 1\n", "--user 'admin:***' https://h\nb: 1"),
        ("run: curl -uadmin:hunter https://h\nb: 1\n", "curl -uadmin:*** https://h"),
        ("args:\n- -u\n# why\n- admin:hunter\n- -u\n- 1:1\n", "- -u\n# why\n- admin:***\n- -u\n- 1:1"),
        ("args: [\n  \"-H\",\n  \"X-Auth: hunter\",\n  b ]\n", "\"X-Auth: ***\",\n  b ]"),
        ("args: [\"-u\", \"admin:hunter\", \"-v\"]\nb: 1\n", "admin:***"),
        ("run: |\n  mysql -uroot -phunter db\nb: 1\n", "mysql -uroot -p*** db\nb: 1"),
        ("run: mariadb-dump -p'hunter' db\nb: 1\n", "-p'***' db"),
        ("args:\n- mysqladmin\n- -phunter\n- -v\nb: 1\n", "- -p***\n- -v\nb: 1"),
        ("args: [mysqladmin, \"-phunter\", ping]\nb: 1\n", "ping]\nb: 1"),
        ("run: 'curl -H \"X-Auth-User: hunter\" https://h'\nb: 1\n", "https://h'\nb: 1"),
        ("run: 'curl --header \"Authorization: hunter\" https://h'\nb: 1\n", "https://h'\nb: 1"),
        ("run: 'echo \"root:hunter\" | chpasswd'\nb: 1\n", "echo \"root:***\" | chpasswd"),
        ("run: |\n  chpasswd <<< root:hunter\nb: 1\n", "chpasswd <<< root:***"),
        (
            "conf: |\n  <user>me</user>\n  <password>hunter</password><b/>\nb: 1\n",
            "<user>me</user>\n  <password>***</password><b/>",
        ),
        ("conf: <a:Password x=\"1\">hunter</a:Password>\nb: 1\n", "<a:Password"),
    ] {
        hides(text, &[shown]);
    }
    for text in [
        "run: docker run -u 1000:1000 --user nginx:nginx a",
        "run: mysql -p db && tar -pxf a | mkdir -p a:b",
        "run: apt install -y mysql-client; cp -prf a b",
        "run: login <password> [--force]",
        "run: echo \"root: {{ .x }}\" | cat",
        "run: curl -H \"Accept: text/html\" -u {{ .user }} h",
        "auth: {enabled: true}",
    ] {
        check(text, text);
    }
}

#[test]
fn short_words_for_passwords_and_shared_keys_are_masked() {
    for key in ["psk", "wpa_psk", "wpaPsk", "wpa-psk", "\"db.passw\"", "dbPassw", "preSharedKey"] {
        hides(&format!("{key}: hunter\nb: 1\n"), &["b: 1"]);
    }
    check("bypassWebhook: a\npskEnabled: true\nupskill: b\n", "bypassWebhook: a\npskEnabled: true\nupskill: b");
}

fn registry() -> Context {
    let schema =
        json!([{"name": "registry.login", "format": "password"}, {"name": "users.$[].phrase", "format": "password"}]);
    Context::of_pack(&Pack::new(&json!({"name": "p", "schema": schema}), "p".into()))
}

#[test]
fn what_the_schema_calls_a_password_is_hidden_in_texts() {
    for (text, expected) in [
        ("registry:\n  host: h\n  login: hunter\nlogin: shown\n", "registry:\n  host: h\n  login: ***\nlogin: shown"),
        ("registry:\n  login: |\n    hunter\n  host: h\n", "registry:\n  login: ***\n    ***\n  host: h"),
        ("registry: {host: h, login: hunter}\nb: 1\n", "registry: ***\nb: 1"),
        ("registry.login: hunter\nb: 1\n", "registry.login: ***\nb: 1"),
        ("registry:\n  \"login\": hunter\n", "registry:\n  \"login\": ***"),
        (
            "users:\n- name: a\n  phrase: hunter\n- phrase: hunter\n  name: b\n",
            "users:\n- name: a\n  phrase: ***\n- phrase: ***\n  name: b",
        ),
        (
            "users:\n  - name: a\n    phrase: hunter\nphrase: shown\n",
            "users:\n  - name: a\n    phrase: ***\nphrase: shown",
        ),
        ("a:\n  registry:\n    login: shown\n", "a:\n  registry:\n    login: shown"),
        ("registry:\n  # login: why\n\n  login: hunter\n", "registry:\n  # login: why\n\n  login: ***"),
        ("{\"registry\": {\"login\": \"hunter\"}}", "{\"registry\": ***"),
        ("a: {{ .x }}\nregistry:\n  login: hunter\n", "a: {{ .x }}\nregistry:\n  login: ***"),
    ] {
        assert_eq!(lines_with(text, &registry()).join("\n"), expected);
        assert!(!lines(text).join("\n").contains(": ***"), "the schema alone tells it: {text}");
    }
}

#[test]
fn what_the_schema_calls_a_password_is_hidden_in_json() {
    let document =
        json!({"registry": {"host": "h", "login": "hunter"}, "users": [{"phrase": "hunter"}], "login": "shown"});
    let expected = json!({"registry": {"host": "h", "login": "***"}, "users": [{"phrase": "***"}], "login": "shown"});
    assert_eq!(value_with(&[], &document, &registry()), expected);
    assert_eq!(value_with(&["registry"], &document["registry"], &registry()), expected["registry"]);
    assert_eq!(value_with(&["users", "name=a", "", "phrase"], &json!("hunter"), &registry()), json!("***"));
    assert_eq!(value_with(&["registry", "login"], &json!(null), &registry()), json!(null));
}

#[test]
fn sensitive_variables_are_hidden_by_their_flag_and_by_the_version_that_has_it() {
    let sensitive = json!([{"name": "a", "isSensitive": true, "defaultValue": "hunter22", "options": [{"value": "hunter"}]}, {"name": "b", "value": "shown"}]);
    let masked = value(&["variables"], &sensitive);
    assert_eq!(
        masked,
        json!([{"name": "a", "isSensitive": true, "defaultValue": "***", "options": "***"}, {"name": "b", "value": "shown"}])
    );
    let text = "variables:\n- name: a\n  value: hunter\n  isSensitive: true\n- name: b\n  value: shown\n";
    hides(text, &["value: shown"]);
    for spec in [json!({"variables": sensitive}), json!({"published": {"variables": sensitive}})] {
        let document = json!({"spec": spec});
        let context = Context::of_published(&PublishedProfile::new(&document));
        let own = json!([{"name": "a", "value": "hunter"}, {"name": "b", "value": "shown"}]);
        assert_eq!(
            value_with(&["variables"], &own, &context),
            json!([{"name": "a", "value": "***"}, {"name": "b", "value": "shown"}])
        );
        let text = "variables:\n- name: a\n  value: hunter\n- value: shown\n  name: b\n";
        let masked = lines_with(text, &context).join("\n");
        assert_eq!(masked, "variables:\n- name: a\n  value: ***\n- value: shown\n  name: b");
        assert_eq!(
            lines_with("url: db/hunter22/x", &context),
            ["url: db/***/x"],
            "its value is hidden wherever it stands"
        );
    }
    let of_cluster = json!({"variables": sensitive});
    assert!(Context::of_profile(&AttachedProfile::new(&of_cluster, "p".into())).hides_variable("a"));
}

#[test]
fn secrets_are_shown_only_when_asked_for() {
    let context = registry();
    let text = "registry:\n  login: hunter\npassword: hunter\n";
    assert_eq!(Secrets::Shown.lines(text, &context).join("\n"), text.trim_end());
    assert!(!Secrets::default().lines(text, &context).join("\n").contains("hunter"));
    assert_eq!(Secrets::Shown.value(&["password"], &json!("hunter"), &context), json!("hunter"));
    assert_eq!(Secrets::Hidden.value(&["password"], &json!("hunter"), &context), json!("***"));
}

#[test]
fn the_value_behind_a_key_of_its_own_line_is_hidden() {
    let text = "t: {{ .x }}\n? password\n: hunter\n? plain\n: shown\n? \"token\"\n: |\n  hunter\nb: 1\n";
    let masked = lines(text).join("\n");
    assert!(!masked.contains("hunter") && masked.contains(": shown") && masked.ends_with("b: 1"), "{masked}");
}
