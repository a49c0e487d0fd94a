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
fn an_agent_that_is_not_told_does_nothing() {
    let fake = shop::start();
    fake.with_world(|world| world.reconciles_at_once = false);
    let body = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), body);
    assert_eq!(shop::version_of_status(&fake, "hello"), "1.0.0");
    assert!(fake.with_world(|world| world.reconcile("shop")));
    assert_eq!(shop::version_of_status(&fake, "hello"), "1.1.0");
}
