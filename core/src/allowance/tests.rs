//! What is let through, what is refused, and when.

use serde_json::json;

use super::*;
use crate::{
    cluster::Cluster,
    fixtures::{Fixture, aws, edge, verdict},
    rules::Code,
};

const NOW: &str = "2026-12-01T12:00:00Z";
const SKIP: &str = "K8sMultiMinorUpgradeNotSupported=1.31.0; until=2026-12-01T18:00:00Z; reason=CVE-2026-1";

fn exceptions() -> Exceptions {
    let break_glass = BreakGlass { groups: BTreeSet::from(["sre".to_owned()]), ..BreakGlass::default() };
    Exceptions { break_glass, exempt_writers: BTreeSet::from(["system:serviceaccount:cluster-1:agent".to_owned()]) }
}

/// A change and who makes it when, by default a member with nothing in the annotation.
struct Case {
    before: Fixture,
    after: Fixture,
    user: &'static str,
    groups: Vec<&'static str>,
    exceptions: Exceptions,
    now: &'static str,
}

impl Case {
    fn of(before: Fixture, after: Fixture) -> Self {
        let groups = vec!["system:authenticated", "sre"];
        Self { before, after, user: "jane", groups, exceptions: exceptions(), now: NOW }
    }

    /// Two minors at once, with `text` added as the annotation.
    fn skip(text: &str) -> Self {
        Self::of(aws().k8s("1.29.4"), aws().k8s("1.31.0")).asking(text)
    }

    fn asking(self, text: &str) -> Self {
        Self { after: annotated(self.after, text), ..self }
    }

    fn ruling(&self) -> Ruling {
        let (before, after) = (self.before.json(), self.after.json());
        let facts = [before, after].map(|it| Facts::of(&Cluster::new(it)));
        let has_other_spec = || before.get("spec") != after.get("spec");
        let asked = Asked::of(&facts[0], &facts[1], &has_other_spec, self.user, self.groups.clone());
        judge(verdict(&self.before, &self.after), &asked, &self.exceptions, self.now.parse().unwrap())
    }
}

fn annotated(cluster: Fixture, text: &str) -> Fixture {
    cluster.with("/metadata/annotations", json!({ALLOW: text}))
}

/// Asserts that the annotation lets nothing through, and that these words say why.
fn assert_refused(case: &Case, words: &[&str]) {
    let ruling = case.ruling();
    let told: Vec<_> = ruling.refused.iter().chain(&ruling.remarks).collect();
    let said = told.iter().map(|it| it.message.as_str()).collect::<Vec<_>>().join("\n");
    assert!(!ruling.is_allowed() && ruling.excused.is_empty(), "{ruling:?}");
    assert!(words.iter().all(|it| said.contains(it)), "{words:?} are not all in: {said}");
    assert!(told.iter().all(|it| it.field == "metadata.annotations[kubectl-profile.dev/allow]"));
}

#[test]
fn what_the_annotation_names_is_let_through_and_told() {
    let ruling = Case::skip(SKIP).ruling();
    assert!(ruling.is_allowed() && ruling.denied.is_empty(), "{ruling:?}");
    assert_eq!(ruling.excused[0].violation.target, "1.31.0");
    assert_eq!(ruling.excused[0].by.to_string(), SKIP);
    assert_eq!(
        ruling.notices[0].message,
        "K8sMultiMinorUpgradeNotSupported=\"1.31.0\" is let through until 2026-12-01T18:00:00Z: CVE-2026-1"
    );
    assert_eq!(ruling.consequences(), [(Code::K8sMultiMinorUpgradeNotSupported, Consequence::Excused)]);
}

#[test]
fn only_the_write_that_adds_or_changes_it_counts() {
    let mut case = Case::skip(SKIP);
    case.before = annotated(case.before, SKIP);
    let ruling = case.ruling();
    assert_eq!((ruling.denied.len(), ruling.excused.len()), (1, 0), "{ruling:?}");
    case.after = annotated(case.after, &format!("{SKIP} again"));
    assert!(case.ruling().is_allowed());
    // To take it away asks for nothing.
    case.after = annotated(case.after, "");
    assert_eq!(case.ruling().denied.len(), 1);
}

