//! Variables of profiles.

use serde_json::{Value, json};

use crate::{client::ask, shop};

#[test]
fn values_are_shown_and_sensitive_ones_masked() {
    let fake = shop::start();
    let all = ask(&fake, "GET", &shop::cluster(&fake, "/variables"), Value::Null);
    let extra = &all[1]["variables"];
    assert_eq!((&extra[0]["name"], &extra[0]["value"]), (&json!("colour"), &json!("red")));
    assert_eq!((&extra[1]["name"], &extra[1]["value"]), (&json!("token"), &json!("********")));
}

#[test]
fn a_value_is_set_and_resolved() {
    let fake = shop::start();
    let uid = shop::profile(&fake, "extra", "1.0.0");
    let body = json!([{"profileUid": uid, "variables": [{"name": "colour", "value": "blue"}]}]);
    ask(&fake, "PATCH", &shop::cluster(&fake, "/variables"), body);
    let resolved = ask(&fake, "GET", &shop::cluster(&fake, "/packs/resolvedValues"), Value::Null);
    assert_eq!(resolved["profiles"][1]["resolved"]["paint"], "colour: 'blue'\n");
}

#[test]
fn a_switch_with_all_required_values_is_made() {
    let fake = shop::start();
    let mut entry = shop::switch(&fake, "extra", "1.0.0", "2.0.0");
    entry["variables"] = json!([{"name": "colour", "value": "green"}]);
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), json!({"profiles": [entry]}));
    assert_eq!(shop::attached(&fake), ["base 1.0.0", "extra 2.0.0"]);
}
