//! More reviews than can be decided at once: a short queue, and a refusal at once behind it.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use http_body_util::Full;
use hyper::StatusCode;
use jiff::Timestamp;
use profile_webhook::{admission::decide, limits::Limits, service::Service, settings::Settings, shutdown::Shutdown};
use tokio::sync::mpsc::unbounded_channel;

use crate::{
    client::number,
    held::Held,
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

#[tokio::test]
async fn a_review_that_is_refused_for_now_keeps_the_connection_of_the_api_server() {
    let (_trigger, shutdown) = Shutdown::channel();
    let limits = Limits { reviews: 1, waiting: 0, body: Duration::from_secs(3600), ..Limits::default() };
    let mut held = Held::with(limits);
    let webhook = held.start.start(shutdown).await;
    let mut connection = webhook.client().open().await.unwrap();
    held.go_on.send(()).unwrap();
    assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);

    let mut other = webhook.client().open().await.unwrap();
    let decided = tokio::spawn(async move { other.review(skip().to_string()).await });
    held.begun.recv().await.unwrap();
    held.begun.recv().await.unwrap();
    for _ in 0..2 {
        assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 503);
    }
    let mut stranger = webhook.client().open().await.unwrap();
    assert_eq!(stranger.review(skip().to_string()).await.unwrap().0, 503);
    stranger.closed().await;
    for _ in 0..2 {
        held.go_on.send(()).unwrap();
    }
    assert_eq!(decided.await.unwrap().unwrap().0, 200);
    assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
}