#[test]
fn what_stood_there_before_is_not_looked_at() {
    let mut case = Case::of(aws().k8s("1.29.4"), aws().k8s("1.30.0")).asking("nonsense");
    case.before = annotated(case.before, "nonsense");
    assert_eq!(case.ruling(), Ruling::default());
}

#[test]
fn only_members_of_a_configured_group_count() {
    let mut case = Case::skip(SKIP);
    for groups in [vec![], vec!["system:authenticated"], vec!["sre2", "SRE", "sr"]] {
        case.groups = groups;
        let ruling = case.ruling();
        assert_eq!((ruling.denied.len(), ruling.excused.len()), (1, 0), "{ruling:?}");
        assert_refused(&case, &["user \"jane\" is in none of the groups", "sre"]);
    }
}

#[test]
fn a_stranger_who_needs_no_exception_is_warned() {
    let mut case = Case::of(aws().k8s("1.29.4"), aws().k8s("1.30.0")).asking(SKIP);
    case.groups = vec![];
    let ruling = case.ruling();
    assert!(ruling.is_allowed() && ruling.notices[0].message.contains("none of the groups"), "{ruling:?}");
}

#[test]
fn break_glass_is_off_without_a_group() {
    let mut case = Case::skip(SKIP);
    case.exceptions = Exceptions::default();
    assert_refused(&case, &["break-glass is off"]);
    assert_eq!(case.ruling().denied.len(), 1);
    let mut case = Case::of(aws().k8s("1.29.4"), aws().k8s("1.30.0")).asking("nonsense");
    case.exceptions = Exceptions::default();
    let ruling = case.ruling();
    assert!(ruling.is_allowed() && ruling.notices[0].message.contains("off"), "{ruling:?}");
}

#[test]
fn the_end_is_after_now_and_not_too_far_away() {
    for (now, fault) in [
        ("2026-12-01T18:00:00Z", Some("is over")),
        ("2026-12-01T18:00:01Z", Some("is over")),
        ("2026-12-01T17:59:59.999Z", None),
        ("2026-11-30T18:00:00Z", None),
        ("2026-11-30T17:59:59.999Z", Some("more than 24h ahead")),
        // A clock that was set back by years makes nothing valid again.
        ("2024-12-01T12:00:00Z", Some("more than 24h ahead")),
    ] {
        let case = Case { now, ..Case::skip(SKIP) };
        match fault {
            Some(fault) => assert_refused(&case, &[fault]),
            None => assert!(case.ruling().is_allowed(), "{now}: {:?}", case.ruling()),
        }
    }
}

#[test]
fn the_longest_time_is_configured() {
    let mut case = Case::skip(SKIP);
    case.exceptions.break_glass.longest = SignedDuration::from_mins(90);
    assert_refused(&case, &["more than 1h 30m ahead; it is 2026-12-01T12:00:00Z"]);
    case.exceptions.break_glass.longest = SignedDuration::from_hours(6);
    assert!(case.ruling().is_allowed());
}

#[test]
fn a_time_is_rfc_3339_in_any_zone() {
    let until = |text: &str| Case::skip(&format!("K8sMultiMinorUpgradeNotSupported=1.31.0; until={text}; reason=r"));
    for time in ["2026-12-01T13:00:00+00:00", "2026-12-01T20:00:00.5+02:00", "2026-12-01T07:30:00-05:00"] {
        assert!(until(time).ruling().is_allowed(), "{time}: {:?}", until(time).ruling());
    }
    for time in [
        "",
        "tomorrow",
        "2026-12-01",
        "2026-12-01T18:00:00",
        "2026-12-01 18:00:00Z",
        "2026-12-01T18Z",
        "2026-13-01T18:00:00Z",
        "2026-12-01T18:00:00+01:00[Europe/Berlin]",
        "1796148000",
        "6h",
        "2026-12-01T18:00:00,5Z",
        "2026-12-01T18:00:00-0030",
        "2026-12-01T18:00:00+02",
        "2026-12-01T18:00:00+02:00:30",
        "2026-12-01T18:00:00 Z",
        "+002026-12-01T18:00:00Z",
    ] {
        assert_refused(&until(time), &["no RFC 3339 time"]);
    }
    // In another zone it is over.
    assert_refused(&until("2026-12-01T13:00:00+02:00"), &["is over"]);
}

