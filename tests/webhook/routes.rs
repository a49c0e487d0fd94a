//! The paths and methods of the service, and what becomes of a bug in it.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, StatusCode};
use profile_webhook::{limits::Limits, service::Service};

use crate::reviews::{self, send, service, skip};

fn nothing() -> Full<Bytes> {
    Full::default()
}

#[tokio::test]
async fn the_probes_say_ok() {
    for path in ["/healthz", "/readyz", "/readyz?verbose"] {
        for method in ["GET", "HEAD"] {
            assert_eq!(send(&service(), method, path, nothing()).await.status, StatusCode::OK, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn draining_is_healthy_and_not_ready() {
    let service = service();
    service.start_draining();
    assert_eq!(send(&service, "GET", "/healthz", nothing()).await.status, StatusCode::OK);
    let answer = send(&service, "GET", "/readyz", nothing()).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "draining\n"));
}

#[tokio::test]
async fn draining_still_judges() {
    let service = service();
    service.start_draining();
    assert!(!send(&service, "POST", "/validate", Full::from(skip().to_string())).await.is_allowed());
}

#[tokio::test]
async fn other_paths_are_not_found() {
    for path in ["/", "/validate/", "/validat", "/VALIDATE", "/healthz/x", "//validate"] {
        let answer = send(&service(), "POST", path, Full::from(skip().to_string())).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_the_right_one() {
    for (method, path, allowed) in [
        ("GET", "/validate", "POST"),
        ("PUT", "/validate", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/readyz", "GET, HEAD"),
    ] {
        let answer = send(&service(), method, path, Full::from(skip().to_string())).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn the_health_port_takes_no_reviews() {
    let request = Request::builder().method("POST").uri("/validate").body(()).unwrap();
    assert_eq!(service().answer_health(&request).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn metrics_are_told_on_the_health_port_alone() {
    assert_eq!(send(&service(), "GET", "/metrics", nothing()).await.status, StatusCode::NOT_FOUND);
    for (method, status) in
        [("GET", StatusCode::OK), ("HEAD", StatusCode::OK), ("POST", StatusCode::METHOD_NOT_ALLOWED)]
    {
        let request = Request::builder().method(method).uri("/metrics").body(()).unwrap();
        assert_eq!(service().answer_health(&request).await.status(), status, "{method}");
    }
}

#[tokio::test]
async fn a_bug_is_a_failed_call_and_never_a_yes() {
    // With one turn the second review is answered only when the bug gave the turn back.
    let limits = Limits { reviews: 1, ..Limits::default() };
    let service = Service::deciding(|_| panic!("a bug that this test made"), limits);
    for _ in 0..2 {
        let answer = send(&service, "POST", "/validate", Full::from(skip().to_string())).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.text.contains("allowed"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_review_is_answered_alike_each_time() {
    let review = skip();
    let first = reviews::ask(&review).await.text;
    assert_eq!(reviews::ask(&review).await.text, first);
}
