//! The editors of these tests are lines of shell.
#![cfg(unix)]

use std::fs;

use profile_core::merge::{Part, Resolution, Verdict};
use serde_json::json;

use super::*;
use crate::decide::{editor::tests::script, fixtures::conflict};

const VALUES: &str = "# presets: []\nreplicas: 3\nport: 80 # why\ndb:\n  password: hunter\n";

fn content() -> Value {
    json!({"name": "shop", "uid": "u", "packs": [
        {"name": "hello", "version": "1", "values": VALUES, "manifests": [{"name": "m", "content": "kind: A\r\nb: 1\r\n"}]},
        {"name": "other", "values": "a: {{ .spectro.macro.A }}\n"},
        {"name": "none"},
    ]})
}

struct Edit {
    overrides: Vec<Override>,
    show_secrets: bool,
}

impl Edit {
    fn new(overrides: Vec<Override>) -> Self {
        Self { overrides, show_secrets: false }
    }

    async fn by(&self, editor: &str) -> Result<Ended, Error> {
        self.checked(editor, |_| Ok(())).await
    }

    async fn checked(
        &self,
        editor: &str,
        check: impl FnMut(&Edited) -> Result<(), Vec<String>>,
    ) -> Result<Ended, Error> {
        let content = content();
        let mut decisions = Decisions::default();
        decisions.by_place.insert("before".into(), Resolution::Profile);
        let pending = Pending {
            content: &content,
            decisions: &decisions,
            overrides: &self.overrides,
            title: "cluster c, shop@2".into(),
            known: &Context::default(),
            show_secrets: self.show_secrets,
            is_set: false,
        };
        edit_with(script(editor), &pending, check).await
    }
}

#[track_caller]
fn edited(ended: Result<Ended, Error>) -> Edited {
    match ended {
        Ok(Ended::Edited(edited, buffer)) => {
            buffer.discard();
            edited
        }
        other => panic!("{other:?}"),
    }
}

/// The text that an error says is kept; it is removed.
#[track_caller]
fn kept(error: &Error) -> String {
    let hint = error.hints.iter().find_map(|hint| hint.strip_prefix("what you wrote is kept in ")).unwrap();
    let path = hint.split_once("; ").unwrap().0;
    let text = fs::read_to_string(path).unwrap();
    fs::remove_file(path).unwrap();
    text
}

#[tokio::test]
async fn only_what_was_edited_changes() {
    let ended = Edit::new(Vec::new()).by("sed -i 's/port: 80 # why/port: 81 # why/; s/b: 1/b: 2/' \"$1\"").await;
    let edited = edited(ended);
    let mut expected = content();
    expected["packs"][0]["values"] = json!(VALUES.replace("80", "81"));
    expected["packs"][0]["manifests"][0]["content"] = json!("kind: A\r\nb: 2\r\n");
    assert_eq!(edited.content, expected);
    assert_eq!(edited.decisions.by_place["before"], Resolution::Profile, "what was decided stays decided");
}

#[tokio::test]
async fn an_unchanged_or_an_empty_file_cancels() {
    assert!(matches!(Edit::new(Vec::new()).by("true").await, Ok(Ended::Unchanged)));
    assert!(matches!(Edit::new(Vec::new()).by("sed -i '/^#/!d' \"$1\"").await, Ok(Ended::Empty)));
}

#[tokio::test]
async fn a_mistake_opens_the_same_text_again_with_the_error_on_top() {
    // First a mistake; then it has to be there with its reason, and is put right.
    let editor = r##"if head -1 "$1" | grep -q "^# error: hello: line"; then sed -i 's/port: \[/port: 82/' "$1"
        else sed -i 's/port: 80 # why/port: [ # mine/' "$1"; fi"##;
    let edited = edited(Edit::new(Vec::new()).by(editor).await);
    assert_eq!(edited.content["packs"][0]["values"], VALUES.replace("80 # why", "82 # mine"));
}

#[tokio::test]
async fn what_the_rules_say_opens_it_again_too() {
    let mut times = 0;
    let check = |edited: &Edited| {
        times += 1;
        let values = edited.content["packs"][0]["values"].as_str().unwrap();
        if values.contains("port: 443") { Ok(()) } else { Err(vec!["port 81\nis denied\u{1b}".into()]) }
    };
    let editor = r##"if grep -q "^# error: is denied^\[" "$1"; then sed -i 's/port: 81/port: 443/' "$1"
        else sed -i 's/port: 80/port: 81/' "$1"; fi"##;
    edited(Edit::new(Vec::new()).checked(editor, check).await);
    assert_eq!(times, 2);
}

