//! What is shown of many clusters is what is written, and what was written is told, whatever comes after it.

use std::io::{BufRead as _, BufReader};

use serde_json::{Value, json};

use super::{
    cleanup::{self, replicas},
    version,
};
use crate::{
    sandbox::shared,
    terminal::{QUESTION, Terminal},
    world::{World, assert_run, finish},
};

/// Both clusters run 2.0.0 and have an orphan each.
fn switched() -> World {
    let world = cleanup::world();
    for cluster in ["a", "b"] {
        assert_run(&world.profile(&["switch", cluster, &format!("app-{cluster}@2.0.0"), "--yes"]), 0, &[]);
        world.patch_status(cluster, &cleanup::status(cluster, "2.0.0"));
    }
    world
}

#[test]
fn what_moved_between_the_answer_and_the_write_is_left_alone_and_the_rest_is_written() {
    let world = switched();
    let mut terminal = Terminal::run(&world, shared().kubeconfig(), "scale-down a b");
    terminal.seen(QUESTION, 1);
    let image = r#"{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"example.invalid/c:2"}]}}}}"#;
    assert!(world.kubectl(&["patch", "deployment", "old-a", "-p", image]).is_success());
    terminal.answer(1, "y");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(5), "{screen}");
    let (before, after) = screen.split_once(QUESTION).unwrap();
    assert!(before.contains("2 objects of 2 clusters to be scaled down"), "{screen}");
    assert!(!before.contains("scaled down (was 2)") && !before.contains("dry run"), "it was not done yet: {screen}");
    assert!(after.contains("deployment.apps/old-a is left as it is: it is not what was shown any more"), "{screen}");
    assert!(after.contains("b: deployment.apps/old-b scaled down (was 2)"), "{screen}");
    assert_eq!((replicas(&world, "a"), replicas(&world, "b")), (json!(2), json!(0)));

    // What is made anew under the same name is another object.
    assert_run(&world.profile(&["scale-back", "b", "--yes"]), 0, &[]);
    let mut terminal = Terminal::run(&world, shared().kubeconfig(), "scale-down a b");
    terminal.seen(QUESTION, 1);
    assert!(world.kubectl(&["delete", "deployment", "old-a", "--cascade=orphan"]).is_success());
    let mut anew = cleanup::deployment("a");
    anew["metadata"]["namespace"] = json!(world.namespace);
    world.sandbox.apply(&anew.to_string()).unwrap();
    terminal.answer(1, "y");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(5), "{screen}");
    assert_eq!((replicas(&world, "a"), replicas(&world, "b")), (json!(2), json!(0)), "{screen}");
}

#[test]
fn a_second_run_says_unchanged_and_neither_asks_nor_pauses_between_waves() {
    let world = switched();
    let down = ["scale-down", "a", "b", "--yes", "--wave-size", "1", "--wave-pause", "1s"];
    let run = world.profile(&down);
    assert_run(&run, 0, &["1 of 2 clusters are done; the next wave begins in 1s"]);
    assert_eq!(outcomes_of(&run.stdout), [("done", "2")]);
    let run = world.profile(&down);
    assert_run(&run, 0, &["unchanged (scaled down already"]);
    assert_eq!(outcomes_of(&run.stdout), [("unchanged", "2")]);
    assert!(!run.stderr.contains("the next wave begins"), "{run}");
    let mut terminal = Terminal::run(&world, shared().kubeconfig(), "scale-back a b --wave-size 1");
    terminal.answer(1, "y");
    terminal.answer(2, "n");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(5), "{screen}");
    assert!(screen.contains("1 of 2 clusters are done") && screen.contains("not confirmed"), "{screen}");
    let sizes = [replicas(&world, "a"), replicas(&world, "b")];
    assert_eq!(sizes.iter().filter(|it| **it == json!(2)).count(), 1, "{screen}");
    assert_run(&world.profile(&["scale-back", "a", "b", "--yes"]), 0, &[]);
    assert_eq!((replicas(&world, "a"), replicas(&world, "b")), (json!(2), json!(2)));
}

