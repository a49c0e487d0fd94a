//! What a real network does: each fault, and what becomes of the cluster.

use std::time::{Duration, Instant};

use profile_palette::{Answer, Effect, Fault, Options, RateLimit};
use serde_json::json;

use crate::{
    run::{Palette, fake_with},
    shop::{OWN, held, shop, world},
};

const CLUSTER: &str = "/v1/spectroclusters/{uid}";
const PROFILES: &str = "/v1/spectroclusters/{uid}/profiles";
const SWITCH: &str = "switch shop hello@1.1.0 --yes";

/// How often the cluster's profiles were sent.
fn sent(palette: &Palette) -> usize {
    palette.changes().iter().filter(|it| **it == format!("PATCH {PROFILES}")).count()
}

fn is_untouched(palette: &Palette) {
    let (version, values, _) = held(palette, "shop");
    assert_eq!((version.as_str(), values.as_str()), ("1.0.0", OWN));
}

fn is_switched(palette: &Palette) {
    assert_eq!(held(palette, "shop").0, "1.1.0");
    palette.run("history shop").exits(0).shows("deployed");
}

#[test]
fn a_read_is_sent_again_while_the_server_is_busy() {
    let palette = shop();
    let busy = |status, seconds: &str| {
        Effect::Answer(Answer::error(status, "Busy", "come again").header("retry-after", seconds))
    };
    palette.inject(Fault::on("GET", CLUSTER, busy(503, "0")).times(2));
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(Answer::error(502, "BadGateway", "away"))));
    palette.inject(Fault::on("GET", CLUSTER, Effect::CloseBefore));
    palette.run("status shop").exits(0).shows("hello@1.0.0");
}

#[test]
fn a_server_says_how_long_to_wait() {
    let palette = shop();
    let busy = Answer::error(503, "Busy", "come again").header("retry-after", "2");
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(busy)));
    let began = Instant::now();
    palette.run("overrides shop").exits(0);
    // It is a lower bound: no machine is too slow for it.
    assert!(began.elapsed() >= Duration::from_secs(2));
}

#[test]
fn a_read_that_fails_for_good_says_why() {
    let palette = shop();
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(Answer::error(500, "Internal", "boom"))).always());
    palette
        .run("overrides shop")
        .exits(2)
        .tells("error from Palette (500): cannot read cluster \"shop\": boom (Internal)");
    palette.forget_faults();
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(Answer::error(403, "Forbidden", "no role"))).always());
    palette.run("overrides shop").exits(2).tells("(Forbidden)").tells("lacks a role");
}

#[test]
fn too_many_requests_are_waited_out_by_reads_and_writes() {
    let palette = shop();
    // Palette's own answer has no headers.
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Answer(Answer::empty(429))));
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(Answer::empty(429))));
    palette.run(SWITCH).exits(0);
    assert_eq!(sent(&palette), 2);
    is_switched(&palette);
}

#[test]
fn the_rate_is_kept() {
    let rate_limit = Some(RateLimit { per_second: 10.0, burst: 50 });
    let names: Vec<_> = (0..12).map(|at| format!("shop-{at}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let palette = fake_with(world(&names), Options { rate_limit, ..Options::default() });
    palette.run("switch -l env=prod hello@1.1.0 --yes --parallel 12").exits(0);
    let refused = palette.calls().iter().filter(|it| it.status == Some(429)).count();
    assert_eq!(refused, 0);
    assert!(palette.calls().len() > 60, "the burst alone was enough for {}", palette.calls().len());
}

#[test]
fn a_write_whose_answer_is_lost_is_asked_for_and_not_sent_again() {
    let palette = shop();
    palette.inject(Fault::on("PATCH", PROFILES, Effect::CloseAfter));
    palette.run(SWITCH).exits(2).tells("the write happened all the same");
    assert_eq!(sent(&palette), 1);
    is_switched(&palette);
    palette.run(SWITCH).exits(0).shows("unchanged");
}

#[test]
fn a_write_that_did_not_arrive_is_told_and_not_sent_again() {
    let palette = shop();
    palette.inject(Fault::on("PATCH", PROFILES, Effect::CloseBefore));
    palette.run(SWITCH).exits(2).tells("it may still do").tells("stays pending");
    is_untouched(&palette);
    palette.run("history shop").exits(0).shows("pending(abandoned)");
    palette.run(SWITCH).exits(0).tells("was left pending");
    is_switched(&palette);
}

#[test]
fn a_busy_server_is_no_reason_to_write_twice() {
    let palette = shop();
    let busy = Answer::error(503, "Busy", "come again").header("retry-after", "0");
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Answer(busy)));
    palette.run(SWITCH).exits(2).tells("it may still do");
    assert_eq!(sent(&palette), 1);
    is_untouched(&palette);
}

#[test]
fn another_operation_under_way_is_told_in_its_own_words_and_not_tried_again() {
    let palette = shop();
    let other = Answer::error(409, "OperationInProgress", "another operation is in progress");
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Answer(other)).always());
    palette.run(SWITCH).exits(2).tells("another operation is in progress (OperationInProgress)");
    assert_eq!(sent(&palette), 1);
}

