//! `switch` through Palette's API.

use profile_palette::World;
use serde_json::json;

use crate::{
    run::fake_of,
    shop::{OWN, OWN_MANIFEST, held, shop, world},
};

#[test]
fn an_override_survives_byte_for_byte_with_its_manifest() {
    let palette = shop();
    palette.run("switch shop hello@1.1.0 --yes").exits(0).shows("switched to hello@1.1.0");
    let (version, values, manifest) = held(&palette, "shop");
    assert_eq!((version.as_str(), manifest.as_str()), ("1.1.0", OWN_MANIFEST));
    assert_eq!(values, OWN.replace("a:0", "a:1"));
    let call = palette.calls().into_iter().find(|it| it.method() == "PATCH").unwrap();
    let entity = &call.body()["profiles"][0];
    assert!(entity["replaceWithProfile"].is_string(), "{entity}");
    assert_eq!(entity["packValues"][1]["manifests"][0]["content"], OWN_MANIFEST);
    // Nothing is attached beside it.
    assert_eq!(palette.with_world(|world| world.cluster("shop").unwrap().profiles.len()), 1);
}

#[test]
fn both_checks_of_palette_stand_beside_the_rules() {
    let palette = shop();
    let ran = palette.run("switch shop hello@1.3.0 --dry-run").exits(0);
    ran.shows("Palette's validate/packs: no objection").shows("Palette's validate/repave: nodes are replaced");
    ran.shows("kubernetes 1.31.4 → 1.32.1").shows("Repave estimate: repave of all nodes");
    assert!(palette.changes().is_empty(), "{:?}", palette.changes());
    let json = palette.run("switch shop hello@1.3.0 --dry-run -o json").exits(0).document("Diff");
    assert_eq!(json["palette"]["repave"]["answer"]["isRequired"], true);
    let html = palette.run("diff shop hello@1.3.0 -o html").exits(1);
    html.shows("Palette's own checks").shows("nodes are replaced");
}

#[test]
fn what_palette_objects_to_is_refused_before_the_write() {
    let palette = shop();
    palette.with_world(|world| {
        let error = profile_palette::world::PackError {
            pack: "app".into(),
            code: "ConstraintError".into(),
            message: "needs csi 2".into(),
        };
        world.cluster_mut("shop").unwrap().pack_errors.push(error);
    });
    let ran = palette.run("switch shop hello@1.1.0 --yes").exits(4);
    ran.shows("app: ConstraintError: needs csi 2").tells("nothing was written");
    let check = palette.run("check shop hello@1.1.0 -o json").exits(4).document("CheckResult");
    assert_eq!(check["palette"]["packs"]["answer"][0]["code"], "ConstraintError");
    assert!(palette.changes().is_empty());
}

#[test]
fn our_rules_deny_on_this_store_as_on_the_others() {
    let palette = shop();
    let ran = palette.run("switch shop hello@2.0.0 --yes").exits(4);
    ran.shows("K8sMultiMinorUpgradeNotSupported").shows("1.31.4 → 1.33.0 skips 1.32");
    palette.with_world(|world| world.cluster_mut("shop").unwrap().set_state("Provisioning"));
    palette.run("switch shop hello@1.1.0 --yes").exits(4).shows("ClusterProvisioning");
    assert!(palette.changes().is_empty());
}

#[test]
fn a_cluster_of_a_template_is_refused_with_its_name() {
    let mut world = world(&["shop"]);
    let template = world.add_template("fleet-eu");
    world.cluster_mut("shop").unwrap().template = Some(template);
    let palette = fake_of(world);
    for words in ["switch shop hello@1.1.0 --yes", "update shop --yes", "override shop app --set a=1 --yes"] {
        palette.run(words).exits(4).tells("managed by cluster template \"fleet-eu\"");
    }
    assert!(palette.changes().is_empty());
}

