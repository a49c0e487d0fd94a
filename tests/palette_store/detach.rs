//! `detach`.

use profile_palette::{Answer, Effect, Fault};
use serde_json::json;

use crate::run::{Palette, fake, fake_of, hub};

const PROFILES: &str = "/v1/spectroclusters/{uid}/profiles";
const COMMAND: &str = "detach shop-aws monitoring";

fn attached(palette: &Palette) -> Vec<String> {
    palette.with_world(|it| it.cluster("shop-aws").unwrap().profiles.iter().map(|it| it.name.clone()).collect())
}

fn history(palette: &Palette) -> serde_json::Value {
    palette.run("history shop-aws -o json").exits(0).document("RevisionList")["items"].clone()
}

#[test]
fn an_add_on_leaves_with_all_that_is_said_of_its_namespaces() {
    let palette = fake();
    let ran = palette.run(&format!("{COMMAND} --yes --reason 'no more'")).exits(0);
    ran.shows("monitoring,alerts").shows("(not in its values)").shows("everything in them, also what others put there");
    ran.shows("cannot be undone").shows("spectrocluster/shop-aws detached from monitoring@1.0.0");
    assert_eq!(attached(&palette), ["hello-aws"]);
    assert_eq!(palette.changes(), [format!("DELETE {PROFILES}")]);
    let items = history(&palette);
    assert_eq!(items.as_array().unwrap().len(), 1);
    for (key, value) in [
        ("action", "detach"),
        ("status", "deployed"),
        ("from", "monitoring@1.0.0"),
        ("to", "none"),
        ("reason", "no more"),
    ] {
        assert_eq!(items[0][key], value, "{key}");
    }
}

#[test]
fn a_dry_run_detaches_nothing() {
    let palette = fake();
    palette.run(&format!("{COMMAND} --dry-run")).exits(0).shows("(client dry run)").shows("monitoring,alerts");
    palette.run(&format!("{COMMAND} --dry-run=server")).exits(2).tells("--dry-run=client");
    let document = palette.run(&format!("{COMMAND} --dry-run -o json")).exits(0).document("Detachment");
    assert_eq!((&document["profile"], &document["detached"]), (&json!("monitoring@1.0.0"), &json!(false)));
    assert_eq!(document["packs"][0]["namespaces"], json!(["monitoring", "alerts"]));
    assert!(palette.changes().is_empty() && history(&palette) == json!([]));
}

#[test]
fn rejects_profiles_that_make_the_cluster() {
    let palette = fake();
    let ran = palette.run("detach shop-aws hello-aws --yes").exits(4);
    ran.tells("CoreLayerRemovalNotSupported").shows("the k8s layer of a cluster cannot be removed");
    let ran = palette.run("detach shop-aws hello-aws --yes -o json").exits(4);
    ran.tells("\"shop-aws\": CoreLayerRemovalNotSupported\n");
    ran.tells("the k8s layer of a cluster cannot be removed");
    assert_eq!(ran.stdout, "");
    assert!(palette.changes().is_empty());
}

#[test]
fn rejects_a_profile_of_another_type_that_holds_no_core_layer() {
    let palette = fake();
    palette.with_world(|it| it.cluster_mut("shop-aws").unwrap().profiles.last_mut().unwrap().kind = "infra".into());
    palette.run(&format!("{COMMAND} --yes")).exits(4).tells("its type is \"infra\"");
    assert!(palette.changes().is_empty());
}

#[test]
fn rejects_what_is_not_attached_or_not_confirmed() {
    let palette = fake();
    palette.run("detach shop-aws logging --yes").exits(2).tells("logging");
    palette
        .run("detach shop-aws monitoring@1.1.0 --yes")
        .exits(2)
        .tells("in another version")
        .tells("monitoring@1.0.0");
    palette.run("detach shop monitoring --yes").exits(2).tells("no cluster \"shop\"");
    palette.run(COMMAND).exits(2).tells("there is no terminal to ask on").shows("cannot be undone");
    palette.run("detach shop-aws monitoring@1.0.0 --dry-run").exits(0);
    assert!(palette.changes().is_empty());
}

