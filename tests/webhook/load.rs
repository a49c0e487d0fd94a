//! More reviews than can be decided at once: a short queue, and a refusal at once behind it.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use http_body_util::Full;
use hyper::StatusCode;
use jiff::Timestamp;
use profile_webhook::{admission::decide, limits::Limits, service::Service, settings::Settings};
use tokio::sync::mpsc::unbounded_channel;

use crate::{
    client::number,
    reviews::{send, skip},
};

#[tokio::test]
async fn behind_a_full_queue_a_review_is_refused_at_once() {
    let (begin, mut begun) = unbounded_channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let may_go_on = Mutex::new(may_go_on);
    let body = Duration::from_secs(3600);
    let limits = Limits { reviews: 1, waiting: 2, bytes_in_place: 0, body, ..Limits::default() };
    let service = Arc::new(Service::deciding(
        move |body| {
            begin.send(()).unwrap();
            may_go_on.lock().unwrap().recv_timeout(Duration::from_secs(60)).unwrap();
            decide(body, &Settings::default(), Timestamp::now())
        },
        limits,
    ));
    let review = || {
        let service = Arc::clone(&service);
        tokio::spawn(async move { send(&service, "POST", "/validate", Full::from(skip().to_string())).await })
    };
    let decided = review();
    begun.recv().await.unwrap();
    let waiting = [review(), review()];
    // What is counted in work has its body already, and so waits in the queue.
    while number(&service.metrics().text(), "profile_webhook_requests_in_flight") < 3.0 {
        tokio::task::yield_now().await;
    }
    let refused = send(&service, "POST", "/validate", Full::from(skip().to_string())).await;
    assert!(refused.text.contains("too many reviews"), "{}", refused.text);
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    for _ in 0..3 {
        go_on.send(()).unwrap();
    }
    for answer in [decided].into_iter().chain(waiting) {
        assert_eq!(answer.await.unwrap().codes(), ["K8sMultiMinorUpgradeNotSupported"]);
    }
}
