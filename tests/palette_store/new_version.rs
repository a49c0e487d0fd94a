//! `new-version`.

use std::time::Duration;

use profile_palette::{Answer, Effect, Fault};

use crate::run::{Palette, fake, fake_of, hub};

const CLONE: &str = "/v1/clusterprofiles/{uid}/clone";
const PACK: &str = "/v1/clusterprofiles/{uid}/packs/{packName}";
const PUBLISH: &str = "/v1/clusterprofiles/{uid}/publish";
const COMMAND: &str = "new-version monitoring@1.0.0 1.2.0 --set metrics:replicas=3 --set logs:level=debug --yes";

fn values(palette: &Palette, version: &str, pack: &str) -> String {
    palette.with_world(|it| it.profile_version("monitoring", version).unwrap().pack(pack).unwrap().values.clone())
}

/// Whether the version is published; nothing where it is not there.
fn is_published(palette: &Palette, version: &str) -> Option<bool> {
    palette.with_world(|it| it.profile_version("monitoring", version).map(|it| it.published))
}

fn changes_of(palette: &Palette) -> Vec<String> {
    let last = |it: String| it.replace("/v1/clusterprofiles/{uid}/", "");
    palette.changes().into_iter().map(last).collect()
}

#[test]
fn a_version_is_a_copy_with_values_set_in_place() {
    let palette = fake();
    let ran = palette.run(COMMAND).exits(0);
    ran.shows("Profile:  monitoring@1.0.0 → monitoring@1.2.0");
    ran.shows("-replicas: 1\n+replicas: 3\n").shows("-level: info\n+level: debug\n");
    ran.shows("clusterprofile/monitoring@1.2.0 published (uid ");
    assert_eq!(
        values(&palette, "1.2.0", "metrics"),
        values(&palette, "1.0.0", "metrics").replace("replicas: 1", "replicas: 3")
    );
    assert_eq!(is_published(&palette, "1.2.0"), Some(true));
    let manifest = palette.with_world(|it| it.profile_version("monitoring", "1.2.0").unwrap().packs[0].manifests.len());
    assert_eq!(manifest, 1);
    assert_eq!(changes_of(&palette), ["POST clone", "PUT packs/{packName}", "PUT packs/{packName}", "PATCH publish"]);
    let project = palette.project();
    let clone = palette.calls().iter().find(|it| it.template() == CLONE).unwrap().body();
    assert_eq!(clone["metadata"]["target"], serde_json::json!({"scope": "project", "projectUid": project}));
}

#[test]
fn a_version_may_be_a_plain_copy() {
    let palette = fake();
    palette.run("new-version monitoring@1.0.0 1.2.0-rc.1 --yes").exits(0);
    assert_eq!(changes_of(&palette), ["POST clone", "PATCH publish"]);
    assert_eq!(values(&palette, "1.2.0-rc.1", "logs"), values(&palette, "1.0.0", "logs"));
}

#[test]
fn a_dry_run_makes_no_version() {
    let palette = fake();
    palette.run(&format!("{COMMAND} --dry-run")).exits(0).shows("+replicas: 3").shows("(client dry run)");
    palette.run(&format!("{COMMAND} --dry-run=server")).exits(2).tells("--dry-run=client");
    let ran = palette.run(&format!("{COMMAND} --dry-run -o json")).exits(0);
    assert!(ran.document("Diff").to_string().contains("replicas"));
    assert!(palette.changes().is_empty());
}

#[test]
fn rejects_a_version_before_anything_is_made() {
    let palette = fake();
    for (words, code, part) in [
        ("monitoring@1.0.0 1.2 --yes", 2, "\"1.2\" is no SemVer version"),
        ("monitoring@1.0.0 v1.2.0 --yes", 2, "write it like 1.2.0"),
        ("monitoring@1.0.0 1.1.0 --yes", 4, "monitoring@1.1.0 exists already"),
        ("monitoring@7.0.0 1.2.0 --yes", 2, "no version \"7.0.0\""),
        ("monitorin@1.0.0 1.2.0 --yes", 2, "no profile \"monitorin\""),
        ("monitoring@1.0.0 1.2.0 --set metric:replicas=2 --yes", 2, "no pack of that name"),
        ("monitoring@1.0.0 1.2.0 --set replicas=2 --yes", 2, "names no pack"),
        ("monitoring@1.0.0 1.2.0 --set metrics:replicas=*** --yes", 2, "hides a value"),
        ("monitoring@1.0.0 1.2.0 --set metrics:replicas.x=2 --yes", 2, "cannot be set there"),
        ("monitoring@1.0.0 1.2.0", 2, "there is no terminal to ask on"),
    ] {
        palette.run(&format!("new-version {words}")).exits(code).tells(part);
    }
    assert!(palette.changes().is_empty(), "{:?}", palette.changes());
}

#[test]
fn rejects_a_draft_as_the_source() {
    let mut world = hub();
    let uid = world.profile_version("monitoring", "1.0.0").unwrap().uid.clone();
    world.clone_profile(&uid, "monitoring", "1.2.0");
    let palette = fake_of(world);
    palette.run("new-version monitoring@1.2.0 1.3.0 --yes").exits(4).tells("monitoring@1.2.0 is not published");
    assert!(palette.changes().is_empty());
}