#[test]
fn rejects_a_cluster_that_a_template_manages_or_that_is_being_provisioned() {
    let mut world = hub();
    let template = world.add_template("fleet");
    world.cluster_mut("shop-aws").unwrap().template = Some(template);
    fake_of(world).run(&format!("{COMMAND} --yes")).exits(4).tells("managed by cluster template");
    let palette = fake();
    palette.with_world(|it| it.cluster_mut("shop-aws").unwrap().status["state"] = json!("Provisioning"));
    palette.run(&format!("{COMMAND} --yes")).exits(4).tells("ClusterProvisioning");
    assert!(palette.changes().is_empty());
}

#[test]
fn a_detachment_whose_answer_is_lost_is_looked_up() {
    let palette = fake();
    palette.inject(Fault::on("DELETE", PROFILES, Effect::CloseAfter));
    palette.run(&format!("{COMMAND} --yes")).exits(2).tells("it is detached all the same");
    assert_eq!(palette.changes().len(), 1);
    assert_eq!(history(&palette)[0]["status"], "deployed");
}

#[test]
fn a_detachment_that_may_still_arrive_stays_pending() {
    let palette = fake();
    palette.inject(Fault::on("DELETE", PROFILES, Effect::CloseBefore));
    palette.run(&format!("{COMMAND} --yes")).exits(2).tells("not detached so far, and may still be");
    assert_eq!(
        (&history(&palette)[0]["status"], &history(&palette)[0]["truth"]),
        (&json!("pending"), &json!("abandoned"))
    );
    palette.run(&format!("{COMMAND} --yes")).exits(0).tells("revision 1 was left pending");
    assert_eq!(attached(&palette), ["hello-aws"]);
}

#[test]
fn a_refusal_of_palettes_is_recorded_as_abandoned() {
    let palette = fake();
    palette.inject(Fault::on("DELETE", PROFILES, Effect::Answer(Answer::error(400, "No", "not now"))));
    palette.run(&format!("{COMMAND} --yes")).exits(4).tells("not now").tells("nothing was written");
    assert_eq!(history(&palette)[0]["status"], "abandoned");
    assert_eq!(attached(&palette).len(), 2);
}

#[test]
fn rejects_a_cluster_that_moved_since_it_was_shown() {
    let palette = fake();
    let move_on = |world: &mut profile_palette::World| {
        world.cluster_mut("shop-aws").unwrap().status["state"] = json!("Provisioning");
    };
    // Read to be shown, and again before the write.
    palette.inject(Fault::on("GET", "/v1/spectroclusters/{uid}", Effect::Hook(Box::new(move_on))).after(1));
    palette.run(&format!("{COMMAND} --yes")).exits(6).tells("is not what was shown any more");
    assert_eq!((attached(&palette).len(), &history(&palette)[0]["status"]), (2, &json!("abandoned")));
}

#[test]
fn the_name_of_the_cluster_has_to_be_typed() {
    let palette = fake();
    for answer in ["y\n", "shop\n", "\n"] {
        let ran = palette.request(COMMAND).input(answer).at_a_terminal().exits(2);
        ran.shows("Type the name of the cluster to go on: ").shows("not confirmed: that is not \"shop-aws\"");
    }
    assert!(palette.changes().is_empty());
    palette.request(COMMAND).input("shop-aws\n").at_a_terminal().exits(0).shows("detached from monitoring@1.0.0");
    assert_eq!(attached(&palette), ["hello-aws"]);
}

#[test]
fn a_rollback_attaches_nothing_and_says_so() {
    let palette = fake();
    palette.run("detach shop-aws monitoring --yes").exits(0);
    palette
        .run("rollback shop-aws --yes")
        .exits(4)
        .tells("detached monitoring@1.0.0")
        .tells("attach the profile in Palette");
}