#[test]
fn somebody_elses_change_meanwhile_is_met_before_the_write() {
    let palette = shop();
    // The first read is for the look, the second one right before the write.
    let edit = |world: &mut World| {
        world.cluster_mut("shop").unwrap().profiles[0].pack_mut("app").unwrap().values = "theirs: 1\n".into();
    };
    let fault =
        profile_palette::Fault::on("GET", "/v1/spectroclusters/{uid}", profile_palette::Effect::Hook(Box::new(edit)));
    palette.inject(fault.after(1));
    let ran = palette.run("switch shop hello@1.1.0 --yes").exits(6);
    ran.tells("the profile content of the cluster changed");
    assert!(palette.changes().is_empty());
    assert_eq!(held(&palette, "shop").1, "theirs: 1\n");
}

#[test]
fn a_text_that_palette_formats_anew_is_no_failure() {
    let mut world = world(&["shop"]);
    world.normalises_values = true;
    let palette = fake_of(world);
    palette.run("switch shop hello@1.1.0 --yes --wait").exits(0).tells("runs what its spec says");
    assert_ne!(held(&palette, "shop").1, OWN);
    palette.run("history shop").exits(0).shows("deployed");
}

#[test]
fn a_list_that_is_null_is_empty() {
    let mut world = world(&["shop"]);
    world.empty_lists_are_null = true;
    let palette = fake_of(world);
    palette.run("switch shop hello@1.1.0 --yes").exits(0);
    palette.run("list").exits(0).shows("hello");
    palette.run("status").exits(0).shows("shop");
    palette.run("overrides shop").exits(0);
}

#[test]
fn what_is_downloaded_first_waits_to_be_installed() {
    let palette = shop();
    let ran = palette.run("switch shop hello@1.1.0 --yes --download-first").exits(0);
    ran.tells("kubectl profile approve shop --install --store palette");
    let call = palette.calls().into_iter().find(|it| it.method() == "PATCH").unwrap();
    assert_eq!(call.body()["spcApplySettings"]["actionType"], "DownloadAndInstallLater");
    palette.run("status shop").exits(0).shows("no: ");
    palette.run("approve shop --install --dry-run").exits(0).shows("waits to be installed");
    palette.run("approve shop --install --yes").exits(0).shows("installs what it downloaded");
    palette.run("approve shop --install").exits(0).shows("nothing that was downloaded waits");
    palette.run("status shop --wait").exits(0).shows("yes");
}

#[test]
fn a_switch_can_be_gone_back_on() {
    let palette = shop();
    palette.run("switch shop hello@1.1.0 --yes --reason try").exits(0).tells("the revision is kept in");
    palette.run("history shop").exits(0).shows("hello@1.1.0").tells("Palette keeps none");
    palette.run("rollback shop --yes").exits(0).shows("rolled back to hello@1.0.0");
    assert_eq!(held(&palette, "shop"), ("1.0.0".into(), OWN.into(), OWN_MANIFEST.into()));
    let json = palette.run("history shop -o json").exits(0).document("RevisionList");
    assert_eq!(json["items"].as_array().unwrap().len(), 2);
    assert_eq!(json["items"][0]["reason"], json!("try"));
}

#[test]
fn the_user_of_the_key_is_recorded() {
    let palette = shop();
    palette.run("switch shop hello@1.1.0 --yes").exits(0);
    let json = palette.run("history shop -o json").exits(0).document("RevisionList");
    assert_eq!(json["items"][0]["user"], "5f0000000000000000000001");
}

#[test]
fn what_is_unchanged_is_a_document_as_well() {
    let palette = shop();
    palette.run("switch shop hello@1.1.0 --yes").exits(0);
    let json = palette.run("switch shop hello@1.1.0 --yes -o json").exits(0).document("Diff");
    assert_eq!(json["differs"], false);
}

#[test]
fn orphans_are_asked_for_before_the_write_or_not_at_all() {
    let palette = shop();
    let ran = palette.run("switch shop hello@1.1.0 --yes --then-orphans").exits(2);
    ran.tells("Palette's API shows no live objects").tells("--workload-context");
    assert!(palette.changes().is_empty());
    palette.run("orphans shop").exits(0).shows("Palette's API shows none").hides("files");
}
