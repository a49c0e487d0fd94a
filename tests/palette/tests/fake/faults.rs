//! Things that go wrong on purpose, and who may ask at all.

use std::time::{Duration, Instant};

use profile_palette::{Answer, Effect, Fake, Fault, Options, RateLimit};
use serde_json::{Value, json};

use crate::{
    client::{nothing, send, send_with},
    shop,
};

const SEARCH: &str = "/v1/dashboard/spectroclusters/search";

fn search(fake: &Fake) -> Result<u16, String> {
    send(fake, "POST", SEARCH, nothing()).map(|response| response.status)
}

#[test]
fn an_answer_comes_so_often_and_with_its_headers() {
    let fake = shop::start();
    let busy = Answer::error(429, "TooManyRequests", "wait").header("Retry-After", "1");
    fake.inject(Fault::on("POST", SEARCH, Effect::Answer(busy)).times(2).after(1));
    assert_eq!(search(&fake), Ok(200));
    let response = send(&fake, "POST", SEARCH, nothing()).unwrap();
    assert_eq!((response.status, &response.headers["retry-after"]), (429, &"1".parse().unwrap()));
    assert_eq!(search(&fake), Ok(429));
    assert_eq!(search(&fake), Ok(200));
    fake.inject(Fault::on("POST", SEARCH, Effect::Answer(Answer::empty(503))).always());
    assert_eq!((search(&fake), search(&fake)), (Ok(503), Ok(503)));
    fake.forget_faults();
    assert_eq!(search(&fake), Ok(200));
}

#[test]
fn a_page_of_html_comes_as_it_is() {
    let fake = shop::start();
    let html = Answer::text(200, "text/html", "<html>log in</html>");
    fake.inject(Fault::when(|request| request.method == "POST", Effect::Answer(html)));
    let response = send(&fake, "POST", SEARCH, nothing()).unwrap();
    assert_eq!((response.status, &*response.body), (200, &b"<html>log in</html>"[..]));
}

#[test]
fn a_cut_body_and_closed_connections_are_errors_of_the_client() {
    let fake = shop::start();
    let path = shop::cluster(&fake, "/profiles");
    let template = "/v1/spectroclusters/{uid}/profiles";
    let body = |from: &str, to: &str| json!({"profiles": [shop::switch(&fake, "base", from, to)]});

    fake.inject(Fault::on("POST", SEARCH, Effect::Truncate));
    let error = search(&fake).unwrap_err();
    assert!(error.starts_with("half an answer"), "{error}");

    fake.inject(Fault::on("PATCH", template, Effect::CloseBefore));
    let error = send(&fake, "PATCH", &path, body("1.0.0", "1.1.0")).unwrap_err();
    assert!(error.starts_with("no answer"), "{error}");
    assert_eq!(shop::attached(&fake)[0], "base 1.0.0");

    fake.inject(Fault::on("PATCH", template, Effect::CloseAfter));
    let error = send(&fake, "PATCH", &path, body("1.0.0", "1.1.0")).unwrap_err();
    assert!(error.starts_with("no answer"), "{error}");
    assert_eq!(shop::attached(&fake)[0], "base 1.1.0");
    assert_eq!(fake.calls().last().unwrap().status, None);
}

#[test]
fn a_hang_ends_without_an_answer_and_a_delay_with_one() {
    let fake = shop::start();
    let pause = Duration::from_millis(120);
    for (effect, is_answered) in [(Effect::Hang(pause), false), (Effect::Delay(pause), true)] {
        fake.inject(Fault::on("POST", SEARCH, effect));
        let start = Instant::now();
        assert_eq!(search(&fake).is_ok(), is_answered);
        assert!(start.elapsed() >= pause);
    }
}

#[test]
fn a_hook_changes_the_world_before_the_request() {
    let fake = shop::start();
    let vanish = Effect::Hook(Box::new(|world| world.clusters.clear()));
    fake.inject(Fault::on("GET", "/v1/spectroclusters/{uid}", vanish));
    assert_eq!(send(&fake, "GET", &shop::cluster(&fake, ""), Value::Null).unwrap().status, 404);
}

#[test]
fn beyond_the_rate_there_is_429_and_nothing_else() {
    let fake =
        shop::start_with(Options { rate_limit: Some(RateLimit { per_second: 0.001, burst: 2 }), ..Options::default() });
    assert_eq!((search(&fake), search(&fake)), (Ok(200), Ok(200)));
    let response = send(&fake, "POST", SEARCH, nothing()).unwrap();
    assert_eq!((response.status, response.headers.get("retry-after"), response.body.len()), (429, None, 0));
}

#[test]
fn every_answer_takes_the_latency() {
    let latency = Duration::from_millis(80);
    let fake = shop::start_with(Options { latency, ..Options::default() });
    let start = Instant::now();
    search(&fake).unwrap();
    assert!(start.elapsed() >= latency);
}

#[test]
fn only_the_key_and_a_known_project_open() {
    let fake = shop::start();
    let project = fake.project();
    let ask = |headers: &[(&str, &str)]| {
        let response = send_with(&fake, "POST", SEARCH, nothing(), headers).unwrap();
        (response.status, response.json()["code"].as_str().map(str::to_owned))
    };
    assert_eq!(ask(&[("ProjectUid", &project)]), (401, Some("InvalidCredentials".into())));
    assert_eq!(ask(&[("ApiKey", "other"), ("ProjectUid", &project)]), (401, Some("InvalidCredentials".into())));
    assert_eq!(ask(&[("ApiKey", fake.key()), ("ProjectUid", "other")]), (403, Some("Forbidden".into())));
    assert_eq!(ask(&[("ApiKey", fake.key()), ("ProjectUid", &project)]), (200, None));
}

#[test]
fn another_project_does_not_see_the_cluster() {
    let fake = shop::start();
    let other = fake.with_world(|world| world.add_project("Other"));
    let headers = [("ApiKey", fake.key()), ("ProjectUid", other.as_str())];
    let get = |headers: &[(&str, &str)]| {
        send_with(&fake, "GET", &shop::cluster(&fake, ""), Value::Null, headers).unwrap().status
    };
    assert_eq!(get(&headers), 404);
    assert_eq!(get(&headers[..1]), 404);
}
