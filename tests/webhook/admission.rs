//! What is judged, what passes unjudged, and what is no review at all.

use hyper::StatusCode;
use jiff::Timestamp;
use profile_core::{allowance::Consequence, rules::Code};
use profile_webhook::{
    admission::{AdmissionError, Decision, decide},
    settings::Settings,
};
use serde_json::{Value, json};

use crate::reviews::{ask, ask_bytes, cluster, skip, update};

async fn status(review: &Value) -> StatusCode {
    ask(review).await.status
}

#[tokio::test]
async fn the_uid_is_repeated() {
    for review in [skip(), update(&cluster("1.29.4"), &cluster("1.30.1"))] {
        let answer = ask(&review).await;
        assert_eq!(answer.response()["uid"], review["request"]["uid"]);
        assert_eq!(answer.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn a_plain_yes_carries_nothing_else() {
    let review = update(&cluster("1.29.4"), &cluster("1.30.1"));
    assert_eq!(ask(&review).await.response(), json!({"uid": review["request"]["uid"], "allowed": true}));
}

#[tokio::test]
async fn other_operations_pass_whatever_the_objects_say() {
    for (operation, object, old_object) in [
        ("CREATE", json!({"spec": 7}), json!(null)),
        ("DELETE", json!(null), cluster("1.29.4")),
        ("CONNECT", json!(null), json!(null)),
    ] {
        let mut review = skip();
        review["request"]["operation"] = json!(operation);
        review["request"]["object"] = object;
        review["request"]["oldObject"] = old_object;
        assert!(ask(&review).await.is_allowed(), "{operation}");
    }
}

#[tokio::test]
async fn subresources_pass_whatever_the_objects_say() {
    for subresource in ["status", "scale"] {
        let mut review = skip();
        review["request"]["subResource"] = json!(subresource);
        assert!(ask(&review).await.is_allowed(), "{subresource}");
    }
}

#[tokio::test]
async fn an_empty_subresource_is_the_main_resource() {
    for subresource in [json!(""), json!(null)] {
        let mut review = skip();
        review["request"]["subResource"] = subresource;
        assert!(!ask(&review).await.is_allowed());
    }
}

#[tokio::test]
async fn both_versions_are_judged_alike() {
    for version in ["v1", "v1alpha1"] {
        let mut review = skip();
        review["request"]["resource"]["version"] = json!(version);
        for object in ["object", "oldObject"] {
            review["request"][object]["apiVersion"] = json!(format!("cluster.spectrocloud.com/{version}"));
        }
        assert!(!ask(&review).await.is_allowed(), "{version}");
    }
}

#[tokio::test]
async fn a_dry_run_is_judged_alike() {
    let mut review = skip();
    review["request"]["dryRun"] = json!(true);
    assert!(!ask(&review).await.is_allowed());
}

#[tokio::test]
async fn a_cluster_that_is_being_deleted_is_exempt() {
    let mut review = skip();
    review["request"]["oldObject"]["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert!(ask(&review).await.is_allowed());
    let mut review = skip();
    review["request"]["object"]["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert!(!ask(&review).await.is_allowed(), "the new object's own word must not count");
}

#[tokio::test]
async fn an_update_without_its_objects_cannot_be_decided() {
    for field in ["object", "oldObject"] {
        for value in [None, Some(json!(null))] {
            let mut review = skip();
            match value {
                Some(value) => review["request"][field] = value,
                None => drop(review["request"].as_object_mut().unwrap().remove(field)),
            }
            let answer = ask(&review).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.text);
            assert!(answer.text.contains(&format!("request.{field}")), "{}", answer.text);
        }
        for value in [json!([]), json!("x"), json!(7), json!(true)] {
            let mut review = skip();
            review["request"][field] = value;
            assert_eq!(ask(&review).await.status, StatusCode::BAD_REQUEST);
        }
    }
}

#[tokio::test]
async fn an_update_of_another_resource_cannot_be_decided() {
    for (group, resource) in [
        ("cluster.spectrocloud.com", "clusterprofiles"),
        ("cluster.spectrocloud.com", "packs"),
        ("", "pods"),
        ("example.com", "spectroclusters"),
    ] {
        let mut review = skip();
        review["request"]["resource"] = json!({"group": group, "version": "v1", "resource": resource});
        let answer = ask(&review).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{group}/{resource}");
        assert!(answer.text.contains("spectroclusters.cluster.spectrocloud.com"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_review_of_another_version_or_kind_is_none() {
    for (field, value) in [
        ("apiVersion", json!("admission.k8s.io/v1beta1")),
        ("apiVersion", json!("v1")),
        ("apiVersion", json!(null)),
        ("kind", json!("ConversionReview")),
        ("kind", json!(null)),
    ] {
        let mut review = skip();
        review[field] = value;
        let answer = ask(&review).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        assert!(answer.text.contains("admission.k8s.io/v1"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_request_without_a_uid_is_none() {
    for uid in [json!(""), json!(null), json!(7)] {
        let mut review = skip();
        review["request"]["uid"] = uid;
        assert_eq!(status(&review).await, StatusCode::BAD_REQUEST);
    }
    let mut review = skip();
    review["request"].as_object_mut().unwrap().remove("uid");
    assert_eq!(status(&review).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_review_without_a_request_operation_or_resource_is_none() {
    let mut review = skip();
    review.as_object_mut().unwrap().remove("request");
    assert_eq!(status(&review).await, StatusCode::BAD_REQUEST);
    for field in ["operation", "resource"] {
        let mut review = skip();
        review["request"].as_object_mut().unwrap().remove(field);
        assert_eq!(status(&review).await, StatusCode::BAD_REQUEST, "{field}");
    }
    let mut review = skip();
    review["request"]["operation"] = json!("PATCH");
    assert_eq!(status(&review).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_written_in_another_shape_is_no_review() {
    let mut by_place = vec![skip(); 2];
    by_place[0]["request"]["userInfo"] = json!(["jane", ["system:authenticated"]]);
    by_place[1]["request"]["resource"] = json!(["cluster.spectrocloud.com", "spectroclusters"]);
    by_place.push(json!(["admission.k8s.io/v1", "AdmissionReview", skip()["request"]]));
    by_place.push(skip());
    by_place[3]["request"]["operation"] = json!({"UPDATE": null});
    for review in by_place {
        assert_eq!(status(&review).await, StatusCode::BAD_REQUEST, "{review}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_no_review() {
    let whole = skip().to_string();
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "7",
        "not json",
        "{\"apiVersion\":",
        &whole[..whole.len() - 1],
        &whole[..whole.len() / 2],
    ] {
        assert_eq!(ask_bytes(body.to_owned()).await.status, StatusCode::BAD_REQUEST, "{body:.60}");
    }
    assert_eq!(ask_bytes(format!("{whole}{whole}")).await.status, StatusCode::BAD_REQUEST, "two reviews in one body");
    assert_eq!(ask_bytes(b"\xff\xfe".to_vec()).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_truncated_review_says_where_it_ends() {
    let whole = skip().to_string();
    let answer = ask_bytes(whole[..100].to_owned()).await;
    assert!(answer.text.contains("ends early, at line 1 column 100"), "{}", answer.text);
}

#[tokio::test]
async fn deep_nesting_is_passed_over_and_not_followed() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = skip().to_string().replace("\"aws\"", &deep);
    assert!(!ask_bytes(body).await.is_allowed());
    // Where all of the content counts, what is too deep to be compared is another content.
    let mut cluster = cluster("1.29.4");
    cluster["status"]["state"] = json!("Provisioning");
    let values = "\"password: hunter2\\n\"";
    let body = update(&cluster, &cluster).to_string();
    assert!(body.contains(values) && ask_bytes(body.clone()).await.is_allowed());
    assert!(!ask_bytes(body.replace(values, &deep)).await.is_allowed());
}

#[tokio::test]
async fn what_stands_twice_and_counts_is_refused() {
    let body = skip().to_string();
    for (once, twice) in [
        (r#""cloudType":"#, r#""cloudType":"aws","cloudType":"#),
        (r#""version":"1.31.0""#, r#""version":"1.30.0","version":"1.31.0""#),
        (r#""state":"#, r#""state":"Running","state":"#),
        (r#""oldObject":"#, r#""oldObject":{},"oldObject":"#),
        (r#""operation":"#, r#""operation":"CREATE","operation":"#),
        (r#""apiVersion":"admission"#, r#""apiVersion":"v1","apiVersion":"admission"#),
        // Written otherwise it is the same name.
        (r#""spec":"#, r#""\u0073pec":{},"spec":"#),
    ] {
        assert!(body.contains(once), "{once}");
        assert_eq!(ask_bytes(body.replace(once, twice)).await.status, StatusCode::BAD_REQUEST, "{twice}");
    }
    // Nobody looks at it.
    assert!(!ask_bytes(body.replace(r#""values":"#, r#""values":"","values":"#)).await.is_allowed());
}

#[tokio::test]
async fn what_is_wrong_with_a_review_is_told_without_its_values() {
    let mut review = skip();
    review["request"]["uid"] = json!(["hunter2"]);
    review["request"]["operation"] = json!("hunter2");
    let answer = ask(&review).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.text.contains("hunter2"), "{}", answer.text);
}

fn decided(body: &[u8]) -> Result<Decision, AdmissionError> {
    decide(body, &Settings::default(), Timestamp::now())
}

#[test]
fn a_denial_is_told_to_the_log_without_values() {
    let record = decided(skip().to_string().as_bytes()).unwrap().record.unwrap();
    assert_eq!((record.user.as_str(), record.object.as_str(), record.allowed), ("jane", "cluster-1/demo", false));
    assert_eq!(record.verdicts, [(Code::K8sMultiMinorUpgradeNotSupported, Consequence::Denied)]);
    assert!(!format!("{record:?}").contains("hunter2"), "{record:?}");
    let allowed = decided(update(&cluster("1.29.4"), &cluster("1.29.4")).to_string().as_bytes());
    let record = allowed.unwrap().record.unwrap();
    assert!(record.allowed && record.verdicts.is_empty(), "{record:?}");
}

#[test]
fn bad_bytes_and_a_lack_of_facts_are_different_errors() {
    assert!(matches!(decided(b"{"), Err(AdmissionError::NotAReview(_))));
    let mut review = skip();
    review["request"]["oldObject"] = json!(null);
    assert!(matches!(decided(review.to_string().as_bytes()), Err(AdmissionError::Undecidable(_))));
}
