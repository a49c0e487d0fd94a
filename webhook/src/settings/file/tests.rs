//! What a file may say, and what is wrong with others.

use super::*;

const HEAD: &str = "apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\n";

fn settings(rest: &str) -> Settings {
    parse(format!("{HEAD}{rest}").as_bytes()).unwrap()
}

/// Asserts that the file is refused with exactly these faults.
fn assert_faults(text: &str, expected: &[&str]) {
    assert_eq!(parse(text.as_bytes()).unwrap_err(), Problem::Faults(expected.iter().map(|&it| it.into()).collect()));
}

#[test]
fn a_head_alone_changes_nothing() {
    for rest in ["", "rules:\nbreakGlass:\nexemptWriters:\n", "rules: {}\nbreakGlass: {}\nexemptWriters: []\n"] {
        assert_eq!(settings(rest).hash(), Settings::default().hash(), "{rest}");
    }
}

#[test]
fn everything_is_read() {
    let settings = settings(
        "rules:\n  ClusterProvisioning: audit\n  K8sVersionUnreadable: warn\n  EdgeCniChangeNotSupported: enforce\n\
         breakGlass:\n  groups: [sre, \"platform\"]\n  longest: 1h30m\n\
         exemptWriters:\n- system:serviceaccount:cluster-1:agent # Palette's\n",
    );
    assert_eq!(settings.policy.mode(Code::ClusterProvisioning), Mode::Audit);
    assert_eq!(settings.policy.mode(Code::K8sVersionUnreadable), Mode::Warn);
    assert_eq!(settings.policy.mode(Code::EdgeCniChangeNotSupported), Mode::Enforce);
    assert_eq!(settings.policy.mode(Code::CoreLayerRemovalNotSupported), Mode::Enforce);
    let Exceptions { break_glass, exempt_writers } = settings.exceptions;
    assert_eq!(break_glass.groups, BTreeSet::from(["sre".into(), "platform".into()]));
    assert_eq!(break_glass.longest, SignedDuration::from_mins(90));
    assert_eq!(exempt_writers, BTreeSet::from(["system:serviceaccount:cluster-1:agent".into()]));
}

#[test]
fn the_longest_allowance_is_a_day_unless_said() {
    assert_eq!(
        settings("breakGlass: {groups: [sre]}\n").exceptions.break_glass.longest,
        SignedDuration::from_hours(24)
    );
}

#[test]
fn what_is_no_configuration_says_how_one_begins() {
    let begins = "; it begins with apiVersion: kubectl-profile.dev/v1alpha1 and kind: GuardConfiguration";
    assert_faults("", &[&format!("it is empty{begins}")]);
    assert_faults("- a\n", &[&format!("it is a list{begins}")]);
    assert_faults(
        "apiVersion: v1\n",
        &[
            "apiVersion: expected \"kubectl-profile.dev/v1alpha1\", found \"v1\"",
            "kind: it is missing; write kind: GuardConfiguration",
        ],
    );
    assert_eq!(parse(b"\xff").unwrap_err(), Problem::Faults(vec!["it is no UTF-8 text".into()]));
}

#[test]
fn what_is_not_known_is_named_with_what_is() {
    assert_faults(
        &format!("{HEAD}rule: {{}}\nbreakGlass: {{group: [a]}}\n"),
        &[
            "rule: unknown field \"rule\"; did you mean rules? known: apiVersion, kind, rules, breakGlass, exemptWriters",
            "breakGlass.group: unknown field \"group\"; did you mean groups? known: groups, longest",
        ],
    );
    let Problem::Faults(faults) = parse(format!("{HEAD}rules: {{K8sVersionUnreadabel: warn}}").as_bytes()).unwrap_err()
    else {
        panic!("it is YAML")
    };
    assert!(
        faults[0]
            .starts_with("rules: unknown rule \"K8sVersionUnreadabel\"; did you mean K8sVersionUnreadable? known: Cl"),
        "{faults:?}"
    );
    assert_faults(
        &format!(
            "{HEAD}rules: {{ClusterProvisioning: off, K8sVersionUnreadable: true, EdgeCniChangeNotSupported: Warn}}\n"
        ),
        &[
            "rules.ClusterProvisioning: unknown mode \"off\"; known: enforce, warn, audit",
            "rules.K8sVersionUnreadable: it is a boolean and no mode",
            "rules.EdgeCniChangeNotSupported: unknown mode \"Warn\"; did you mean warn? known: enforce, warn, audit",
        ],
    );
}

#[test]
fn a_list_holds_exact_names_of_somebody() {
    assert_faults(
        &format!("{HEAD}exemptWriters: [\"system:serviceaccount:*\", \"\", 7, a, a, system:anonymous]\n"),
        &[
            "exemptWriters[0]: \"system:serviceaccount:*\" has a wildcard, and names are exact",
            "exemptWriters[1]: \"\" is empty or has outer spaces",
            "exemptWriters[2]: 7 is no text; put it into quotes",
            "exemptWriters[4]: \"a\" stands there twice",
            "exemptWriters[5]: \"system:anonymous\" stands for everybody; name whom you mean",
        ],
    );
    assert_faults(
        &format!("{HEAD}breakGlass: {{groups: [system:authenticated]}}\nexemptWriters: jane\nrules: [a]\n"),
        &[
            "rules: it is a list and no map",
            "breakGlass.groups[0]: \"system:authenticated\" stands for everybody; name whom you mean",
            "exemptWriters: it is a text and no list of names",
        ],
    );
}

#[test]
fn the_longest_allowance_is_a_time_above_zero() {
    for longest in ["0s", "-1h", "1d", "soon", "24", "\"24\""] {
        let problem = parse(format!("{HEAD}breakGlass: {{longest: {longest}}}\n").as_bytes()).unwrap_err();
        let Problem::Faults(faults) = problem else { panic!("{longest}: {problem:?}") };
        assert!(faults[0].starts_with("breakGlass.longest: ") && faults[0].contains("write 24h"), "{faults:?}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_by_its_line() {
    for rest in ["rules: {}\nrules: {}\n", "rules:\n  ClusterProvisioning: warn\n  ClusterProvisioning: audit\n"] {
        let Problem::Yaml(error) = parse(format!("{HEAD}{rest}").as_bytes()).unwrap_err() else { panic!("{rest}") };
        assert!(error.line >= 4 && error.message.contains("duplicate"), "{error}");
    }
}
