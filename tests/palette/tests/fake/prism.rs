//! Prism as a second judge of requests.

use std::io::Write;

use profile_palette::prism::{Prism, PrismError};
use serde_json::{Value, json};

use crate::{answers, client::send, shop};

/// A running Prism; where it cannot run, a line on the terminal says so, past what the test runner captures.
fn start() -> Option<Prism> {
    match Prism::start() {
        Ok(prism) => Some(prism),
        Err(error @ (PrismError::NoDescription(_) | PrismError::NoNode { .. } | PrismError::Install(_))) => {
            std::io::stderr().write_all(format!("NOT RUN: Prism: {error}\n").as_bytes()).unwrap();
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// One start for everything: Prism needs seconds to read the description.
#[test]
fn prism_finds_what_it_can_find() {
    let Some(prism) = start() else { return };

    let fake = shop::start();
    fake.with_world(|world| world.repave_needs_approval = true);
    for (method, target, body) in answers::requests(&fake) {
        send(&fake, method, &target, body).unwrap();
    }
    for call in fake.calls() {
        assert_eq!(prism.judge(&call).unwrap(), [""; 0], "{call}");
    }

    let judged = |pack: Value| {
        let fake = shop::start();
        let mut entry = shop::switch(&fake, "base", "1.0.0", "1.1.0");
        entry["packValues"] = json!([pack]);
        send(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), json!({"profiles": [entry]})).unwrap();
        prism.judge(&fake.calls()[0]).unwrap()
    };
    let place = "Request body property profiles.0.packValues.0";
    assert_eq!(judged(json!({"values": ""})), [format!("{place} must have required property 'name'")]);
    assert_eq!(judged(json!({"name": "hello", "values": {}})), [format!("{place}.values must be string")]);
    // A field that is not declared is found by the contract alone.
    assert_eq!(judged(json!({"name": "hello", "nmae": ""})), [""; 0]);

    let fake = shop::start();
    send(&fake, "GET", "/v1/nowhere", Value::Null).unwrap();
    send(&fake, "GET", "/v1/dashboard/spectroclusters/repaveStatus?limit=many", Value::Null).unwrap();
    let calls = fake.calls();
    assert_eq!(prism.judge(&calls[0]).unwrap(), ["The route /v1/nowhere hasn't been found in the specification file"]);
    assert_eq!(prism.judge(&calls[1]).unwrap(), ["Request query parameter limit must be integer"]);
}
