//! Writes the AdmissionReview that answers a review.

use profile_core::{allowance::Ruling, rules::Violation};
use serde_json::{Map, Value, json};

use crate::admission::{API_VERSION, GROUP};

/// The API server may cut warnings that are longer.
const LONGEST_WARNING: usize = 256;

/// Violations, or warnings, that are told one by one; the others are counted. A write can break a rule once for each of
/// thousands of packs, and nobody reads them all.
const MOST_TOLD: usize = 20;

/// A plain yes, which most answers are.
pub(crate) fn allowed(uid: &str) -> Vec<u8> {
    let uid = Value::from(uid);
    format!(r#"{{"apiVersion":"{API_VERSION}","kind":"AdmissionReview","response":{{"uid":{uid},"allowed":true}}}}"#)
        .into_bytes()
}

/// The answer that a ruling makes.
pub(crate) fn judged(uid: &str, name: &str, ruling: &Ruling) -> Vec<u8> {
    if *ruling == Ruling::default() {
        return allowed(uid);
    }
    let mut response = json!({"uid": uid, "allowed": ruling.is_allowed()});
    if !ruling.is_allowed() {
        response["status"] = status(name, ruling);
    }
    let warnings = warnings(ruling);
    if !warnings.is_empty() {
        response["warnings"] = json!(warnings);
    }
    let annotations = annotations(ruling);
    if !annotations.is_empty() {
        response["auditAnnotations"] = Value::Object(annotations);
    }
    review(response)
}

fn review(response: Value) -> Vec<u8> {
    json!({"apiVersion": API_VERSION, "kind": "AdmissionReview", "response": response}).to_string().into_bytes()
}

/// The status of a denial. kubectl prints the causes and drops the message; other clients do the opposite, so each of
/// the two says everything.
fn status(name: &str, ruling: &Ruling) -> Value {
    let denied = &ruling.denied;
    let mut causes: Vec<_> = denied
        .iter()
        .take(MOST_TOLD)
        .map(|violation| {
            json!({"reason": violation.code.as_str(), "field": violation.field, "message": sentence(violation)})
        })
        .collect();
    // kubectl prints a field before each message, so the count has one, too.
    causes.extend(untold(denied.len()).map(|more| json!({"field": "spec", "message": more})));
    let remarks: Vec<_> = ruling.refused.iter().chain(&ruling.remarks).take(MOST_TOLD).collect();
    causes.extend(remarks.iter().map(|it| json!({"field": it.field, "message": it.message})));
    let remarks = remarks.iter().map(|it| format!("{}: {}", it.field, it.message));
    let told = Some(in_one_line(denied)).filter(|it| !it.is_empty()).into_iter().chain(remarks);
    json!({
        "status": "Failure",
        "code": 422,
        "reason": "Invalid",
        "message": format!("SpectroCluster {name:?} is invalid: {}", told.collect::<Vec<_>>().join("; ")),
        "details": {
            "group": GROUP,
            "kind": "SpectroCluster",
            "name": name,
            "causes": causes,
        },
    })
}

/// The violations one behind the other, each with its field.
fn in_one_line(violations: &[Violation]) -> String {
    let told = violations.iter().take(MOST_TOLD);
    let told = told.map(|violation| format!("{}: {}", violation.field, sentence(violation)));
    told.chain(untold(violations.len())).collect::<Vec<_>>().join("; ")
}

/// How many of `all` are not told, when there are such.
fn untold(all: usize) -> Option<String> {
    all.checked_sub(MOST_TOLD).filter(|more| *more > 0).map(|more| format!("and {more} more"))
}

/// The violation's own sentence with its code behind it, because kubectl does not print a cause's reason.
fn sentence(violation: &Violation) -> String {
    format!("{} ({})", violation.message, violation.code.as_str())
}

fn warnings(ruling: &Ruling) -> Vec<String> {
    let warned = ruling.warned.iter().map(|violation| format!("{}: {}", violation.code.as_str(), violation.message));
    let noticed = ruling.notices.iter().map(|notice| notice.message.clone());
    let told = warned.chain(noticed).take(MOST_TOLD).map(|text| warning(&text));
    told.chain(untold(ruling.warned.len() + ruling.notices.len())).collect()
}

/// Warnings travel as HTTP headers: ASCII, one line, not too long.
fn warning(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '→' => ascii.push_str("->"),
            '…' => ascii.push_str("..."),
            '–' | '—' => ascii.push('-'),
            '‘' | '’' => ascii.push('\''),
            '“' | '”' => ascii.push('"'),
            letter if letter.is_control() => ascii.push(' '),
            letter if letter.is_ascii() => ascii.push(letter),
            _ => ascii.push('?'),
        }
    }
    if ascii.len() > LONGEST_WARNING {
        ascii.truncate(LONGEST_WARNING - "...".len());
        ascii.push_str("...");
    }
    ascii
}