#[tokio::test]
async fn a_mistake_that_is_saved_again_is_kept_and_named() {
    let error = Edit::new(Vec::new()).by("sed -i 's/port: 80/port: [/' \"$1\"").await.unwrap_err();
    assert!(error.message.contains("no valid changes were saved: hello: line"), "{error}");
    let text = kept(&error);
    assert!(text.starts_with("# error: hello: ") && text.contains("port: ["), "{text}");
}

#[tokio::test]
async fn texts_are_neither_added_nor_removed() {
    for (editor, said) in [
        ("sed -i 's/^other: /othr: /' \"$1\"", "\"othr\" is no text of this profile"),
        ("sed -i '/^other: /,$d' \"$1\"", "other: this text is missing"),
        ("printf 'hello: [1]\\n' > \"$1\"", "hello: this is no text"),
    ] {
        let error = Edit::new(Vec::new()).by(editor).await.unwrap_err();
        assert!(error.message.contains(said), "{error}");
        kept(&error);
    }
}

#[tokio::test]
async fn secrets_are_hidden_and_come_back_where_they_were() {
    let editor = "grep -q hunter \"$1\" && exit 9; sed -i 's/port: 80/port: 81/' \"$1\"";
    let edit = Edit::new(vec![conflict("port", json!(1), json!(2), json!("https://u:hunter@h"))]);
    let editor = format!("{editor}; sed -i '/# decide: /d' \"$1\"");
    let text = edited(edit.by(&editor).await).content["packs"][0]["values"].clone();
    assert_eq!(text, VALUES.replace("80", "81"));
    let shown = Edit { show_secrets: true, ..Edit::new(Vec::new()) };
    let text = edited(shown.by("sed -i 's/hunter/gatherer/' \"$1\"").await).content["packs"][0]["values"].clone();
    assert_eq!(text, VALUES.replace("hunter", "gatherer"));
}

#[tokio::test]
async fn a_mask_that_was_changed_around_is_refused_by_its_line() {
    let error = Edit::new(Vec::new()).by("sed -i 's/password: /token: /' \"$1\"").await.unwrap_err();
    assert!(error.message.contains("hello: line 5: `token: ***`: `***` is no value"), "{error}");
    kept(&error);
}

fn open() -> Vec<Override> {
    vec![
        conflict("replicas", json!(2), json!(1), json!(3)),
        Override { verdict: Verdict::Lost, target: None, ..conflict("gone", json!(1), json!(2), json!(0)) },
        Override { part: Part::Variable("v".into()), pack: None, ..conflict("", json!(1), json!(2), json!(3)) },
    ]
}

#[tokio::test]
async fn a_mark_that_is_left_is_not_decided() {
    let error = Edit::new(open()).by("sed -i 's/port: 80/port: 81/' \"$1\"").await.unwrap_err();
    assert!(error.message.contains("hello: not decided: conflict: shop/hello: replicas"), "{error}");
    let text = kept(&error);
    assert!(text.contains("lost          shop/hello: gone\n"), "{text}");
    assert!(text.contains("conflict      shop: variable v (not in here: you are asked for it)\n"), "{text}");
}

#[tokio::test]
async fn deleting_a_mark_decides_by_what_the_text_says() {
    let edit = Edit::new(open());
    for (editor, resolution) in [
        ("", Resolution::Profile),
        ("; sed -i 's/replicas: 3/replicas: 1/' \"$1\"", Resolution::Override),
        ("; sed -i 's/replicas: 3/replicas: 7/' \"$1\"", Resolution::Value(json!(7))),
        ("; sed -i '/replicas: 3/d' \"$1\"", Resolution::Value(Value::Null)),
    ] {
        let edited = edited(edit.by(&format!("sed -i '/# decide: /d' \"$1\"{editor}")).await);
        assert_eq!(edited.decisions.by_place["shop/hello: replicas"], resolution);
        assert!(edited.decisions.accepted_losses.contains("shop/hello: gone"));
        assert!(!edited.decisions.by_place.contains_key("shop: variable v"));
    }
}

#[tokio::test]
async fn the_texts_can_be_put_into_another_merge() {
    let edited = edited(Edit::new(Vec::new()).by("sed -i 's/port: 80/port: 81/' \"$1\"").await);
    let mut again = content();
    again["variables"] = json!([{"name": "v", "value": "2"}]);
    let applied = edited.applied_to(&again);
    assert_eq!(applied["packs"][0]["values"], VALUES.replace("80", "81"));
    assert_eq!(applied["variables"], again["variables"]);
}
