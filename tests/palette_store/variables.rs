//! Values of profile variables.

use serde_json::json;

use crate::{
    run::{Palette, fake_of},
    shop::{shop, world},
};

fn variable(palette: &Palette, cluster: &str, name: &str) -> Option<String> {
    palette.with_world(|world| world.cluster(cluster).unwrap().profiles[0].variable(name).map(str::to_owned))
}

#[test]
fn a_required_one_without_a_value_is_named_before_the_switch() {
    let palette = shop();
    let ran = palette.run("switch shop hello@1.2.0 --yes").exits(6);
    ran.tells("has no value for what hello@1.2.0 requires: zone").tells("--var NAME=VALUE");
    assert!(palette.changes().is_empty());
}

#[test]
fn values_are_kept_and_given() {
    let palette = shop();
    palette.run("switch shop hello@1.2.0 --yes --var zone=a").exits(0);
    assert_eq!(variable(&palette, "shop", "region").as_deref(), Some("eu"));
    assert_eq!(variable(&palette, "shop", "zone").as_deref(), Some("a"));
    // What was the default is the default of the new version, as it was shown.
    assert_eq!(variable(&palette, "shop", "size").as_deref(), Some("2"));
    palette.run("overrides shop").exits(0).shows("variable zone").hides("variable size");
}

#[test]
fn a_file_gives_each_cluster_its_own() {
    let palette = fake_of(world(&["shop-1", "shop-2"]));
    palette.write("vars.yaml", "shop-1: {zone: a}\nshop-2: {zone: b, region: us}\nshop-9: {zone: c}\n");
    let ran = palette.run("switch shop-1 shop-2 hello@1.2.0 --yes --vars-from vars.yaml").exits(0);
    ran.tells("no cluster that is meant is called \"shop-9\"");
    assert_eq!(variable(&palette, "shop-1", "zone").as_deref(), Some("a"));
    assert_eq!(variable(&palette, "shop-2", "zone").as_deref(), Some("b"));
    assert_eq!(variable(&palette, "shop-2", "region").as_deref(), Some("us"));
}

#[test]
fn rejects_what_no_profile_defines_and_what_cannot_be_read() {
    let palette = shop();
    palette
        .run("switch shop hello@1.1.0 --yes --var regoin=eu")
        .exits(2)
        .tells("no profile of this change has a variable \"regoin\"")
        .tells("region");
    palette.run("switch shop hello@1.1.0 --yes --var region").exits(2).tells("NAME=VALUE");
    palette.write("vars.yaml", "- shop: {zone: sesame}\n");
    palette.run("switch shop hello@1.2.0 --yes --vars-from vars.yaml").exits(2).tells("vars.yaml").hides("sesame");
    palette.run("switch shop hello@1.2.0 --yes --vars-from none.yaml").exits(2).tells("none.yaml");
    assert!(palette.changes().is_empty());
}

#[test]
fn rejects_another_value_of_an_immutable_one() {
    let palette = shop();
    let mut version = crate::shop::versions().remove(1);
    version["spec"]["version"] = "1.4.0".into();
    version["metadata"]["name"] = "hello-1.4.0".into();
    version["spec"]["variables"] = json!([{"name": "region", "required": true, "immutable": true}]);
    palette.with_world(|world| world.add_profile(&version));
    palette.run("switch shop hello@1.4.0 --yes --var region=us").exits(4).tells("\"region\" is immutable");
    palette.run("switch shop hello@1.4.0 --yes --var region=eu").exits(0);
}

#[test]
fn a_sensitive_one_is_never_shown_and_its_mask_never_written() {
    let mut version = crate::shop::versions();
    let token = json!({"name": "token", "required": true, "isSensitive": true});
    version[0]["spec"]["variables"].as_array_mut().unwrap().push(token.clone());
    version[1]["spec"]["variables"].as_array_mut().unwrap().push(token);
    let mut world = profile_palette::World::default();
    world.add_profile(&version[0]);
    world.add_profile(&version[1]);
    let mut cluster = crate::shop::cluster("shop");
    let variables = cluster["spec"]["clusterProfileTemplates"][0]["variables"].as_array_mut().unwrap();
    variables.push(json!({"name": "token", "value": "hunter2hunter2"}));
    world.add_cluster(&cluster);
    let palette = fake_of(world);
    let masked = palette.run("switch shop hello@1.1.0 --yes").exits(6);
    masked.tells("masked: hello: variable token").tells("--vars-from FILE").hides("hunter2");
    assert!(palette.changes().is_empty());
    palette.write("vars.yaml", "shop: {token: sesame-sesame}\n");
    palette.run("switch shop hello@1.1.0 --yes --vars-from vars.yaml").exits(0).hides("sesame-sesame").hides("hunter2");
    assert_eq!(variable(&palette, "shop", "token").as_deref(), Some("sesame-sesame"));
    let bodies: Vec<_> = palette.calls().iter().map(|it| it.body().to_string()).collect();
    assert!(!bodies.iter().any(|it| it.contains("***")), "{bodies:?}");
    palette.run("history shop").exits(0).shows("deployed").hides("sesame-sesame");
    // At its version it stays as it is without being sent, and nobody is accused of having set it.
    palette.run("override shop app --set manifests.app.replicas=9 --yes").exits(0);
    palette.run("switch shop hello@1.1.0 --var region=us --yes").exits(0);
    assert_eq!(variable(&palette, "shop", "token").as_deref(), Some("sesame-sesame"));
    palette.run("overrides shop").exits(0).shows("variable token").hides("by other means");
}

#[test]
fn they_are_shown_checked_and_planned() {
    let palette = shop();
    palette.run("show hello@1.2.0").exits(0).shows("VARIABLE").shows("zone");
    let shown = palette.run("show hello@1.2.0 -o json").exits(0).document("Profile");
    assert_eq!(
        shown["variables"][1],
        json!({"name": "zone", "default": null, "required": true, "immutable": false, "sensitive": false})
    );
    let ran = palette.run("check shop hello@1.2.0").exits(0);
    ran.shows("no value for what hello@1.2.0 requires: zone").shows("exit code 6");
    palette.run("switch shop hello@1.2.0 --var zone=a --save-plan plan.yaml").exits(0);
    palette.run("apply plan.yaml --yes").exits(6).tells("not what the plan was made for");
    palette.run("apply plan.yaml --yes --var zone=a").exits(0);
    assert_eq!(variable(&palette, "shop", "zone").as_deref(), Some("a"));
}

#[test]
fn a_profile_in_a_file_has_them_as_well() {
    let palette = shop();
    palette.run("export hello@1.0.0 --to edited.yaml").exits(0);
    palette.run("diff hello@1.0.0 ./edited.yaml").exits(0);
    palette.run("update --from ./edited.yaml").exits(0).tells("no difference");
}