/// What the audit log keeps: the codes of what was denied or warned of, and the text of what nobody else sees.
fn annotations(ruling: &Ruling) -> Map<String, Value> {
    let codes = |violations: &[Violation]| codes(violations).join(",");
    let mut annotations = Map::new();
    if !ruling.denied.is_empty() {
        annotations.insert("denied".into(), codes(&ruling.denied).into());
    }
    if !ruling.warned.is_empty() {
        annotations.insert("warned".into(), codes(&ruling.warned).into());
    }
    if !ruling.audited.is_empty() {
        annotations.insert("audited".into(), in_one_line(&ruling.audited).into());
    }
    if ruling.is_allowed() && !ruling.excused.is_empty() {
        let entries: Vec<_> = ruling.excused.iter().map(|it| format!("{}: {}", it.violation.field, it.by)).collect();
        annotations.insert("excused".into(), entries.join("\n").into());
    }
    if !ruling.exempted.is_empty() {
        annotations.insert("exempted".into(), in_one_line(&ruling.exempted).into());
    }
    annotations
}

/// The code of each broken rule, once.
pub(crate) fn codes(violations: &[Violation]) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for violation in violations {
        let code = violation.code.as_str();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use profile_core::rules::{Code, Notice, Verdict};

    use super::*;

    fn response(verdict: &Verdict) -> Value {
        let review: Value = serde_json::from_slice(&judged("u", "demo", &verdict.clone().into())).unwrap();
        review["response"].clone()
    }

    fn violation(message: &str) -> Violation {
        Violation { code: Code::ClusterProvisioning, field: "spec".into(), message: message.into(), target: "x".into() }
    }

    #[test]
    fn a_warning_is_ascii_on_one_line() {
        let verdict = Verdict {
            notices: vec![Notice {
                field: "spec".into(), message: "1.29.4 → 1.30.1 … “ok”\nsecond – café".into()
            }],
            ..Verdict::default()
        };
        assert_eq!(response(&verdict)["warnings"], json!([r#"1.29.4 -> 1.30.1 ... "ok" second - caf?"#]));
    }

    #[test]
    fn a_long_warning_is_cut() {
        let warning = warning(&"→é".repeat(200));
        assert_eq!(warning.len(), LONGEST_WARNING);
        assert!(warning.ends_with("...") && warning.is_ascii());
    }

    #[test]
    fn what_is_only_warned_of_is_allowed_with_its_code() {
        let response = response(&Verdict { warned: vec![violation("wait")], ..Verdict::default() });
        assert_eq!(response["allowed"], json!(true));
        assert_eq!(response["warnings"], json!(["ClusterProvisioning: wait"]));
        assert_eq!(response["auditAnnotations"], json!({"warned": "ClusterProvisioning"}));
        assert_eq!(response.get("status"), None);
    }

    #[test]
    fn what_is_only_audited_is_seen_by_the_audit_log_alone() {
        let response = response(&Verdict { audited: vec![violation("wait")], ..Verdict::default() });
        assert_eq!(response["allowed"], json!(true));
        assert_eq!(response.get("warnings"), None);
        assert_eq!(response["auditAnnotations"], json!({"audited": "spec: wait (ClusterProvisioning)"}));
    }

    #[test]
    fn a_denial_says_everything_in_its_message_and_in_its_causes() {
        let response = response(&Verdict { denied: vec![violation("one"), violation("two")], ..Verdict::default() });
        assert_eq!(response["allowed"], json!(false));
        let message = response["status"]["message"].as_str().unwrap();
        assert!(message.contains("one") && message.contains("two") && message.contains("demo"), "{message}");
        assert_eq!(response["status"]["details"]["causes"][1]["message"], json!("two (ClusterProvisioning)"));
        assert_eq!(response["auditAnnotations"]["denied"], json!("ClusterProvisioning"));
    }

    #[test]
    fn twenty_are_told_and_the_others_are_counted() {
        let violations = |count| (1..=count).map(|number| violation(&format!("no{number}."))).collect::<Vec<_>>();
        let told = response(&Verdict { denied: violations(20), ..Verdict::default() });
        assert_eq!(told["status"]["details"]["causes"].as_array().unwrap().len(), 20);
        assert!(!told.to_string().contains("more"), "{told}");

        let denied = response(&Verdict { denied: violations(6000), ..Verdict::default() });
        let causes = denied["status"]["details"]["causes"].as_array().unwrap();
        assert_eq!((causes.len(), &causes[20]), (21, &json!({"field": "spec", "message": "and 5980 more"})));
        let message = denied["status"]["message"].as_str().unwrap();
        assert!(message.contains("no20.") && message.ends_with("; and 5980 more"), "{message}");
        assert!(!denied.to_string().contains("no21."), "{denied}");

        let others = response(&Verdict { warned: violations(23), audited: violations(22), ..Verdict::default() });
        assert_eq!(others["warnings"].as_array().unwrap().len(), 21);
        assert_eq!(others["warnings"][20], json!("and 3 more"));
        let audited = others["auditAnnotations"]["audited"].as_str().unwrap();
        assert!(audited.ends_with("; and 2 more"), "{audited}");
        assert!(!others.to_string().contains("no21."), "{others}");
    }
}