#[test]
fn a_copy_whose_answer_is_lost_is_looked_up_and_finished_by_the_same_command() {
    let palette = fake();
    palette.inject(Fault::on("POST", CLONE, Effect::CloseAfter));
    palette
        .run(COMMAND)
        .exits(2)
        .tells("monitoring@1.2.0 was made all the same: uid")
        .tells("the same command finishes");
    assert_eq!((changes_of(&palette), is_published(&palette, "1.2.0")), (vec!["POST clone".into()], Some(false)));
    palette.run(COMMAND).exits(0).shows("which is there already and is finished");
    assert_eq!(is_published(&palette, "1.2.0"), Some(true));
    assert!(values(&palette, "1.2.0", "logs").contains("debug"));
    assert_eq!(changes_of(&palette).iter().filter(|it| *it == "POST clone").count(), 1);
}

#[test]
fn a_copy_that_never_arrived_is_said_not_to_be_made() {
    let palette = fake();
    palette.inject(Fault::on("POST", CLONE, Effect::CloseBefore));
    palette.run(COMMAND).exits(2).tells("monitoring@1.2.0 was not made");
    assert_eq!(is_published(&palette, "1.2.0"), None);
}

#[test]
fn what_exists_after_a_failure_is_told_and_finished_by_the_same_command() {
    let palette = fake();
    let down = || Effect::Answer(Answer::error(500, "Internal", "down"));
    palette.inject(Fault::on("PUT", PACK, down()).after(1));
    let ran = palette.run(COMMAND).exits(2);
    ran.tells("monitoring@1.2.0 exists (uid").tells("not published; packs with the values set: logs; without: metrics");
    ran.tells("the same command finishes the draft");
    palette.inject(Fault::on("PATCH", PUBLISH, down()));
    palette.run(COMMAND).exits(2).tells("not published; packs with the values set: logs, metrics; without: none");
    assert_eq!(is_published(&palette, "1.2.0"), Some(false));
    palette.forget_calls();
    palette.run(COMMAND).exits(0);
    assert_eq!((changes_of(&palette), is_published(&palette, "1.2.0")), (vec!["PATCH publish".into()], Some(true)));
}

#[test]
fn a_publication_whose_answer_is_lost_is_told() {
    let palette = fake();
    palette.inject(Fault::on("PATCH", PUBLISH, Effect::CloseAfter));
    palette.run(COMMAND).exits(2).tells("exists (uid").tells("), published;");
    palette.run(COMMAND).exits(4).tells("exists already");
}

#[test]
fn rejects_a_draft_that_somebody_changed() {
    let mut world = hub();
    let uid = world.profile_version("monitoring", "1.0.0").unwrap().uid.clone();
    let draft = world.clone_profile(&uid, "monitoring", "1.2.0").unwrap();
    let edit = profile_palette::world::PackEdit {
        name: "logs".into(),
        values: Some("level: none\n".into()),
        ..Default::default()
    };
    world.edit_profile(&draft, &[edit], false);
    let palette = fake_of(world);
    palette.run(COMMAND).exits(4).tells("as a draft that is no copy of the source").tells(&draft);
    assert!(palette.changes().is_empty());
    assert_eq!(is_published(&palette, "1.2.0"), Some(false));
}

#[test]
fn a_version_that_is_not_what_was_shown_is_not_published() {
    let palette = fake();
    let mut is_first = true;
    let meddle = move |world: &mut profile_palette::World| {
        if std::mem::take(&mut is_first) {
            let uid = world.profile_version("monitoring", "1.2.0").unwrap().uid.clone();
            let edit = profile_palette::world::PackEdit {
                name: "metrics".into(),
                values: Some("x: 1\n".into()),
                ..Default::default()
            };
            world.edit_profile(&uid, &[edit], false);
        }
    };
    // The packs are written in the order of their names: metrics comes last, and logs after it would hide nothing.
    palette.inject(Fault::when(|it| it.method == "PUT" && it.path.ends_with("/logs"), Effect::Hook(Box::new(meddle))));
    let ran = palette.run("new-version monitoring@1.0.0 1.2.0 --set logs:level=debug --yes").exits(2);
    ran.tells("monitoring@1.2.0 is not what was shown: metrics").tells("not published");
    assert_eq!(is_published(&palette, "1.2.0"), Some(false));
}

#[test]
fn values_that_palette_writes_in_its_own_way_are_told_and_published() {
    let mut world = hub();
    world.normalises_values = true;
    let palette = fake_of(world);
    let set = "new-version monitoring@1.0.0 1.2.0 --set 'metrics:l={a: [1, 2]}' --yes";
    palette.run(set).exits(0).shows("published");
    assert_eq!(is_published(&palette, "1.2.0"), Some(true));
}

#[test]
fn an_interrupt_says_how_to_go_on() {
    let palette = fake();
    palette.inject(Fault::on("PATCH", PUBLISH, Effect::Hang(Duration::from_secs(30))));
    let is_copied = || palette.changes().iter().any(|it| it.ends_with("/clone"));
    let ran = palette.request(COMMAND).interrupted_when(is_copied).exits(130);
    ran.tells("monitoring@1.2.0 may exist as a draft: the same command finishes it");
    assert_eq!(is_published(&palette, "1.2.0"), Some(false));
}
