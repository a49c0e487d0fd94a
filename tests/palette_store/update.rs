//! `update`, and what tells overrides where no revision does.

use profile_palette::world::PackEdit;

use crate::{
    run::Palette,
    shop::{OWN, held, shop},
};

/// Somebody edits the values of hello@1.0.0's application in place.
pub(crate) fn edit(palette: &Palette, from: &str, to: &str) {
    palette.with_world(|world| {
        let version = world.profile_version("hello", "1.0.0").unwrap();
        let (uid, values) = (version.uid.clone(), version.pack("app").unwrap().values.replace(from, to));
        let edit = PackEdit { name: "app".into(), values: Some(values), ..PackEdit::default() };
        assert!(world.edit_profile(&uid, &[edit], false));
    });
}

#[test]
fn an_update_names_its_cause_and_is_done_with_its_notice() {
    let palette = shop();
    palette.run("switch shop hello@1.1.0 --yes").exits(0);
    palette.run("rollback shop --yes").exits(0);
    edit(&palette, "odd:   { b: 1", "odd:   { b: 9");
    palette.run("status shop").exits(0).shows("pending");
    let ran = palette.run("update shop --yes").exits(0);
    ran.shows("an update is pending: the profile version was edited").shows("manifests.app.replicas");
    let values = held(&palette, "shop").1;
    assert!(values.contains("replicas: 5") && values.contains("b: 9"), "{values}");
    assert!(
        palette.changes().iter().any(|it| it == "PATCH /v1/spectroclusters/{uid}/packRefs"),
        "{:?}",
        palette.changes()
    );
    palette.run("update shop --yes").exits(0).shows("unchanged");
    palette.run("status shop").exits(0).shows("no ");
}

#[test]
fn without_a_revision_an_edit_in_place_makes_the_base_unknown() {
    let palette = shop();
    edit(&palette, "replicas: 1", "replicas: 3");
    let ran = palette.run("switch shop hello@1.1.0 --yes").exits(6);
    ran.tells("unknown base").tells("the cluster has an update of it pending");
    // Versions come from the profile, and a value of a variable is always the cluster's own.
    ran.hides("field version").hides("unknown base  variable");
    assert!(palette.changes().is_empty());
}

#[test]
fn palettes_flag_that_nothing_is_overridden_is_a_base() {
    let palette = shop();
    // The cluster's copy is what was published when it took it.
    palette.with_world(|world| {
        let published = world.profile_version("hello", "1.0.0").unwrap().packs.to_vec();
        let attached = &mut world.cluster_mut("shop").unwrap().profiles[0];
        attached.packs.iter_mut().zip(&published).for_each(|(own, published)| {
            own.values.clone_from(&published.values);
            own.manifests[..]
                .iter_mut()
                .zip(&published.manifests)
                .for_each(|(own, it)| own.content.clone_from(&it.content));
        });
    });
    edit(&palette, "replicas: 1", "replicas: 3");
    palette.run("overrides shop").exits(0).hides("replicas");
    palette.run("update shop --yes").exits(0).shows("updated");
    assert_eq!(held(&palette, "shop").1, OWN.replace("replicas: 5", "replicas: 3"));
}

#[test]
fn an_override_is_set_and_taken_back() {
    let palette = shop();
    palette.run("override shop app --set manifests.app.replicas=7 --yes").exits(0);
    assert_eq!(held(&palette, "shop").1, OWN.replace("replicas: 5", "replicas: 7"));
    let call = palette.calls().into_iter().find(|it| it.method() == "PATCH").unwrap();
    assert_eq!(call.body()["profiles"][0].get("replaceWithProfile"), None);
    palette.run("override shop app --unset manifests.app.replicas --yes").exits(0);
    assert_eq!(held(&palette, "shop").1, OWN.replace("replicas: 5", "replicas: 1"));
}

#[test]
fn what_moved_a_pack_cannot_be_rolled_back_for_one_cluster_and_says_so() {
    let palette = shop();
    palette.run("switch shop hello@1.1.0 --yes").exits(0);
    palette.with_world(|world| {
        let uid = world.profile_version("hello", "1.1.0").unwrap().uid.clone();
        let edit = PackEdit { name: "app".into(), tag: Some("1.1.9".into()), ..PackEdit::default() };
        assert!(world.edit_profile(&uid, &[edit], false));
    });
    // An override in between leaves the version alone.
    palette.run("override shop app --set manifests.app.replicas=6 --yes").exits(0);
    palette.run("update shop --yes").exits(0).shows("1.1.0 → 1.1.9");
    palette.forget_calls();
    let ran = palette.run("rollback shop --yes").exits(4);
    ran.tells("the versions of packs cannot be written for one cluster: app 1.1.0 instead of 1.1.9");
    assert!(palette.changes().is_empty());
}

#[test]
fn a_write_that_shows_late_is_looked_at_again() {
    let palette = shop();
    let old = palette.with_world(|world| world.cluster("shop").unwrap().clone());
    let mut reads = 0;
    // The third read of the cluster is the look after the write: one copy of the database is behind then.
    let late = move |world: &mut profile_palette::World| {
        reads += 1;
        if reads == 1 {
            let new = std::mem::replace(world.cluster_mut("shop").unwrap(), old.clone());
            *NEW.lock().unwrap() = Some(new);
        } else if let Some(new) = NEW.lock().unwrap().take() {
            *world.cluster_mut("shop").unwrap() = new;
        }
    };
    static NEW: std::sync::Mutex<Option<profile_palette::world::Cluster>> = std::sync::Mutex::new(None);
    let fault =
        profile_palette::Fault::on("GET", "/v1/spectroclusters/{uid}", profile_palette::Effect::Hook(Box::new(late)));
    palette.inject(fault.after(2).times(2));
    palette.run("switch shop hello@1.1.0 --yes").exits(0);
    assert_eq!(held(&palette, "shop").0, "1.1.0");
}

#[test]
fn an_offer_for_one_profile_is_none_for_another() {
    let mut world = crate::shop::world(&["shop"]);
    let extra = serde_json::json!({
        "kind": "ClusterProfile", "metadata": {"name": "extra-1.0.0"},
        "spec": {"version": "1.0.0", "published": {"name": "extra", "type": "add-on", "packs": [
            {"name": "x", "layer": "addon", "type": "manifest", "version": "1.0.0", "tag": "1.0.0", "values": "a: 1\n"},
        ]}},
    });
    world.add_profile(&extra);
    let mut cluster = crate::shop::cluster("both");
    let templates = cluster["spec"]["clusterProfileTemplates"].as_array_mut().unwrap();
    let mut attached = extra["spec"]["published"].clone();
    attached["profileVersion"] = "1.0.0".into();
    attached["packs"][0]["values"] = "a: 2\n".into();
    templates.push(attached);
    world.add_cluster(&cluster);
    let palette = crate::run::fake_of(world);
    edit(&palette, "replicas: 1", "replicas: 3");
    let ran = palette.run("overrides both").exits(0);
    ran.shows("extra/x: a").tells("base of hello@1.0.0: unknown").hides("base of extra@1.0.0: unknown");
}
