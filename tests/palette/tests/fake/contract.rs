//! Mistakes that the contract finds.

use std::io::Write;

use profile_palette::Fake;
use serde_json::{Value, json};

use crate::{
    client::{nothing, send},
    shop,
};

/// Whether the contract is checked; where it is not, a line on the terminal says so, past the test runner.
pub(crate) fn is_checked(fake: &Fake, test: &str) -> bool {
    let is_checked = fake.is_contract_checked();
    if !is_checked {
        let file = profile_palette::openapi_file();
        let line = format!("NOT RUN: contract, {test}: there is no {} (set PALETTE_OPENAPI)\n", file.display());
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    is_checked
}

/// Sends a switch that is well but for one entry of `packValues`.
fn violations_of(pack: Value, test: &str) -> Option<Vec<String>> {
    let fake = shop::start();
    let mut entry = shop::switch(&fake, "base", "1.0.0", "1.1.0");
    entry["packValues"] = json!([pack]);
    send(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), json!({"profiles": [entry]})).unwrap();
    is_checked(&fake, test).then(|| fake.violations())
}

#[test]
fn a_request_that_fits_has_no_violations() {
    if let Some(violations) = violations_of(json!({"name": "hello", "values": "a: 1\n"}), "fits") {
        assert_eq!(violations, [""; 0]);
    }
}

#[test]
fn a_wrong_field_is_found() {
    if let Some(violations) = violations_of(json!({"name": "hello", "nmae": "x"}), "wrong field") {
        let expected = "PATCH /v1/spectroclusters/{uid}/profiles request: /profiles/0/packValues/0/nmae: unknown field";
        assert_eq!(violations, [expected]);
    }
}

#[test]
fn a_missing_field_is_found() {
    if let Some(violations) = violations_of(json!({"values": "a: 1\n"}), "missing field") {
        let place = "PATCH /v1/spectroclusters/{uid}/profiles request";
        assert_eq!(violations, [format!("{place}: /profiles/0/packValues/0/name: required field is missing")]);
    }
}

#[test]
fn a_wrong_type_is_found() {
    if let Some(violations) = violations_of(json!({"name": "hello", "values": {"a": 1}}), "wrong type") {
        let place = "PATCH /v1/spectroclusters/{uid}/profiles request";
        assert_eq!(violations, [format!("{place}: /profiles/0/packValues/0/values: expected string, found object")]);
    }
}

#[test]
fn what_stands_in_the_query_and_beside_it_is_checked() {
    let fake = shop::start();
    let search = "/v1/dashboard/spectroclusters/search";
    send(&fake, "POST", &format!("{search}?limit=many"), nothing()).unwrap();
    send(&fake, "POST", &format!("{search}?page=2"), nothing()).unwrap();
    send(&fake, "GET", "/v1/dashboard/spectroclusters/repaveStatus?repaveState=Never", Value::Null).unwrap();
    send(&fake, "GET", "/v1/dashboard/projects/metadata", nothing()).unwrap();
    send(&fake, "GET", "/v1/nowhere", Value::Null).unwrap();
    send(&fake, "PUT", search, nothing()).unwrap();
    if is_checked(&fake, "query, body, path and method") {
        let repave = "GET /v1/dashboard/spectroclusters/repaveStatus request";
        assert_eq!(
            fake.violations(),
            [
                format!("POST {search} request: query parameter 'limit': expected integer, found 'many'"),
                format!("POST {search} request: query parameter 'page': unknown parameter"),
                format!(
                    "{repave}: query parameter 'repaveState': 'Never' is not one of \
                     [\"Pending\",\"Approved\",\"Reverted\"]"
                ),
                "GET /v1/dashboard/projects/metadata request: a body where none is declared".to_owned(),
                "GET /v1/nowhere request: the API has no such path".to_owned(),
                format!("PUT {search} request: the path has no such method"),
            ]
        );
    }
}

#[test]
fn an_answer_that_does_not_fit_is_found() {
    let fake = shop::start();
    fake.with_world(|world| world.cluster_mut("shop").unwrap().set_status("mood", json!("good")));
    send(&fake, "GET", &shop::cluster(&fake, ""), Value::Null).unwrap();
    if is_checked(&fake, "answer") {
        assert_eq!(fake.violations(), ["GET /v1/spectroclusters/{uid} answer 200: /status/mood: unknown field"]);
    }
}
