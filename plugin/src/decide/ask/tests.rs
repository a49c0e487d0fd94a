//! A scripted person answers.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::*;
use crate::decide::fixtures::{conflict, merged};

/// A person who gives these answers, and then ends the input.
#[derive(Default)]
struct Script {
    answers: VecDeque<&'static str>,
    editor: &'static str,
    screen: Vec<String>,
}

impl Person for Script {
    fn tell(&mut self, line: &str) {
        self.screen.push(line.into());
    }

    async fn ask(&mut self, prompt: &str) -> Result<Option<String>, Error> {
        self.screen.push(prompt.into());
        Ok(self.answers.pop_front().map(Into::into))
    }

    fn editor(&self) -> Result<Vec<String>, Error> {
        Ok(["sh", "-c", self.editor, "editor"].map(Into::into).to_vec())
    }
}

struct Asked {
    ended: Result<Answer, Error>,
    decisions: Decisions,
    screen: String,
}

impl Asked {
    fn decided(&self, path: &str) -> Option<&Resolution> {
        self.decisions.by_place.get(&format!("shop/hello: {path}"))
    }
}

async fn asked(overrides: Vec<Override>, answers: &[&'static str], editor: &'static str) -> Asked {
    let current = json!({"name": "shop", "packs": [{"name": "hello", "values": "a: 2\npassword: hunter\n"}]});
    let merged = merged("a: 3\npassword: hunter2\n", overrides);
    let current = AttachedProfile::new(&current, "current".into());
    let question = Question {
        current: &current,
        merged: &merged,
        known: &Context::default(),
        show_secrets: false,
        beside: &BTreeMap::new(),
    };
    let mut person = Script { answers: answers.iter().copied().collect(), editor, ..Script::default() };
    let mut decisions = Decisions::default();
    let ended = converse(&question, &mut decisions, &mut person).await;
    assert_eq!(person.answers, [""; 0], "all answers are taken");
    Asked { ended, decisions, screen: person.screen.join("\n") }
}

fn conflicts(paths: &[&str]) -> Vec<Override> {
    paths.iter().map(|path| conflict(path, json!(1), json!(2), json!(3))).collect()
}

fn needed_for(current: &AttachedProfile<'_>, merged: &Merged) -> Error {
    let (known, beside) = (Context::default(), BTreeMap::new());
    needed(&Question { current, merged, known: &known, show_secrets: false, beside: &beside })
}

#[tokio::test]
async fn each_conflict_is_asked_and_takes_its_own_side() {
    let asked = asked(conflicts(&["a", "b"]), &["o", "profile"], "").await;
    assert_eq!(asked.ended.unwrap(), Answer::Decided);
    assert_eq!(asked.decisions.by_place["shop/hello: a"], Resolution::Override);
    assert_eq!(asked.decisions.by_place["shop/hello: b"], Resolution::Profile);
    assert!(asked.screen.contains("conflict 1 of 2: shop/hello: a\n  published  1\n  override   2\n  profile    3\n"));
    assert!(asked.screen.contains("\nTake [o]verride, [p]rofile, [e]dit, [s]how, [q]uit, [?]: "), "{}", asked.screen);
}

#[tokio::test]
async fn a_capital_letter_decides_all_the_rest_but_no_loss() {
    let lost = Override { verdict: Verdict::Lost, target: None, ..conflict("gone", json!(1), json!(2), json!(0)) };
    let mut overrides = conflicts(&["a", "b", "c"]);
    overrides.insert(2, lost);
    let asked = asked(overrides, &["p", "O", "o", "l"], "").await;
    assert_eq!(asked.ended.as_ref().unwrap(), &Answer::Decided);
    assert_eq!(asked.decided("a"), Some(&Resolution::Profile));
    assert_eq!((asked.decided("b"), asked.decided("c")), (Some(&Resolution::Override), Some(&Resolution::Override)));
    assert_eq!(asked.decided("gone"), None);
    assert!(asked.decisions.accepted_losses.contains("shop/hello: gone"));
    assert!(asked.screen.contains("Accept [l]oss, [s]how, [q]uit, [?]: "), "{}", asked.screen);
    assert!(asked.screen.contains("l - accept that this override is lost"), "an `o` there only brings the help");
}

#[tokio::test]
async fn quitting_and_the_end_of_the_input_decide_nothing_more() {
    for answers in [&["o", "q"][..], &["o"]] {
        let error = asked(conflicts(&["a", "b"]), answers, "").await.ended.unwrap_err();
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.message.contains("nothing was written"), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_answer_brings_the_help_and_the_question_again() {
    let asked = asked(conflicts(&["a"]), &["", "x", "l", "oo", "?", "o"], "").await;
    assert_eq!(asked.screen.matches("q - quit and write nothing").count(), 5, "{}", asked.screen);
    assert_eq!(asked.decided("a"), Some(&Resolution::Override));
}

#[tokio::test]
async fn show_tells_the_pending_change_without_secrets() {
    let asked = asked(conflicts(&["a"]), &["s", "E"], "").await;
    assert_eq!(asked.ended.unwrap(), Answer::Edit);
    assert!(asked.screen.contains("-a: 2\n") && asked.screen.contains("+a: 3\n"), "{}", asked.screen);
    assert!(asked.screen.contains("password: ***") && !asked.screen.contains("hunter"), "{}", asked.screen);
}

#[cfg(unix)]
#[tokio::test]
async fn a_value_is_written_in_the_editor_and_a_mistake_opens_it_again() {
    // The second time the file has the mistake and its reason; nothing of it is lost.
    let editor = r##"if grep -q "^# error: .*YAML 1.1" "$1"; then sed -i "s/yes/'yes'/" "$1"; else echo "yes # mine" > "$1"; fi"##;
    let asked = asked(conflicts(&["a"]), &["e"], editor).await;
    assert_eq!(asked.decided("a"), Some(&Resolution::Value(Value::from("yes"))), "{:?}", asked.ended);
}

#[cfg(unix)]
#[tokio::test]
async fn an_empty_file_leads_back_to_the_question() {
    let asked = asked(conflicts(&["a"]), &["e", "p"], "sed -i '/^#/!d' \"$1\"").await;
    assert_eq!(asked.decided("a"), Some(&Resolution::Profile));
    assert_eq!(asked.screen.matches("Take [o]verride").count(), 2, "{}", asked.screen);
}

#[cfg(unix)]
#[tokio::test]
async fn the_editor_gets_no_secret_and_takes_no_mask() {
    let secret = conflict("db.password", json!("hunter1"), json!("hunter2"), json!("hunter3"));
    let editor = "grep -q hunter \"$1\" && exit 9; grep -q '^# error: .*never written' \"$1\" && echo new > \"$1\"; echo '# more' >> \"$1\"";
    let touched = "grep -q hunter \"$1\" && exit 9; grep -q touched \"$1\" || echo '# touched' >> \"$1\"";
    let asked = asked(vec![secret], &["e", "e", "q"], touched).await;
    assert_eq!(asked.screen.matches("this value cannot be taken: `***`").count(), 2, "{}", asked.screen);
    assert!(asked.decisions.by_place.is_empty() && !asked.screen.contains("hunter"), "{}", asked.screen);
    let secret = conflict("db.password", json!("hunter1"), json!("hunter2"), json!("hunter3"));
    let asked = self::asked(vec![secret], &["e"], editor).await;
    assert_eq!(asked.decided("db.password"), Some(&Resolution::Value(json!("new"))), "{:?}", asked.ended);
}

#[cfg(unix)]
#[tokio::test]
async fn a_value_that_was_left_as_it_is_decides_nothing() {
    let asked = asked(vec![conflict("a", json!(1), json!(2), json!(3))], &["e", "p"], "true").await;
    assert_eq!(asked.decided("a"), Some(&Resolution::Profile), "{:?}", asked.ended);
}

#[tokio::test]
async fn a_masked_side_cannot_be_taken() {
    let masked = Override { verdict: Verdict::Masked, ..conflict("a", json!("x"), json!("***"), json!("y")) };
    let asked = asked(vec![masked], &["o", "p"], "").await;
    assert!(asked.screen.contains("Take [p]rofile, [e]dit, [s]how"), "{}", asked.screen);
    assert_eq!(asked.decided("a"), Some(&Resolution::Profile));
}

#[tokio::test]
async fn where_all_sides_are_hidden_the_flag_that_shows_them_is_named_once() {
    let secret = |path| conflict(path, json!("hunter1"), json!("hunter2"), json!("hunter3"));
    let overrides = [conflicts(&["a"]), vec![secret("db.password"), secret("token")]].concat();
    let asked = asked(overrides, &["o", "o", "o"], "").await;
    assert_eq!(asked.screen.matches("--show-secrets").count(), 1, "{}", asked.screen);
    assert!(asked.screen.contains("profile    ***\n  --show-secrets shows"), "{}", asked.screen);
    let masked = Override { verdict: Verdict::Masked, ..conflict("a", json!("***"), json!("***"), json!("***")) };
    assert!(!sides::is_hidden(&masked, &crate::decide::fixtures::sight(false)), "nobody knows what it stands for");
}

#[tokio::test]
async fn what_the_text_cannot_take_is_left_to_the_profile_or_edited_by_hand() {
    let refused =
        |path| Override { refused: Some("it is an alias".into()), ..conflict(path, json!(1), json!(2), json!(3)) };
    let overrides = vec![conflict("a", json!(1), json!(2), json!(3)), refused("b"), refused("c")];
    let asked = asked(overrides.clone(), &["O", "o", "e", "p", "E"], "").await;
    assert_eq!(asked.decided("a"), Some(&Resolution::Override));
    assert_eq!((asked.decided("b"), asked.decided("c")), (Some(&Resolution::Profile), None));
    assert!(matches!(asked.ended, Ok(Answer::Edit)));
    assert!(
        asked.screen.contains("cannot take the override: it is an alias\nTake [E]dit all, [p]rofile"),
        "{}",
        asked.screen
    );
    let (current, merged) = (json!({"name": "shop"}), merged("", overrides[1..].to_vec()));
    let current = AttachedProfile::new(&current, "current".into());
    let error = needed_for(&current, &merged);
    assert!(!error.hints.concat().contains("--on-conflict=override"), "{:?}", error.hints);
    assert!(error.hints.concat().contains("--on-conflict=profile"), "{:?}", error.hints);
}

#[test]
fn without_a_terminal_every_place_is_listed_with_what_decides_it() {
    let current = json!({"name": "shop"});
    let current = AttachedProfile::new(&current, "current".into());
    let lost = Override { verdict: Verdict::Lost, ..conflict("it's gone", json!(1), json!(2), json!(0)) };
    let secret = conflict("db.password", json!("hunter1"), json!("hunter2"), json!("hunter3"));
    let merged = merged("", vec![secret, lost]);
    let error = needed_for(&current, &merged);
    assert_eq!(error.kind, Kind::DecisionNeeded);
    assert!(error.message.contains("\n  conflict: shop/hello: db.password\n    published  ***\n"), "{error}");
    assert!(error.message.contains("\n  lost: shop/hello: it's gone\n    published  1\n"), "{error}");
    assert!(!error.message.contains("hunter"), "{error}");
    let hints = error.hints.join("\n");
    assert!(hints.contains("--on-conflict=override") && hints.contains("--resolve FILE"), "{hints}");
    assert_eq!(hints.matches("--show-secrets").count(), 1, "{hints}");
    assert!(hints.contains("--accept-loss \"shop/hello: it's gone\""), "{hints}");
}
