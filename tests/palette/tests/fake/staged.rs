//! Changes that wait for the agent, and an agent that acts when it is told.

use serde_json::{Value, json};

use crate::{client::ask, shop};

#[test]
fn a_staged_change_waits_until_it_is_applied() {
    let fake = shop::start();
    let body = json!({
        "profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")],
        "spcApplySettings": {"actionType": "DownloadAndInstallLater"},
    });
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), body);
    assert_eq!(shop::attached(&fake)[0], "base 1.1.0");
    assert_eq!(shop::version_of_status(&fake, "hello"), "1.0.0");
    let staged = ask(&fake, "GET", &shop::cluster(&fake, "/status/spcApply"), Value::Null);
    assert_eq!((&staged["actionType"], &staged["canBeApplied"]), (&json!("DownloadAndInstallLater"), &json!(false)));
    ask(&fake, "POST", &shop::cluster(&fake, "/status/spcApply"), Value::Null);
    assert_eq!(shop::version_of_status(&fake, "hello"), "1.1.0");
}

#[test]
fn a_change_at_once_takes_a_staged_one_with_it() {
    let fake = shop::start();
    let path = shop::cluster(&fake, "/profiles");
    let body = json!({
        "profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")],
        "spcApplySettings": {"actionType": "DownloadAndInstallLater"},
    });
    ask(&fake, "PATCH", &path, body);
    let mut entry = shop::switch(&fake, "extra", "1.0.0", "2.0.0");
    entry["variables"] = json!([{"name": "colour", "value": "green"}]);
    ask(&fake, "PATCH", &path, json!({"profiles": [entry]}));
    assert_eq!(
        (shop::version_of_status(&fake, "hello"), shop::version_of_status(&fake, "paint")),
        ("1.1.0".into(), "2.0.0".into())
    );
}

#[test]
fn an_agent_that_is_not_told_does_nothing() {
    let fake = shop::start();
    fake.with_world(|world| world.reconciles_at_once = false);
    let body = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), body);
    assert_eq!(shop::version_of_status(&fake, "hello"), "1.0.0");
    assert!(fake.with_world(|world| world.reconcile("shop")));
    assert_eq!(shop::version_of_status(&fake, "hello"), "1.1.0");
}