/// The outcomes and counts of the last table.
fn outcomes_of(stdout: &str) -> Vec<(&str, &str)> {
    let table = stdout.rsplit("OUTCOME").next().unwrap();
    let rows = table.lines().skip(1).filter(|line| !line.trim().is_empty());
    rows.map(|row| {
        let mut words = row.split_whitespace();
        (words.next().unwrap(), words.next().unwrap())
    })
    .collect()
}

#[test]
fn a_write_is_told_before_its_wait_ends_and_in_the_table_when_the_time_is_over() {
    let world = super::world(&["a", "b", "c", "d"]);
    let switch = ["hello-aws@1.1.0", "--yes", "--wait", "--timeout"];
    let first = [&["switch", "a", "b"], &switch[..], &["10m"]].concat();
    let mut child = world.start_profile_as(shared().kubeconfig(), &first);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        let told = lines.find(|line| line.as_ref().is_ok_and(|it| it.contains("switched to hello-aws@1.1.0")));
        assert!(told.is_some(), "it is not told while it waits");
    }
    assert_eq!((version(&world, "a"), version(&world, "b")), (json!("1.1.0"), json!("1.1.0")));
    child.kill().unwrap();
    drop(finish(child));

    let run = world.profile(&[&["switch", "c", "d", "--max-failures=2"], &switch[..], &["1s"]].concat());
    assert_run(
        &run,
        124,
        &["timed out", "switched to hello-aws@1.1.0, and then: cluster … is not reconciled after 1s"],
    );
}

#[test]
fn orphans_that_were_not_all_seen_do_not_make_a_switch_a_failure() {
    let world = super::world(&["a", "b"]);
    for cluster in ["a", "b"] {
        let mut status = world.cluster(cluster)["status"].clone();
        let target = profile_sandbox::samples::object("ClusterProfile", "hello-aws-1.1.0").unwrap();
        let published = &target["spec"]["published"];
        let packs = published["packs"].as_array().unwrap().iter().map(|pack| {
            let condition = json!({"type": "Ready", "status": "True"});
            json!({"name": pack["name"], "version": pack["version"], "profileUid": published["uid"], "condition": condition})
        });
        status["packs"] = packs.collect();
        world.patch_status(cluster, &status);
    }
    let run = world.profile(&["switch", "a", "b", "hello-aws@1.1.0", "--yes", "--then-orphans"]);
    assert_run(
        &run,
        5,
        &[
            "the change stands, and nothing was scaled down: nothing to scale down",
            "--packs DIR",
            "switched to hello-aws@1.1.0",
        ],
    );
    assert_eq!((version(&world, "a"), version(&world, "b")), (json!("1.1.0"), json!("1.1.0")));
    let single = world.profile(&["switch", "a", "hello-aws@1.1.0", "--yes", "--then-orphans"]);
    // This time nothing was changed before.
    assert_run(&single, 5, &["Warning: nothing was scaled down"]);
}

