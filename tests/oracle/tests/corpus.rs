//! What the fuzzer has kept is put to the same questions again, on every machine and without the fuzzer.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

use std::{
    collections::BTreeMap,
    fs,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
};

use profile_core::{allowance::Consequence, rules::Code};
use profile_oracle::{review::Expected, targets};

/// The inputs that are kept for a target, by their file names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |file: fs::DirEntry| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap());
    files.map(|file| read(file.unwrap())).collect()
}

/// Puts every input that is kept for a target to it, and tells all that fail.
fn replay<T>(target: &str, question: impl Fn(&[u8]) -> T) -> Vec<T> {
    let mut failed = Vec::new();
    let mut answers = Vec::new();
    for (name, input) in corpus(target) {
        match panic::catch_unwind(AssertUnwindSafe(|| question(&input))) {
            Ok(answer) => answers.push(answer),
            Err(_) => failed.push(name),
        }
    }
    assert!(failed.is_empty(), "tests/fuzz/corpus/{target}: {failed:#?}");
    answers
}

/// How often each outcome occurs.
fn outcomes(answers: &[Expected]) -> BTreeMap<String, usize> {
    let mut outcomes = BTreeMap::new();
    for answer in answers {
        let told = match answer {
            Expected::NoReview => vec!["no review".to_owned()],
            Expected::Undecidable => vec!["undecidable".to_owned()],
            Expected::Passed { .. } => vec!["passed".to_owned()],
            Expected::Judged(judged) if judged.consequences.is_empty() && judged.is_allowed => {
                vec!["allowed".to_owned()]
            }
            Expected::Judged(judged) if judged.consequences.is_empty() => vec!["refused".to_owned()],
            Expected::Judged(judged) => {
                judged.consequences.iter().map(|(code, it)| format!("{code} {}", it.as_str())).collect()
            }
        };
        for outcome in told {
            *outcomes.entry(outcome).or_default() += 1;
        }
    }
    outcomes
}

#[test]
fn reviews_and_decisions() {
    let reviews = replay("review", targets::review).concat();
    let outcomes = outcomes(&[reviews, replay("decision", targets::decision).concat()].concat());
    let consequences = [Consequence::Audited, Consequence::Warned, Consequence::Excused, Consequence::Denied];
    let of_code = |code: Code| consequences.map(|it| format!("{} {}", code.as_str(), it.as_str()));
    let others = ["no review", "undecidable", "passed", "allowed", "refused"].map(str::to_owned);
    // An oracle that is never asked about an outcome guards nothing of it.
    for outcome in Code::ALL.into_iter().flat_map(of_code).chain(others) {
        assert!(outcomes.contains_key(&outcome), "no input shows `{outcome}`: {outcomes:#?}");
    }
}

#[test]
fn versions() {
    assert!(replay("version", targets::version).len() > 20);
}
