//! What moves between the look and the write, and what must not be written over.

use std::{fs, time::Duration};

use profile_palette::{Answer, Effect, Fault, World, world::PackEdit};
use serde_json::json;

use crate::{
    run::{Palette, fake_of},
    shop::{OWN, held, shop, world},
};

const CLUSTER: &str = "/v1/spectroclusters/{uid}";
const PROFILES: &str = "/v1/spectroclusters/{uid}/profiles";
const SWITCH: &str = "switch shop hello@1.1.0 --yes";

/// Does something to the world right before the last look.
fn before_the_write(palette: &Palette, change: impl FnMut(&mut World) + Send + 'static) {
    palette.inject(Fault::on("GET", CLUSTER, Effect::Hook(Box::new(change))).after(1));
}

#[test]
fn a_state_a_template_and_a_deletion_that_came_meanwhile_are_met() {
    let palette = shop();
    before_the_write(&palette, |world| world.cluster_mut("shop").unwrap().set_state("Provisioning"));
    palette.run(SWITCH).exits(6).tells("the state of the cluster changed");
    assert!(palette.changes().is_empty());
    let palette = shop();
    before_the_write(&palette, |world| {
        let template = world.add_template("fleet-eu");
        world.cluster_mut("shop").unwrap().template = Some(template);
    });
    palette.run(SWITCH).exits(4).tells("cluster template \"fleet-eu\"").tells("nothing was written");
    assert!(palette.changes().is_empty());
    palette.run("history shop").exits(0).shows("abandoned");
}

#[test]
fn a_target_that_is_edited_meanwhile_is_met() {
    let palette = shop();
    before_the_write(&palette, |world| {
        let uid = world.profile_version("hello", "1.1.0").unwrap().uid.clone();
        let edit = PackEdit { name: "kubernetes".into(), tag: Some("1.33.1".into()), ..PackEdit::default() };
        assert!(world.edit_profile(&uid, &[edit], false));
    });
    palette.run(SWITCH).exits(6).tells("what the change takes over was edited");
    assert!(palette.changes().is_empty());
    // The next look is at what it is now.
    palette.run(SWITCH).exits(4).shows("K8sMultiMinorUpgradeNotSupported");
}

#[test]
fn a_target_that_is_edited_between_two_clusters_is_met_by_the_second() {
    let palette = fake_of(world(&["shop-1", "shop-2"]));
    let edit = |world: &mut World| {
        let uid = world.profile_version("hello", "1.1.0").unwrap().uid.clone();
        let edit = PackEdit { name: "kubernetes".into(), tag: Some("1.33.1".into()), ..PackEdit::default() };
        assert!(world.edit_profile(&uid, &[edit], false));
    };
    // The edit comes with the look after the first write.
    let mut is_written = false;
    let hook = move |world: &mut World| {
        if !is_written && world.clusters.iter().any(|it| it.profiles[0].version == "1.1.0") {
            is_written = true;
            edit(world);
        }
    };
    palette.inject(Fault::on("GET", CLUSTER, Effect::Hook(Box::new(hook))).always());
    palette.run("switch shop-1 shop-2 hello@1.1.0 --yes --parallel 1 --max-failures 2").exits(5);
    assert_eq!(held(&palette, "shop-2").0, "1.0.0");
}

#[test]
fn a_second_process_waits_its_turn() {
    let palette = shop();
    palette.inject(Fault::on("PATCH", PROFILES, Effect::Delay(Duration::from_secs(4))));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| palette.run(SWITCH));
        // The second begins when the first one's write is under way.
        while records(&palette) == 0 {
            std::thread::yield_now();
        }
        let second = palette.run("override shop app --set manifests.app.replicas=7 --yes");
        second.exits(2).tells("another change of cluster \"shop\" is under way on this machine");
        first.join().unwrap().exits(0);
    });
    assert_eq!(held(&palette, "shop").1, OWN.replace("a:0", "a:1"));
    palette.run("override shop app --set manifests.app.replicas=7 --yes").exits(0);
}

/// How many records there are: the first write of a change is its record.
fn records(palette: &Palette) -> usize {
    let folder = palette.path("state/kubectl-profile/palette");
    let hosts = fs::read_dir(folder).into_iter().flatten().flatten();
    hosts
        .filter_map(|it| fs::read_dir(it.path()).ok())
        .flatten()
        .flatten()
        .filter(|it| it.path().extension().is_some_and(|it| it == "json"))
        .count()
}

#[test]
fn what_was_downloaded_first_is_not_installed_by_another_change() {
    let palette = shop();
    palette.run(&format!("{SWITCH} --download-first")).exits(0);
    palette.forget_calls();
    let ran = palette.run("override shop app --set manifests.app.replicas=7 --yes").exits(6);
    ran.tells("has a change downloaded that waits").tells("approve shop --install");
    assert!(palette.changes().is_empty());
    palette.run("override shop app --set manifests.app.replicas=7 --yes --download-first").exits(0);
}