#[test]
fn forty_clusters_are_switched_by_one_command_with_one_file_of_decisions() {
    let names: Vec<String> = (0..20).map(|number| format!("c{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let worlds = [(); 2].map(|()| World::new("forty"));
    let sized = |kind: &str, name: &str, replicas: u32| -> Value {
        let text = profile_sandbox::samples::object(kind, name).unwrap().to_string();
        serde_json::from_str(&text.replace("replicas: 1 ", &format!("replicas: {replicas} "))).unwrap()
    };
    for world in &worlds {
        world.create(&sized("ClusterProfile", "hello-aws-1.0.0", 2));
        world.create(&sized("ClusterProfile", "hello-aws-1.1.0", 4));
        for (number, name) in names.iter().enumerate() {
            // Every other one sets its own size, which the target publishes anew.
            let mut cluster = sized("SpectroCluster", super::SHOP, if number % 2 == 0 { 2 } else { 3 });
            cluster["metadata"]["name"] = json!(name);
            cluster["metadata"]["labels"]["env"] = json!("prod");
            world.create(&cluster);
        }
        // A rule keeps one of them back.
        world.patch_status("c19", &json!({"state": "Provisioning"}));
    }
    let [one, two] = &worlds;
    let contexts = super::Contexts::of(worlds.iter().map(|it| World::named(shared(), &it.namespace)).collect(), &[]);
    let decisions = contexts.kubeconfig.with_extension("decisions");
    std::fs::write(&decisions, "\"hello-universe: manifests.hello-universe.ui.replicas\": override\n").unwrap();
    let switch =
        ["switch", "-l", "env=prod", "--contexts", "one,two", "hello-aws@1.1.0", "--yes", "--max-failures", "40"];
    let run = contexts.run(&[&switch[..], &["--resolve", decisions.to_str().unwrap()]].concat());
    assert_run(&run, 5, &[]);
    assert_eq!(outcomes_of(&run.stdout), [("switched", "to"), ("refused", "2")], "{run}");
    for world in [one, two] {
        for (number, name) in names.iter().enumerate() {
            let expected = if *name == "c19" { "1.0.0" } else { "1.1.0" };
            assert_eq!(version(world, name), json!(expected), "{name}: {run}");
            let values = world.cluster(name)["spec"]["clusterProfileTemplates"][0]["packs"].to_string();
            let size = if number % 2 == 0 { 4 } else { 3 };
            assert!(*name == "c19" || values.contains(&format!("replicas: {size} ")), "{name}: {values}");
        }
    }
    assert!(run.stdout.contains("38"), "{run}");
}

/// Lets something happen while the question of a scale-down of both clusters stands, and tells how it ended.
fn meanwhile(world: &World, happens: impl FnOnce()) -> (Option<i32>, String) {
    let mut terminal = Terminal::run(world, shared().kubeconfig(), "scale-down a b");
    terminal.seen(QUESTION, 1);
    happens();
    terminal.answer(1, "y");
    terminal.finish()
}

#[test]
fn what_somebody_else_took_over_while_the_question_stood_is_left_alone() {
    for (patch, said) in [
        (
            json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:n/old-a"}}}),
            "the Argo CD application shop",
        ),
        (json!({"metadata": {"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}}), "the Flux Kustomization apps"),
        (
            json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": {"meta.helm.sh/release-name": "r"}}}),
            "annotation meta.helm.sh/release-name",
        ),
    ] {
        let world = switched();
        let (code, screen) = meanwhile(&world, || {
            let run = world.kubectl(&["patch", "deployment", "old-a", "--type=merge", "-p", &patch.to_string()]);
            assert!(run.is_success(), "{run}");
        });
        assert_eq!(code, Some(5), "{screen}");
        assert!(screen.contains("deployment.apps/old-a is left as it is") && screen.contains(said), "{screen}");
        assert_eq!((replicas(&world, "a"), replicas(&world, "b")), (json!(2), json!(0)), "{screen}");
    }
}

#[test]
fn what_another_cluster_came_to_render_while_the_question_stood_is_left_alone() {
    let world = switched();
    let (code, screen) = meanwhile(&world, || {
        let mut published = cleanup::published(&world, "a", "1.0.0");
        published["name"] = json!("taker");
        published["uid"] = json!("uid-taker");
        world.create(&json!({
            "kind": "SpectroCluster", "metadata": {"name": "taker"},
            "spec": {"cloudType": "aws", "clusterProfileTemplates": [published]},
        }));
    });
    assert_eq!(code, Some(5), "{screen}");
    assert!(
        screen.contains("deployment.apps/old-a is rendered by cluster") && screen.contains("/taker meanwhile"),
        "{screen}"
    );
    assert_eq!((replicas(&world, "a"), replicas(&world, "b")), (json!(2), json!(0)), "{screen}");
}

#[test]
fn what_is_refused_for_one_cluster_keeps_no_other_back_also_with_a_yes() {
    let world = switched();
    world.patch_status("a", &cleanup::status("a", "1.0.0"));
    let run = world.profile(&["scale-down", "a", "b", "--yes", "--parallel", "1"]);
    assert_run(&run, 5, &["what replaces the orphans of cluster \"a\" is not ready", "old-b scaled down (was 2)"]);
    assert_eq!(outcomes_of(&run.stdout).len(), 2, "{run}");
    assert_eq!((replicas(&world, "a"), replicas(&world, "b")), (json!(2), json!(0)));
}
