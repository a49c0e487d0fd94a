//! Repaves that wait for approval.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use profile_palette::{Effect, Fault};

use crate::{
    run::{Palette, fake_of},
    shop::{shop, world},
};

fn careful() -> Palette {
    let mut world = world(&["shop"]);
    world.repave_needs_approval = true;
    fake_of(world)
}

fn state(palette: &Palette) -> Option<String> {
    palette.with_world(|world| {
        let status = &world.cluster("shop").unwrap().status;
        status["repave"]["state"].as_str().map(str::to_owned)
    })
}

#[test]
fn a_wait_ends_at_a_repave_and_says_how_to_approve_it() {
    let palette = careful();
    let ran = palette.run("switch shop hello@1.3.0 --yes --wait").exits(6);
    ran.tells("waits for approval").tells("kubectl profile approve shop --store palette");
    assert_eq!(state(&palette).as_deref(), Some("Pending"));
    let looked = palette.run("approve shop --dry-run").exits(0);
    looked.shows("Store:    Palette at ").shows("kubernetes 1.31.4 → 1.32.1").shows("nodes are to be replaced");
    assert_eq!(state(&palette).as_deref(), Some("Pending"));
    palette.run("approve shop").exits(2).tells("this needs a yes");
    let json = palette.run("approve shop --yes -o json").exits(0).document("ApprovalList");
    assert_eq!((&json["approved"], &json["items"][0]["for"]), (&true.into(), &"repave".into()));
    palette.run("status shop --wait").exits(0).shows("1.32.1");
    palette.run("approve shop").exits(0).shows("no repave waits");
    palette.run("approve shop --error-unchanged").exits(3);
}

#[test]
fn a_repave_that_was_shown_is_approved_while_waiting() {
    let palette = careful();
    palette.run("switch shop hello@1.3.0 --yes --wait --approve-repave").exits(0).tells("runs what its spec says");
    assert!(palette.changes().iter().any(|it| it.contains("/repave/approve")));
}

#[test]
fn a_repave_for_another_reason_than_was_shown_is_not_approved() {
    let palette = careful();
    let other = |world: &mut profile_palette::World| {
        let repave = world.cluster_mut("shop").unwrap().repave.as_mut();
        if let Some(reason) = repave.and_then(|it| it.reasons.first_mut()) {
            reason.code = "SomethingElse".into();
        }
    };
    palette.inject(Fault::on("GET", "/v1/spectroclusters/{uid}/repave/status", Effect::Hook(Box::new(other))).always());
    let ran = palette.run("switch shop hello@1.3.0 --yes --wait --approve-repave").exits(6);
    ran.tells("is not the one that was shown").tells("SomethingElse");
    assert!(!palette.changes().iter().any(|it| it.contains("/repave/approve")));
}

#[test]
fn an_approval_whose_answer_is_lost_is_asked_for_and_not_sent_again() {
    let palette = careful();
    palette.run("switch shop hello@1.3.0 --yes").exits(0);
    palette.forget_calls();
    palette.inject(Fault::on("PATCH", "/v1/spectroclusters/{uid}/repave/approve", Effect::CloseAfter));
    palette.run("approve shop --yes").exits(0).shows("repave approved");
    assert_eq!(palette.changes().len(), 1, "{:?}", palette.changes());
}

#[test]
fn approve_is_for_palette_alone() {
    let palette = shop();
    palette.write("cluster.yaml", "kind: SpectroCluster\nmetadata: {name: c}\n");
    palette.request("approve -f cluster.yaml").elsewhere().exits(2).tells("--store palette");
    palette
        .request("switch c p@1 -f cluster.yaml --download-first")
        .elsewhere()
        .exits(2)
        .tells("--download-first is for");
}

/// Hangs on the request, and says whether it has come.
fn hang(palette: &Palette, method: &'static str, part: &'static str) -> Arc<AtomicBool> {
    let has_come = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&has_come);
    let matches = move |request: &profile_palette::Request| {
        let is_it = request.method == method && request.path.contains(part);
        seen.fetch_or(is_it, Ordering::SeqCst);
        is_it
    };
    palette.inject(Fault::when(matches, Effect::Hang(Duration::from_secs(30))));
    has_come
}

#[test]
fn an_interrupt_of_an_approval_says_that_it_is_not_known() {
    let palette = careful();
    palette.run("switch shop hello@1.3.0 --yes").exits(0);
    let has_come = hang(&palette, "PATCH", "/repave/approve");
    let ran = palette.request("approve shop --yes").interrupted_when(|| has_come.load(Ordering::SeqCst)).exits(130);
    ran.tells("error: interrupted\nhint: whether shop was is found out by the next run\n").hides("history");
}

#[test]
fn an_interrupt_of_a_write_without_a_record_names_none() {
    let palette = careful();
    let has_come = hang(&palette, "PATCH", "/profiles");
    let words = "switch shop hello@1.3.0 --yes --no-history";
    let ran = palette.request(words).interrupted_when(|| has_come.load(Ordering::SeqCst)).exits(130);
    ran.tells("whether a write that was under way was made is shown by `kubectl profile status`").hides("history`");
}
