//! What is counted: each outcome, each rule, and what is refused.

use std::sync::Arc;

use http_body_util::Full;
use hyper::Request;
use profile_core::{
    allowance::Consequence,
    rules::{Code, Policy},
};
use profile_webhook::{
    limits::Limits,
    metrics::{Metrics, Outcome},
    record::Record,
    service::Service,
};

use crate::{
    client::number,
    reviews::{cluster, send, skip, update},
};

fn service(limits: Limits) -> (Service, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new());
    (Service::new(Policy::default(), limits).with_metrics(Arc::clone(&metrics)), metrics)
}

fn requests(metrics: &Metrics, outcome: &str, code: &str) -> f64 {
    let series = format!("profile_webhook_requests_total{{outcome=\"{outcome}\",code=\"{code}\"}}");
    number(&metrics.text(), &series)
}

#[test]
fn every_series_is_there_from_the_start() {
    let text = Metrics::new().text();
    let zeros = |name: &str| text.lines().filter(|line| line.starts_with(name) && line.ends_with(" 0")).count();
    assert_eq!(zeros("profile_webhook_requests_total{"), Outcome::ALL.len());
    assert_eq!(zeros("profile_webhook_verdicts_total{"), Code::ALL.len() * 4 * 2);
    assert_eq!(zeros("profile_webhook_refused_total{"), 4);
    for series in [
        "profile_webhook_requests_in_flight",
        "profile_webhook_connections",
        "profile_webhook_connections_evicted_total",
        "profile_webhook_accept_errors_total",
        "profile_webhook_tls_handshakes_total{result=\"failed\"}",
        "profile_webhook_certificate_not_after_timestamp_seconds",
        "profile_webhook_certificate_reloads_total{result=\"failure\"}",
        "profile_webhook_client_ca_reloads_total{result=\"failure\"}",
        "profile_webhook_config_reloads_total{result=\"failure\"}",
        "profile_webhook_exempt_total{dry_run=\"false\"}",
        "profile_webhook_exceptions_total{dry_run=\"true\"}",
        "profile_webhook_review_duration_seconds_bucket{le=\"0.00005\"}",
        "profile_webhook_review_duration_seconds_bucket{le=\"10.0\"}",
        "profile_webhook_review_duration_seconds_count",
    ] {
        assert_eq!(number(&text, series), 0.0, "{series}");
    }
    let build = format!("profile_webhook_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!(number(&text, &build), 1.0);
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test]
async fn reviews_are_counted_by_how_they_end() {
    let (service, metrics) = service(Limits::default());
    let allowed = update(&cluster("1.29.4"), &cluster("1.30.1")).to_string();
    for body in [allowed.clone(), allowed, skip().to_string(), "{}".to_owned()] {
        send(&service, "POST", "/validate", Full::from(body)).await;
    }
    send(&service, "GET", "/validate", Full::default()).await;
    send(&service, "GET", "/healthz", Full::default()).await;
    let mut gone = skip();
    gone["request"]["oldObject"] = serde_json::Value::Null;
    send(&service, "POST", "/validate", Full::from(gone.to_string())).await;
    for (outcome, code, count) in [
        ("allowed", "200", 2.0),
        ("denied", "200", 1.0),
        ("not_a_review", "400", 1.0),
        ("wrong_method", "405", 1.0),
        ("undecidable", "500", 1.0),
        ("abandoned", "none", 0.0),
    ] {
        assert_eq!(requests(&metrics, outcome, code), count, "{outcome}");
    }
    let text = metrics.text();
    assert_eq!(number(&text, "profile_webhook_review_duration_seconds_count"), 5.0);
    assert_eq!(number(&text, "profile_webhook_review_duration_seconds_bucket{le=\"+Inf\"}"), 5.0);
    assert_eq!(number(&text, "profile_webhook_requests_in_flight"), 0.0);
    let series =
        "profile_webhook_verdicts_total{rule=\"K8sMultiMinorUpgradeNotSupported\",mode=\"enforce\",dry_run=\"false\"}";
    assert_eq!(number(&text, series), 1.0);
}

#[tokio::test]
async fn what_is_refused_is_counted_by_its_cause() {
    let body = skip().to_string();
    for (limits, cause) in [
        (Limits { bytes_at_once: 1, ..Limits::default() }, "bytes"),
        (Limits { reviews: 0, waiting: 0, ..Limits::default() }, "queue"),
        (Limits { reviews_per_connection: 0, ..Limits::default() }, "connection"),
        (Limits { reviews: 0, body: std::time::Duration::from_millis(5), ..Limits::default() }, "turn"),
    ] {
        let (service, metrics) = service(limits);
        let answer = send(&service, "POST", "/validate", Full::from(body.clone())).await;
        assert_eq!(answer.status, 503, "{cause}");
        assert_eq!(number(&metrics.text(), &format!("profile_webhook_refused_total{{cause=\"{cause}\"}}")), 1.0);
        assert_eq!(requests(&metrics, "overloaded", "503"), 1.0);
    }
}

#[tokio::test]
async fn bodies_that_are_no_plain_json_are_refused_unread() {
    let (service, metrics) = service(Limits::default());
    for (header, value) in
        [("content-encoding", "gzip"), ("content-encoding", "rot13"), ("content-type", "application/yaml")]
    {
        let request = Request::post("/validate").header(header, value).body(Full::from(skip().to_string())).unwrap();
        let answer = service.answer(request).await;
        assert_eq!(answer.status(), 415, "{value}");
        assert_eq!(answer.headers().contains_key("accept-encoding"), header == "content-encoding");
    }
    assert_eq!(requests(&metrics, "unsupported_media", "415"), 3.0);
}

#[test]
fn records_are_counted_by_rule_consequence_and_dry_run() {
    let metrics = Metrics::new();
    let record = |consequence, dry_run, exempt| Record {
        allowed: consequence != Consequence::Denied,
        dry_run,
        verdicts: vec![(Code::ClusterProvisioning, consequence), (Code::K8sVersionUnreadable, Consequence::Warned)],
        exempt,
        ..Record::default()
    };
    metrics.record(&record(Consequence::Denied, false, false));
    metrics.record(&record(Consequence::Audited, true, false));
    metrics.record(&record(Consequence::Excused, false, false));
    metrics.record(&record(Consequence::Excused, true, true));
    let text = metrics.text();
    for (rule, mode, dry_run, count) in [
        ("ClusterProvisioning", "enforce", "false", 1.0),
        ("ClusterProvisioning", "enforce", "true", 0.0),
        ("ClusterProvisioning", "audit", "true", 1.0),
        ("ClusterProvisioning", "excused", "false", 1.0),
        ("ClusterProvisioning", "excused", "true", 1.0),
        ("K8sVersionUnreadable", "warn", "false", 2.0),
        ("K8sVersionUnreadable", "warn", "true", 2.0),
    ] {
        let series = format!("profile_webhook_verdicts_total{{rule=\"{rule}\",mode=\"{mode}\",dry_run=\"{dry_run}\"}}");
        assert_eq!(number(&text, &series), count, "{series}");
    }
    for (series, count) in [
        ("profile_webhook_exceptions_total{dry_run=\"false\"}", 1.0),
        ("profile_webhook_exceptions_total{dry_run=\"true\"}", 0.0),
        ("profile_webhook_exempt_total{dry_run=\"true\"}", 1.0),
    ] {
        assert_eq!(number(&text, series), count, "{series}");
    }
}

#[test]
fn the_configuration_is_told_by_its_hash() {
    let metrics = Metrics::new();
    metrics.config().starts_with("abc");
    metrics.config().taken("def");
    metrics.config().refused();
    let text = metrics.text();
    assert_eq!(number(&text, "profile_webhook_config_info{hash=\"def\"}"), 1.0);
    assert!(!text.contains("abc"), "{text}");
    assert_eq!(number(&text, "profile_webhook_config_reloads_total{result=\"success\"}"), 1.0);
    assert_eq!(number(&text, "profile_webhook_config_reloads_total{result=\"failure\"}"), 1.0);
    assert_eq!(number(&text, "profile_webhook_config_is_current"), 0.0);
}
