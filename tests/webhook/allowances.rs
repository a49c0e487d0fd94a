//! Exceptions from the rules along the whole way from a review to its answer: break-glass and exempt writers.

use jiff::{SignedDuration, Timestamp};
use profile_core::{
    allowance::{BreakGlass, Consequence, Exceptions},
    rules::{Code, Mode, Policy},
};
use profile_webhook::{
    admission::{Decision, decide},
    settings::Settings,
};
use serde_json::{Value, json};

use crate::reviews::{cluster, skip, update};

const ALLOW: &str = "kubectl-profile.dev/allow";
const AGENT: &str = "system:serviceaccount:cluster-1:cluster-management-agent";
const SKIP: Code = Code::K8sMultiMinorUpgradeNotSupported;
const WORDS: &str = "K8sMultiMinorUpgradeNotSupported=1.31.0; until=2026-12-01T18:00:00Z; reason=CVE → now";

fn noon() -> Timestamp {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

fn settings() -> Settings {
    let break_glass = BreakGlass { groups: ["sre".to_owned()].into(), longest: SignedDuration::from_hours(24) };
    Settings {
        policy: Policy::default(),
        exceptions: Exceptions { break_glass, exempt_writers: [AGENT.into()].into() },
    }
}

fn ruled(review: &Value) -> (Decision, Value) {
    ruled_by(review, &settings(), noon())
}

fn ruled_by(review: &Value, settings: &Settings, now: Timestamp) -> (Decision, Value) {
    let decision = decide(review.to_string().as_bytes(), settings, now).unwrap();
    let answer: Value = serde_json::from_slice(&decision.reply).unwrap();
    (decision, answer["response"].clone())
}

/// Two minors at once by a member of the group, with `words` as the annotation.
fn skip_with(words: &str) -> Value {
    let mut review = skip();
    review["request"]["userInfo"]["groups"] = json!(["system:authenticated", "sre"]);
    review["request"]["object"]["metadata"]["annotations"] = json!({ALLOW: words, "other": "x"});
    review
}

#[test]
fn a_member_lets_through_what_the_annotation_names() {
    let (decision, response) = ruled(&skip_with(WORDS));
    assert_eq!((&response["allowed"], response.get("status")), (&json!(true), None), "{response}");
    let warning = response["warnings"][0].as_str().unwrap();
    assert_eq!(
        warning,
        "K8sMultiMinorUpgradeNotSupported=\"1.31.0\" is let through until 2026-12-01T18:00:00Z: CVE -> now"
    );
    assert_eq!(
        response["auditAnnotations"],
        json!({"excused": format!("spec.clusterProfileTemplates[0].packs[0].version: {WORDS}")})
    );
    let record = decision.record.unwrap();
    assert_eq!(record.verdicts, [(SKIP, Consequence::Excused)]);
    assert!(record.allowed && !record.exempt && !record.allowance_refused && !record.dry_run, "{record:?}");
    assert_eq!((record.user.as_str(), record.object.as_str()), ("jane", "cluster-1/demo"));
}

#[test]
fn a_dry_run_is_let_through_alike_and_told_apart() {
    let mut review = skip_with(WORDS);
    review["request"]["dryRun"] = json!(true);
    let (decision, response) = ruled(&review);
    assert_eq!(response["allowed"], json!(true));
    assert!(response["warnings"][0].as_str().unwrap().contains("let through"));
    assert!(decision.record.unwrap().dry_run);
}

#[test]
fn both_versions_of_the_api_are_alike() {
    for version in ["v1", "v1alpha1"] {
        let mut review = skip_with(WORDS);
        review["request"]["resource"]["version"] = json!(version);
        for object in ["object", "oldObject"] {
            review["request"][object]["apiVersion"] = json!(format!("cluster.spectrocloud.com/{version}"));
        }
        assert_eq!(ruled(&review).1["allowed"], json!(true), "{version}");
        review["request"]["oldObject"]["metadata"]["annotations"] = json!({ALLOW: WORDS});
        assert_eq!(ruled(&review).1["allowed"], json!(false), "{version}");
    }
}

#[test]
fn an_annotation_of_an_earlier_write_lets_nothing_through() {
    let mut review = skip_with(WORDS);
    review["request"]["oldObject"]["metadata"]["annotations"] = json!({ALLOW: WORDS});
    let (decision, response) = ruled(&review);
    assert_eq!(response["allowed"], json!(false));
    assert_eq!(decision.record.unwrap().verdicts, [(SKIP, Consequence::Denied)]);
    // A member is told what would let it through.
    let causes = &response["status"]["details"]["causes"];
    assert_eq!(causes[0]["reason"], json!(SKIP.as_str()));
    assert_eq!(
        causes[1],
        json!({
            "field": "metadata.annotations[kubectl-profile.dev/allow]",
            "message": "to let exactly this through, write in the same write: K8sMultiMinorUpgradeNotSupported=1.31.0; \
                        until=TIME; reason=TEXT (at most 24h ahead)",
        })
    );
}

#[test]
fn the_annotation_of_a_stranger_lets_nothing_through() {
    for groups in [json!(["system:authenticated"]), json!([]), json!(null), json!(["SRE"])] {
        let mut review = skip_with(WORDS);
        review["request"]["userInfo"]["groups"] = groups;
        let (decision, response) = ruled(&review);
        assert_eq!(response["allowed"], json!(false));
        let message = response["status"]["message"].as_str().unwrap();
        assert!(
            message.contains("skips 1.30") && message.contains("user \"jane\" is in none of the groups"),
            "{message}"
        );
        assert_eq!(decision.record.unwrap().verdicts, [(SKIP, Consequence::Denied)]);
    }
    // What others do not know is who could.
    let mut review = skip();
    review["request"]["userInfo"]["groups"] = json!([]);
    assert!(!ruled(&review).1.to_string().contains(ALLOW));
}

#[test]
fn the_group_is_the_users_and_no_word_of_the_object() {
    let mut review = skip_with(WORDS);
    review["request"]["userInfo"] = json!({"username": "sre", "extra": {"groups": ["sre"]}});
    review["request"]["object"]["metadata"]["annotations"]["groups"] = json!("sre");
    assert_eq!(ruled(&review).1["allowed"], json!(false));
}

#[test]
fn without_a_group_break_glass_is_off() {
    let off = Settings { exceptions: Exceptions::default(), ..settings() };
    let (_, response) = ruled_by(&skip_with(WORDS), &off, noon());
    assert_eq!(response["allowed"], json!(false));
    assert!(response["status"]["message"].as_str().unwrap().contains("break-glass is off"), "{response}");
}

#[test]
fn time_is_an_argument() {
    let at = |now: &str| ruled_by(&skip_with(WORDS), &settings(), now.parse().unwrap()).1;
    assert_eq!(at("2026-12-01T17:59:59Z")["allowed"], json!(true));
    for (now, words) in [
        ("2026-12-01T18:00:00Z", "is over"),
        ("2027-12-01T18:00:00Z", "is over"),
        ("2026-11-30T17:59:59Z", "more than 24h ahead"),
        ("1970-01-01T00:00:00Z", "more than 24h ahead"),
    ] {
        let response = at(now);
        assert_eq!(response["allowed"], json!(false), "{now}");
        assert!(response["status"]["message"].as_str().unwrap().contains(words), "{now}: {response}");
    }
}

/// A clock that is set back makes an hour come twice. Words that are written then count, as they did; what stands there from an
/// earlier write does not.
#[test]
fn a_clock_that_is_set_back_revives_nothing_that_was_written_before() {
    let mut stands = skip_with(WORDS);
    stands["request"]["oldObject"]["metadata"]["annotations"] = json!({ALLOW: WORDS});
    for (now, fresh) in [
        ("2026-12-01T12:00:00Z", true),
        ("2026-12-01T19:00:00Z", false),
        ("2026-12-01T11:00:00Z", true),
        ("2026-11-29T12:00:00Z", false),
        ("9999-12-30T00:00:00Z", false),
        ("-009999-01-02T01:59:59Z", false),
    ] {
        let now: Timestamp = now.parse().unwrap();
        assert_eq!(ruled_by(&skip_with(WORDS), &settings(), now).1["allowed"], json!(fresh), "{now}");
        assert_eq!(ruled_by(&stands, &settings(), now).1["allowed"], json!(false), "{now}");
    }
}

#[test]
fn a_vague_annotation_denies_the_write_also_where_nothing_is_broken() {
    let mut review = update(&cluster("1.29.4"), &cluster("1.30.0"));
    review["request"]["object"]["metadata"]["annotations"] = json!({ALLOW: "K8sMultiMinorUpgradeNotSupported=*"});
    let (decision, response) = ruled(&review);
    assert_eq!((&response["allowed"], &response["status"]["code"]), (&json!(false), &json!(422)));
    let causes = response["status"]["details"]["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 3, "{causes:?}");
    for cause in causes {
        assert_eq!(cause["field"], json!("metadata.annotations[kubectl-profile.dev/allow]"));
        let message = cause["message"].as_str().unwrap();
        assert!(message.starts_with("line 1: "), "{message}");
        assert!(response["status"]["message"].as_str().unwrap().contains(message), "{response}");
    }
    let record = decision.record.unwrap();
    assert!(!record.allowed && record.allowance_refused && record.verdicts.is_empty(), "{record:?}");
}

#[test]
fn a_cluster_that_is_being_deleted_waits_for_no_annotation() {
    let mut review = skip_with("nonsense");
    review["request"]["oldObject"]["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(ruled(&review).1, json!({"uid": review["request"]["uid"], "allowed": true}));
}

#[test]
fn an_exempt_writer_is_recorded_and_not_denied() {
    let mut review = skip();
    review["request"]["userInfo"]["username"] = json!(AGENT);
    let (decision, response) = ruled(&review);
    assert_eq!((&response["allowed"], response.get("warnings")), (&json!(true), None), "{response}");
    let exempted = response["auditAnnotations"]["exempted"].as_str().unwrap();
    assert!(exempted.contains("1.31.0") && exempted.contains(SKIP.as_str()), "{exempted}");
    let record = decision.record.unwrap();
    assert!(record.allowed && record.exempt, "{record:?}");
    assert_eq!((record.verdicts, record.user.as_str()), (vec![(SKIP, Consequence::Audited)], AGENT));
}

#[test]
fn nobody_is_exempt_by_a_part_of_a_name_or_by_default() {
    for user in [
        "system:serviceaccount:cluster-1:cluster-management",
        "system:serviceaccount:cluster-2:cluster-management-agent",
        "",
    ] {
        let mut review = skip();
        review["request"]["userInfo"]["username"] = json!(user);
        assert_eq!(ruled(&review).1["allowed"], json!(false), "{user}");
    }
    let mut review = skip();
    review["request"]["userInfo"]["username"] = json!(AGENT);
    assert_eq!(ruled_by(&review, &Settings::default(), noon()).1["allowed"], json!(false));
}

#[test]
fn an_exempt_writer_who_breaks_nothing_is_nothing_special() {
    let mut review = update(&cluster("1.29.4"), &cluster("1.30.0"));
    review["request"]["userInfo"]["username"] = json!(AGENT);
    let (decision, response) = ruled(&review);
    assert_eq!(response, json!({"uid": review["request"]["uid"], "allowed": true}));
    assert!(!decision.record.unwrap().exempt);
}

#[test]
fn each_mode_has_its_consequence() {
    for (mode, consequence) in
        [(Mode::Enforce, Consequence::Denied), (Mode::Warn, Consequence::Warned), (Mode::Audit, Consequence::Audited)]
    {
        let settings = Settings::from(Policy::default().with(SKIP, mode));
        let (decision, response) = ruled_by(&skip(), &settings, noon());
        let record = decision.record.unwrap();
        assert_eq!(record.verdicts, [(SKIP, consequence)]);
        assert_eq!((record.allowed, &response["allowed"]), (mode != Mode::Enforce, &json!(mode != Mode::Enforce)));
    }
}