#[test]
fn a_write_that_takes_too_long_stays_open_and_is_settled_by_the_next_run() {
    let palette = shop();
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Hang(Duration::from_secs(30))));
    let ran = palette.run(&format!("{SWITCH} --request-timeout 1s")).exits(124);
    ran.tells("no answer from Palette").tells("stays pending");
    is_untouched(&palette);
    palette.run(SWITCH).exits(0).tells("was left pending");
    is_switched(&palette);
}

#[test]
fn the_guards_codes_of_palette_are_our_own() {
    let palette = shop();
    let body = json!({
        "code": "K8sMultiMinorUpgradeNotSupported", "message": "not across several minors",
        "details": {"currentVersion": "1.31.4", "targetVersion": "1.33.0"},
    });
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Answer(Answer::json(400, &body))));
    let ran = palette.run(SWITCH).exits(4);
    ran.tells("K8sMultiMinorUpgradeNotSupported (1.31.4 to 1.33.0)").tells("nothing was written");
    is_untouched(&palette);
}

#[test]
fn a_refusal_says_its_code_its_message_and_its_details() {
    let palette = shop();
    let body = json!({"code": "InvalidPack", "message": "no such pack", "details": {"pack": "app"}});
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Answer(Answer::json(400, &body))));
    palette.run(SWITCH).exits(4).tells("no such pack (InvalidPack) {\"pack\":\"app\"}");
    is_untouched(&palette);
}

#[test]
fn a_cluster_that_is_deleted_meanwhile_is_not_found() {
    let palette = shop();
    palette.inject(
        Fault::on("GET", CLUSTER, Effect::Answer(Answer::error(404, "ResourceNotFound", "gone"))).after(1).always(),
    );
    palette.run(SWITCH).exits(2).tells("gone (ResourceNotFound)");
    assert_eq!(sent(&palette), 0);
    let palette = shop();
    palette.with_world(|world| world.cluster_mut("shop").unwrap().set_state("Deleted"));
    palette.run("overrides shop").exits(2).tells("shop");
    palette.run("status").exits(0).hides("hello@1.0.0");
}

#[test]
fn a_page_of_html_is_said_to_be_one() {
    for status in [200, 502] {
        let palette = shop();
        let page = Answer::text(status, "text/html", "<html><body>Log in</body></html>");
        palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(page)).always());
        palette.run("overrides shop").exits(2).tells("the answer is a page of HTML").tells("HTTPS_PROXY");
    }
}

#[test]
fn an_answer_that_is_cut_off_is_read_again() {
    let palette = shop();
    palette.inject(Fault::on("GET", CLUSTER, Effect::Truncate));
    palette.run("overrides shop").exits(0).shows("replicas");
    palette.inject(Fault::on("GET", CLUSTER, Effect::Truncate).always());
    palette.run("overrides shop").exits(2).tells("cut off");
}

#[test]
fn a_cut_off_answer_to_a_write_is_no_second_write() {
    let palette = shop();
    let odd = Answer::text(200, "application/json", "{\"uid\": ");
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Answer(odd)));
    palette.run(SWITCH).exits(2).tells("cannot be read").tells("it may still do");
    assert_eq!(sent(&palette), 1);
    is_untouched(&palette);
}

#[test]
fn a_key_that_is_not_accepted_says_what_to_do() {
    let palette = shop();
    let ran = palette.request("list").env("SPECTROCLOUD_APIKEY", "sesame-open").run().exits(2);
    ran.tells("(Unauthorized)").tells("My API Keys").hides("sesame-open");
}

#[test]
fn a_certificate_that_is_not_trusted_is_named_and_not_passed_over() {
    let palette = shop();
    let ran = palette.request("list --store palette").elsewhere().exits(2);
    ran.tells("certificate").tells("--palette-ca");
    assert!(palette.calls().is_empty());
}

#[test]
fn nobody_there_and_no_such_host_are_told() {
    let palette = shop();
    for host in ["127.0.0.1:1", "no-such-host.invalid"] {
        let ran = palette.request("list").env("SPECTROCLOUD_HOST", host).run().exits(2);
        ran.tells(&format!("in Palette at {host}")).tells("check the host");
    }
}

#[test]
fn palettes_checks_that_do_not_answer_are_no_yes_and_no_end() {
    let palette = shop();
    let away = Answer::error(403, "Forbidden", "not for you");
    palette.inject(Fault::on("POST", "/v1/spectroclusters/{uid}/validate/repave", Effect::Answer(away)).always());
    palette.run(SWITCH).exits(0).shows("Palette's validate/repave: not known").shows("not for you");
    is_switched(&palette);
}

#[test]
fn of_many_clusters_one_that_cannot_be_read_spoils_nothing() {
    let palette = fake_with(world(&["shop-1", "shop-2"]), Options::default());
    let uid = palette.with_world(|world| world.cluster("shop-2").unwrap().uid.clone());
    let is_it = move |request: &profile_palette::Request| request.path.ends_with(&format!("/spectroclusters/{uid}"));
    palette.inject(Fault::when(is_it, Effect::Answer(Answer::error(500, "Internal", "boom"))).always());
    let ran = palette.run("switch shop-1 shop-2 hello@1.1.0 --yes").exits(5);
    ran.shows("shop-2").shows("boom");
    assert_eq!(held(&palette, "shop-1").0, "1.1.0");
    assert_eq!(held(&palette, "shop-2").0, "1.0.0");
}