#[test]
fn a_rollback_takes_no_masked_value_along() {
    let mut versions = crate::shop::versions();
    let mut world = World::default();
    for version in &mut versions[..2] {
        version["spec"]["variables"].as_array_mut().unwrap().push(json!({"name": "token", "isSensitive": true}));
        world.add_profile(version);
    }
    let mut cluster = crate::shop::cluster("shop");
    let variables = cluster["spec"]["clusterProfileTemplates"][0]["variables"].as_array_mut().unwrap();
    variables.push(json!({"name": "token", "value": "hunter2hunter2"}));
    world.add_cluster(&cluster);
    let palette = fake_of(world);
    palette.write("vars.yaml", "shop: {token: sesame-sesame}\n");
    palette.run(&format!("{SWITCH} --vars-from vars.yaml")).exits(0);
    palette.forget_calls();
    palette.run("rollback shop --yes").exits(6).tells("masked").tells("token").tells("--vars-from");
    assert!(palette.changes().is_empty());
    palette.run("rollback shop --yes --vars-from vars.yaml").exits(0);
    let token =
        palette.with_world(|world| world.cluster("shop").unwrap().profiles[0].variable("token").map(str::to_owned));
    assert_eq!(token.as_deref(), Some("sesame-sesame"));
    palette.write("vars.yaml", "shop: {token: '*****'}\n");
    palette.run(&format!("{SWITCH} --vars-from vars.yaml")).exits(2).tells("is a mask");
}

#[test]
fn variables_of_an_update_are_refused_and_not_forgotten() {
    let palette = shop();
    palette.run("update shop --var region=us --yes").exits(2).tells("an update writes packs alone");
    palette.run("switch shop hello@1.0.0 --var region=us --on-conflict=override --yes").exits(0);
    let region =
        palette.with_world(|world| world.cluster("shop").unwrap().profiles[0].variable("region").map(str::to_owned));
    assert_eq!(region.as_deref(), Some("us"));
}

#[test]
fn variables_that_are_not_visible_are_not_replaced_by_defaults() {
    let palette = shop();
    let none = Answer::json(200, &json!([]));
    palette.inject(Fault::on("GET", "/v1/spectroclusters/{uid}/variables", Effect::Answer(none)).always());
    let ran = palette.run("switch shop hello@1.1.0 --var region=us --yes").exits(4);
    ran.tells("the values of the variables of hello@1.0.0 are not visible");
    assert!(palette.changes().is_empty());
}

#[test]
fn an_answer_about_another_cluster_is_refused() {
    let palette = fake_of(world(&["shop", "other"]));
    let other = palette.with_world(|world| world.cluster("other").unwrap().uid.clone());
    let wrong = Answer::json(
        200,
        &json!({"metadata": {"name": "other", "uid": other}, "spec": {}, "status": {"state": "Running"}}),
    );
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(wrong)).always());
    palette.run(SWITCH).exits(2).tells(&format!("is about the uid {other:?}"));
    let odd = Answer::json(200, &json!({"status": {"state": "Running"}}));
    palette.forget_faults();
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(odd)).always());
    palette.run("status shop").exits(2).hides("RECONCILED");
    assert!(palette.changes().is_empty());
}

#[test]
fn checks_that_answer_something_else_are_no_yes() {
    let palette = shop();
    let error = Answer::json(200, &json!({"code": "Busy", "message": "later"}));
    palette.inject(Fault::on("POST", "/v1/spectroclusters/{uid}/validate/packs", Effect::Answer(error)).always());
    let empty = Answer::empty(204);
    palette.inject(Fault::on("POST", "/v1/spectroclusters/{uid}/validate/repave", Effect::Answer(empty)).always());
    let ran = palette.request("diff shop hello@1.1.0").run().exits(1);
    ran.shows("Palette's validate/packs: not known").shows("Palette's validate/repave: not known");
}

#[test]
fn an_answer_that_repeats_the_key_shows_it_nowhere() {
    let palette = shop();
    let key = palette.key().to_owned();
    let reason = json!({"isRepaveRequired": true, "reasons": [{"code": "Odd", "message": format!("asked by {key}")}]});
    palette.inject(
        Fault::on("POST", "/v1/spectroclusters/{uid}/validate/repave", Effect::Answer(Answer::json(200, &reason)))
            .always(),
    );
    for words in ["diff shop hello@1.1.0", "diff shop hello@1.1.0 -o json", "diff shop hello@1.1.0 -o html"] {
        palette.run(words).exits(1).shows("asked by ***");
    }
    let long = format!("{}{key}", "x".repeat(380));
    palette.inject(Fault::on("GET", CLUSTER, Effect::Answer(Answer::text(500, "text/plain", long.clone()))).always());
    palette.run("overrides shop").exits(2).hides(&key[..10]);
}

#[test]
fn a_record_of_another_cluster_is_not_used() {
    let palette = fake_of(world(&["shop", "other"]));
    palette.run(SWITCH).exits(0);
    let folder = fs::read_dir(palette.path("state/kubectl-profile/palette")).unwrap().next().unwrap().unwrap().path();
    let record = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .find(|it| it.extension().is_some_and(|it| it == "json"));
    let other = palette.with_world(|world| world.cluster("other").unwrap().uid.clone());
    fs::copy(record.unwrap(), folder.join(format!("{other}.v1.json"))).unwrap();
    palette.run("rollback other --yes").exits(2).tells("is one of another cluster: \"shop\"");
}

#[test]
fn clusters_of_one_name_are_told_by_their_uids() {
    let palette = fake_of(world(&["shop", "shop"]));
    let uids: Vec<_> = palette.with_world(|world| world.clusters.iter().map(|it| it.uid.clone()).collect());
    palette.run(SWITCH).exits(2).tells("2 clusters are called \"shop\"").tells(&uids[0]).tells(&uids[1]);
    palette.run(&format!("switch {} hello@1.1.0 --yes", uids[1])).exits(0);
    let versions: Vec<_> =
        palette.with_world(|world| world.clusters.iter().map(|it| it.profiles[0].version.clone()).collect());
    assert_eq!(versions, ["1.0.0", "1.1.0"]);
}
