//! Each command once with success and once with a failure, on files as far as it works there; none can be forgotten.

use std::collections::BTreeSet;

use crate::folder::Folder;

/// A line to type, and the exit code that it ends with.
type Line = (&'static str, i32);

/// A command, a line that succeeds with its exit code, and one that fails with its exit code. What works on Palette's API alone
/// succeeds in the tests of `palette`, and what scales on a real API server in those of `cluster`.
const ALL: [(&str, Option<Line>, Line); 25] = [
    ("apply", Some(("apply plan.json --yes -f .", 0)), ("apply nothing.json -f .", 2)),
    ("approve", None, ("approve shop-aws -f .", 2)),
    ("check", Some(("check shop-aws hello-aws@1.1.0 -f .", 0)), ("check shop-aws hello-aws@1.3.0 -f .", 4)),
    ("completion", Some(("completion bash", 0)), ("completion bash --dry-run", 2)),
    ("detach", None, ("detach shop-aws hello-aws -f .", 2)),
    ("diff", Some(("diff store-edge hello-edge@1.1.0 -f .", 1)), ("diff shop-aws hello-aws@7.0.0 -f .", 2)),
    ("doctor", Some(("doctor -f .", 0)), ("doctor -f nothing", 2)),
    ("export", None, ("export hello-aws@1.1.0 -f .", 2)),
    ("help", Some(("help switch", 0)), ("help nothing", 2)),
    ("history", Some(("history shop-aws -f .", 0)), ("history nothing -f .", 2)),
    ("import", None, ("import nothing.yaml -f .", 2)),
    ("list", Some(("list -f .", 0)), ("list -f nothing", 2)),
    ("new-version", None, ("new-version hello-aws@1.1.0 1.1.1 -f .", 2)),
    ("options", Some(("options", 0)), ("options more", 2)),
    ("orphans", Some(("orphans shop-aws -f .", 0)), ("orphans nothing -f .", 2)),
    (
        "override",
        Some(("override shop-aws hello-universe --set manifests.hello-universe.replicas=2 --dry-run -f .", 0)),
        ("override shop-aws nothing --set a=1 --yes -f .", 2),
    ),
    ("overrides", Some(("overrides shop-aws -f .", 0)), ("overrides nothing -f .", 2)),
    ("rollback", Some(("rollback shop-aws --dry-run -f .", 0)), ("rollback store-edge --yes -f .", 2)),
    ("scale-back", None, ("scale-back shop-aws --yes -f .", 2)),
    ("scale-down", None, ("scale-down shop-aws --yes -f .", 2)),
    ("show", Some(("show hello-aws@1.1.0 -f .", 0)), ("show hello-aws@7.0.0 -f .", 2)),
    ("status", Some(("status -f .", 0)), ("status nothing -f .", 2)),
    (
        "switch",
        Some(("switch store-edge hello-edge@1.1.0 --dry-run -f .", 0)),
        ("switch shop-aws hello-aws@1.3.0 --yes -f .", 4),
    ),
    ("update", Some(("update shop-aws --yes -f .", 0)), ("update nothing --yes -f .", 2)),
    ("version", Some(("version", 0)), ("version more", 2)),
];

#[test]
fn each_succeeds_once_and_fails_once() {
    let folder = Folder::hub();
    // A plan to apply, whose change is the revision that is gone back from.
    folder.run("switch shop-aws hello-aws@1.1.0 --save-plan plan.json").exits(0);
    for (command, success, failure) in ALL {
        if let Some((words, code)) = success {
            assert!(words.starts_with(command));
            folder.run_exactly(words).exits(code);
        }
        let (words, code) = failure;
        let ran = folder.run_exactly(words).exits(code);
        assert!(
            ran.stderr.contains("error: ") || code == 4 || ran.stdout.contains("failed "),
            "{words} says what is wrong: {}",
            *ran
        );
    }
}

#[test]
fn none_is_forgotten() {
    let root = kubectl_profile::command();
    let all: BTreeSet<_> = root.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let told: BTreeSet<_> = ALL.iter().map(|(command, ..)| (*command).to_owned()).collect();
    assert_eq!(all, told);
}