#[test]
fn what_is_vague_is_refused_with_what_is_wrong() {
    let end = "until=2026-12-01T18:00:00Z; reason=r";
    for (text, words) in [
        ("yes".to_owned(), &["\"yes\" and not with CODE=TARGET", "no until", "no reason"][..]),
        (format!("K8sMultiMinorUpgradeNotSupported; {end}"), &["CODE=TARGET"]),
        (format!("K8sMultiMinorUpgradeNotSupported=; {end}"), &["it is empty"]),
        (format!("K8sMultiMinorUpgradeNotSupported=*; {end}"), &["wildcard"]),
        (format!("K8sMultiMinorUpgradeNotSupported=1.31.x; {end}"), &["no version"]),
        (format!("K8sMultiMinorUpgradeNotSupported=latest; {end}"), &["no version"]),
        (format!("*=1.31.0; {end}"), &["unknown rule \"*\"", "known: ClusterProvisioning"]),
        (format!("K8sMultiMinorUpgrade=1.31.0; {end}"), &["did you mean K8sMultiMinorUpgradeNotSupported?"]),
        (format!("{end}; K8sMultiMinorUpgradeNotSupported=1.31.0"), &["unknown rule \"until\""]),
        ("K8sMultiMinorUpgradeNotSupported=1.31.0; until=2026-12-01T18:00:00Z".into(), &["no reason"]),
        ("K8sMultiMinorUpgradeNotSupported=1.31.0; until=2026-12-01T18:00:00Z; reason= ".into(), &["no reason"]),
        ("K8sMultiMinorUpgradeNotSupported=1.31.0; reason=r".into(), &["no until"]),
        (format!("{SKIP}; by=me"), &["unknown field \"by\"", "cannot have a semicolon"]),
        (format!("{SKIP}; reason=more"), &["reason stands there twice"]),
        (format!("{SKIP}; until=2026-12-01T18:00:00Z"), &["until stands there twice"]),
        (format!("{SKIP}\n\n{SKIP}"), &["line 3: K8sMultiMinorUpgradeNotSupported=\"1.31.0\" stands there twice"]),
        (format!("{SKIP}\n{}", SKIP.replace("1.31.0", "v1.31.0+k3s1")), &["stands there twice"]),
        (format!("CoreLayerRemovalNotSupported=network; {end}"), &["known: os, k8s, cni, csi"]),
        (format!("EdgeCniChangeNotSupported=a,; {end}"), &["empty name"]),
        (format!("ClusterProvisioning=hello-aws@1.1.0; {end}"), &["take the hash"]),
        (format!("ClusterProvisioning=sha256:0123; {end}"), &["take the hash"]),
        (format!("{}{}", SKIP, "!".repeat(300)), &["over 256 bytes"]),
        (format!("K8sVersionUnreadable={}; {end}", "x".repeat(129)), &["over 128 bytes"]),
        (
            (0..21).map(|it| format!("K8sVersionUnreadable=v{it}; {end}\n")).collect(),
            &["line 21: there are more than 20"],
        ),
    ] {
        // It is refused beside a violation, and also where there is nothing to excuse.
        assert_refused(&Case::skip(&text), words);
        assert_refused(&Case::of(aws().k8s("1.29.4"), aws().k8s("1.30.0")).asking(&text), words);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let case = Case::skip("A=1; until=x; reason=\nB=2; reason=r");
    let lines: Vec<_> = case.ruling().refused.iter().map(|it| it.message[..7].to_owned()).collect();
    assert_eq!(lines, ["line 1:", "line 1:", "line 1:", "line 2:", "line 2:"]);
}

#[test]
fn a_long_text_is_told_by_its_beginning() {
    let refused = Case::skip(&"é".repeat(8000)).ruling().refused;
    assert!(refused.len() == 3 && refused.iter().all(|it| it.message.len() < 400), "{refused:?}");
    let refused = Case::skip(&";".repeat(16 * 1024 + 1)).ruling().refused;
    assert!(refused.len() == 1 && refused[0].message.contains("over 16384 bytes"), "{refused:?}");
}

#[test]
fn another_version_is_not_let_through() {
    for target in ["1.31.1", "1.31", "1.31.0-rc.1", "1.32.0"] {
        let case = Case::skip(&SKIP.replace("1.31.0", target));
        let ruling = case.ruling();
        assert_eq!((ruling.denied.len(), ruling.excused.len()), (1, 0), "{target}");
        assert_refused(&case, &["lets nothing through: this write breaks the rule with \"1.31.0\""]);
    }
    for target in ["v1.31.0", "1.031.0", "1.31.0+k3s1"] {
        assert!(Case::skip(&SKIP.replace("1.31.0", target)).ruling().is_allowed(), "{target}");
    }
}

#[test]
fn another_rule_is_not_let_through() {
    let case = Case::skip(&SKIP.replace("K8sMultiMinorUpgradeNotSupported", "K8sDowngradeAfterUpgradeNotSupported"));
    assert_refused(&case, &["needs no such exception"]);
    assert_eq!(case.ruling().denied.len(), 1);
}

#[test]
fn an_entry_without_need_is_warned_of() {
    let ruling = Case::of(aws().k8s("1.29.4"), aws().k8s("1.30.0")).asking(SKIP).ruling();
    assert!(ruling.is_allowed() && ruling.notices[0].message.contains("counts in no later one"), "{ruling:?}");
}

/// Makes a change that breaks one rule, and lets it through by the word that the violation has for itself.
fn assert_let_through(before: Fixture, after: Fixture, target: &str) {
    let violations = verdict(&before, &after).denied;
    let [violation] = violations.as_slice() else { panic!("{violations:?}") };
    assert_eq!(violation.target, target);
    let text = format!("{}={target}; until=2026-12-01T18:00:00Z; reason=r", violation.code.as_str());
    let case = Case::of(before, after).asking(&text);
    assert!(case.ruling().is_allowed(), "{:?}", case.ruling());
    assert_eq!(case.ruling().excused.len(), 1);
}

#[test]
fn each_rule_has_a_word_for_what_it_denies() {
    assert_let_through(aws().k8s("1.30.4"), aws().k8s("1.29.9"), "1.29.9");
    assert_let_through(aws().k8s("1.29.4"), aws().k8s("1.31"), "1.31");
    assert_let_through(aws().k8s("1.30.4"), aws().k8s("1.33.x"), "1.33.x");
    assert_let_through(aws().k8s("1.30.4"), aws().k8s(1.3), "1.3");
    assert_let_through(aws().k8s("1.30.4"), aws().k8s(""), "(none)");
    let tagged = aws().k8s("").with("/spec/clusterProfileTemplates/0/packs/0/tag", json!("1.31.x"));
    assert_let_through(aws().k8s("1.30.4"), tagged, "1.31.x");
    let cni = |name: &str| edge().pack("cni", name, "1.0.0");
    assert_let_through(cni("cni-calico"), cni("cni-cilium-oss"), "cni-cilium-oss");
    assert_let_through(cni("cni-calico"), cni("cni-calico").pack("cni", "a", "1"), "a, cni-calico");
    assert_let_through(aws().pack("csi", "ebs", "1.0.0"), aws(), "csi");
    let provisioning = aws().state("Provisioning");
    let pending = provisioning.clone().pack("addon", "new", "1.0.0");
    let target = other_content(&Cluster::new(provisioning.json()), &Cluster::new(pending.json())).unwrap();
    assert_let_through(provisioning, pending, &target);
}

#[test]
fn the_content_that_is_let_through_is_this_very_one() {
    let before = aws().state("Provisioning");
    let named = before.clone().pack("addon", "new", "1.0.0");
    let named = other_content(&Cluster::new(before.json()), &Cluster::new(named.json())).unwrap();
    let text = format!("ClusterProvisioning={named}; until=2026-12-01T18:00:00Z; reason=r");
    let case = Case::of(before.clone(), before.pack("addon", "new", "1.0.1")).asking(&text);
    assert_refused(&case, &["this write breaks the rule with \"sha256:"]);
}

#[test]
fn names_of_cnis_are_a_set() {
    let cni = |name: &str| edge().pack("cni", name, "1.0.0");
    let text = "EdgeCniChangeNotSupported=b,a; until=2026-12-01T18:00:00Z; reason=r";
    assert!(Case::of(cni("c"), cni("a").pack("cni", "b", "1")).asking(text).ruling().is_allowed());
    assert!(!Case::of(cni("c"), cni("a")).asking(text).ruling().is_allowed());
}

#[test]
fn every_violation_needs_its_own_entry() {
    let (before, after) = (aws().k8s("1.29.4").pack("csi", "ebs", "1.0.0"), aws().k8s("1.31.0"));
    let case = Case::of(before.clone(), after.clone()).asking(SKIP);
    let ruling = case.ruling();
    assert_eq!((ruling.denied.len(), ruling.excused.len(), ruling.is_allowed()), (1, 1, false));
    // What the write is not denied for is not counted as let through.
    assert!(ruling.consequences().iter().all(|(_, it)| *it == Consequence::Denied), "{:?}", ruling.consequences());
    assert!(ruling.notices.is_empty());
    let both = format!("{SKIP}\nCoreLayerRemovalNotSupported=csi; until=2026-12-01T18:00:00Z; reason=r;\n");
    let ruling = Case::of(before, after).asking(&both).ruling();
    assert!(ruling.is_allowed() && ruling.excused.len() == 2 && ruling.notices.len() == 2, "{ruling:?}");
}

#[test]
fn a_member_is_told_the_words_and_nobody_else() {
    let mut case = Case::of(aws().k8s("1.29.4"), aws().k8s("1.31.0"));
    assert_refused(
        &case,
        &["write in the same write: K8sMultiMinorUpgradeNotSupported=1.31.0; until=TIME; reason=TEXT"],
    );
    case.groups = vec!["system:authenticated"];
    assert!(case.ruling().remarks.is_empty());
}

#[test]
fn what_has_no_word_of_its_own_is_not_offered() {
    let case = Case::of(aws().k8s("1.29.4"), aws().k8s("1;2"));
    assert_refused(&case, &["cannot be named in one word"]);
}

#[test]
fn an_exempt_writer_is_recorded_and_not_denied() {
    let mut case = Case::skip("nonsense");
    case.user = "system:serviceaccount:cluster-1:agent";
    let ruling = case.ruling();
    assert!(ruling.is_allowed() && ruling.exempted.len() == 1 && ruling.refused.is_empty(), "{ruling:?}");
    assert_eq!(ruling.consequences(), [(Code::K8sMultiMinorUpgradeNotSupported, Consequence::Audited)]);
    for user in ["system:serviceaccount:cluster-1:agent2", "system:serviceaccount:cluster-1:agen", "", "*"] {
        case.user = user;
        assert!(!case.ruling().is_allowed(), "{user}");
    }
}

#[test]
fn nothing_stands_between_a_cluster_and_its_end() {
    let mut case = Case::skip("nonsense");
    case.before = case.before.with("/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z"));
    assert_eq!(case.ruling(), Ruling::default());
}

#[test]
fn a_write_of_metadata_alone_waits_for_no_annotation() {
    let cluster = aws().k8s("1.29.4").state("Provisioning");
    assert_eq!(Case::of(cluster.clone(), cluster).asking("nonsense").ruling(), Ruling::default());
}

#[test]
fn each_code_is_counted_once_with_the_strongest_consequence() {
    let violation =
        |code, target: &str| Violation { code, field: "f".into(), message: "m".into(), target: target.into() };
    let (cni, skip) = (Code::EdgeCniChangeNotSupported, Code::K8sMultiMinorUpgradeNotSupported);
    let verdict = Verdict {
        denied: vec![violation(skip, "1"), violation(skip, "2")],
        warned: vec![violation(cni, "1")],
        audited: vec![violation(cni, "2"), violation(Code::ClusterProvisioning, "3")],
        ..Verdict::default()
    };
    assert_eq!(
        Ruling::from(verdict).consequences(),
        [(Code::ClusterProvisioning, Consequence::Audited), (skip, Consequence::Denied), (cni, Consequence::Warned)]
    );
}
