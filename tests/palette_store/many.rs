//! Many clusters by one command.

use profile_palette::{Answer, Effect, Fault, Options, RateLimit, World};

use crate::{
    run::{Palette, fake_with},
    shop::{OWN, cluster, held, versions},
};

const COUNT: usize = 40;

fn name(at: usize) -> String {
    format!("shop-{at:02}")
}

/// Forty clusters within Palette's rate. Every second one sets its own image, which the target changes as well.
fn fleet() -> Palette {
    let mut world = World::default();
    versions().iter().for_each(|it| drop(world.add_profile(it)));
    for at in 0..COUNT {
        let mut cluster = cluster(&name(at));
        if at % 2 == 1 {
            let own = OWN.replace("\"a:0\"", "\"mine\"");
            cluster["spec"]["clusterProfileTemplates"][0]["packs"][1]["values"] = own.into();
        }
        world.add_cluster(&cluster);
    }
    let rate_limit = Some(RateLimit { per_second: 10.0, burst: 50 });
    fake_with(world, Options { rate_limit, ..Options::default() })
}

#[test]
fn forty_clusters_are_switched_with_decisions_and_variables_and_one_that_failed_is_resumed() {
    let palette = fleet();
    palette.write("resolutions.yaml", "manifests.app.image: override\n");
    let rows: String = (0..COUNT).map(|at| format!("{}: {{zone: zone-{at}}}\n", name(at))).collect();
    palette.write("vars.yaml", &rows);
    let broken = palette.with_world(|world| world.cluster(&name(7)).unwrap().uid.clone());
    let is_it = move |it: &profile_palette::Request| it.method == "PATCH" && it.path.contains(&broken);
    palette.inject(Fault::when(is_it, Effect::Answer(Answer::error(400, "Quota", "no room"))));
    let command =
        "switch -l env=prod hello@1.2.0 --yes --resolve resolutions.yaml --vars-from vars.yaml --max-failures 3";

    let ran = palette.run(command).exits(5);
    ran.shows("shop-07").shows("no room (Quota)");
    for at in 0..COUNT {
        let (version, values, _) = held(&palette, &name(at));
        let image = if at % 2 == 1 { "\"mine\"" } else { "\"a:2\"" };
        if at == 7 {
            assert_eq!(version, "1.0.0");
            continue;
        }
        assert_eq!((version.as_str(), values), ("1.2.0", OWN.replace("\"a:0\"", image)), "{}", name(at));
        let zone = palette
            .with_world(|world| world.cluster(&name(at)).unwrap().profiles[0].variable("zone").unwrap().to_owned());
        assert_eq!(zone, format!("zone-{at}"));
    }

    let refused = palette.calls().iter().filter(|it| it.status == Some(429)).count();
    assert_eq!(refused, 0, "the rate is kept");

    // The next process does not know what this address has sent already: what Palette refuses for that is waited out.
    palette.forget_calls();
    palette.run(command).exits(0).shows("shop-07");
    assert_eq!(held(&palette, &name(7)).0, "1.2.0");
    assert_eq!(palette.changes(), ["PATCH /v1/spectroclusters/{uid}/profiles"], "only what failed is written");
}

#[test]
fn a_list_of_many_is_read_page_by_page_and_not_one_by_one() {
    let palette = fake_with(World::fleet(6, 3, 60), Options { page: 20, ..Options::default() });
    let status = palette.run("status").exits(0);
    assert_eq!(status.stdout.lines().count(), 61);
    status.tells("60 clusters are shown as a list tells of them");
    let json = palette.run("status -o json").exits(0).document("ClusterStatusList");
    assert_eq!((&json["items"][0]["unreconciled"], &json["items"][0]["overrides"]), (&().into(), &().into()));
    palette.forget_calls();
    palette.run("list").exits(0).shows("CLUSTERS");
    let of_one = palette.calls().iter().filter(|it| it.template().contains("{uid}")).count();
    assert!(of_one <= 12, "{of_one} requests for single versions");
}
