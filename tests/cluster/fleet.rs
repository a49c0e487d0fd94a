//! Many clusters by one command: names, labels, files, contexts, waves, and what becomes of those that fail.

use std::{
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use profile_core::yaml;
use profile_sandbox::{Run, samples};
use serde_json::{Value, json};

use crate::{
    sandbox::shared,
    terminal::Terminal,
    world::{DEADLINE, SHOP, World, assert_run, finish, json_of},
};

mod aliases;
mod cleanup;
mod commands;
mod elsewhere;
mod repeated;
mod shown;

/// Where nothing listens.
const DOWN: &str = "https://127.0.0.1:1";

/// Namespaces of one control plane, each behind a context of its own.
struct Contexts {
    worlds: Vec<World>,
    kubeconfig: PathBuf,
}

impl Contexts {
    /// Contexts called `one`, `two` and so on; `down` are those whose server is not there.
    fn of(worlds: Vec<World>, down: &[&str]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let contexts = Self { worlds, kubeconfig: shared().dir().join(format!("kubeconfig-of-fleet-{number}")) };
        contexts.write(down);
        contexts
    }

    fn write(&self, down: &[&str]) {
        let text = std::fs::read_to_string(shared().kubeconfig()).unwrap();
        let mut document = yaml::parse(&text).unwrap();
        let user = document["users"][0]["name"].clone();
        let mut cluster = document["clusters"][0].clone();
        cluster["name"] = json!("down");
        cluster["cluster"]["server"] = json!(DOWN);
        let up = document["clusters"][0]["name"].clone();
        document["clusters"].as_array_mut().unwrap().push(cluster);
        let contexts = ["one", "two", "three", "four"].iter().zip(&self.worlds).map(|(name, world)| {
            let cluster = if down.contains(name) { json!("down") } else { up.clone() };
            json!({"name": name, "context": {"cluster": cluster, "user": user, "namespace": world.namespace}})
        });
        document["contexts"] = contexts.collect();
        document["current-context"] = json!("one");
        std::fs::write(&self.kubeconfig, document.to_string()).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let run = Run::of(shared().plugin_command().args(arguments).env("KUBECONFIG", &self.kubeconfig)).unwrap();
        profile_tests::schema::hold(&run);
        run
    }
}

/// A fresh namespace with these clusters, copies of the sample, and all versions of its profile.
fn world(clusters: &[&str]) -> World {
    let world = World::new("fleet");
    for version in ["1.0.0", "1.1.0"] {
        world.create(&samples::object("ClusterProfile", &format!("hello-aws-{version}")).unwrap());
    }
    clusters.iter().for_each(|name| add(&world, name, &[]));
    world
}

fn add(world: &World, name: &str, labels: &[(&str, &str)]) {
    let mut cluster = samples::object("SpectroCluster", SHOP).unwrap();
    cluster["metadata"]["name"] = json!(name);
    for (label, value) in labels {
        cluster["metadata"]["labels"][label] = json!(value);
    }
    world.create(&cluster);
}

fn version(world: &World, cluster: &str) -> Value {
    world.cluster(cluster)["spec"]["clusterProfileTemplates"][0]["profileVersion"].clone()
}

/// Asserts that a row of the table at the end says so of so many clusters.
fn assert_row(run: &Run, outcome: &str, count: usize) {
    let row = format!("{outcome} {count} ");
    let is_row = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(&row);
    assert!(run.stdout.lines().any(is_row), "no row {row:?}: {run}");
}

/// The outcome of each cluster that a run printed as JSON.
fn outcomes(run: &Run) -> Vec<(String, String)> {
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let all = json_of(run)["outcomes"].as_array().cloned().unwrap_or_default();
    let mut all: Vec<_> = all.iter().map(|it| (text(&it["cluster"]), text(&it["outcome"]))).collect();
    all.sort();
    all
}

#[test]
fn a_switch_over_four_contexts_of_which_one_is_down_is_resumed() {
    let worlds = (0..4).map(|_| world(&["a", "b"])).collect();
    let contexts = Contexts::of(worlds, &["three"]);
    let switch = ["switch", "--contexts", "one,two,three,four", "hello-aws@1.1.0", "--yes"];
    let run = contexts.run(&switch);
    assert_run(&run, 5, &["6 clusters the same", "unreachable", "context three", "switched to hello-aws@1.1.0"]);
    for (at, world) in contexts.worlds.iter().enumerate() {
        let expected = if at == 2 { "1.0.0" } else { "1.1.0" };
        for cluster in ["a", "b"] {
            assert_eq!(version(world, cluster), json!(expected), "{at} {cluster}");
        }
    }

    contexts.write(&[]);
    let run = contexts.run(&[&switch[..], &["-o", "json"]].concat());
    assert_run(&run, 0, &[]);
    let expected: Vec<_> = ["four", "one", "three", "two"]
        .iter()
        .zip(&contexts_in_order(&contexts))
        .flat_map(|(context, world)| {
            let outcome = if *context == "three" { "switched to hello-aws@1.1.0" } else { "unchanged" };
            ["a", "b"].map(|name| (format!("{context}/{}/{name}", world.namespace), outcome.to_owned()))
        })
        .collect();
    assert_eq!(outcomes(&run), expected);
    assert_eq!(version(&contexts.worlds[2], "b"), json!("1.1.0"));
}

/// The worlds in the order of the names of their contexts.
fn contexts_in_order(contexts: &Contexts) -> Vec<&World> {
    [3, 0, 2, 1].iter().map(|at| &contexts.worlds[*at]).collect()
}

#[test]
fn a_cluster_that_may_be_where_nobody_answers_is_unreachable_and_the_others_go_on() {
    let worlds = vec![world(&["a"]), world(&["b"]), world(&[])];
    let contexts = Contexts::of(worlds, &["two", "three"]);
    let run = contexts.run(&["switch", "a", "b", "--contexts", "one,two", "hello-aws@1.1.0", "--yes"]);
    assert_run(&run, 5, &["unreachable", "switched to hello-aws@1.1.0"]);
    assert!(!run.stdout.contains("Kubernetes, context two"), "nothing is written there: {run}");
    assert_eq!(version(&contexts.worlds[0], "a"), json!("1.1.0"));
    let run = contexts.run(&["status", "--contexts", "one,two"]);
    assert_run(&run, 5, &["CONTEXT", "hello-aws@1.1.0", "Warning: context two"]);
    let namespaces = [0, 1].map(|it| format!("{}/a", contexts.worlds[it].namespace));
    let run = contexts.run(&["status", &namespaces[0], &namespaces[1], "--contexts", "one,two"]);
    assert_eq!(run.stderr.matches("Warning: context two").count(), 1, "{run}");
    let run = contexts.run(&["status", "--contexts", "two,three"]);
    assert!(!run.stderr.contains("no clusters in"), "nobody knows whether there are any: {run}");
    let run = contexts.run(&["status", "--contexts", "one,too"]);
    assert_run(&run, 2, &["context \"too\" does not exist", "two"]);
}

#[test]
fn labels_and_files_choose_clusters() {
    let world = world(&["plain"]);
    add(&world, "eu", &[("env", "prod"), ("region", "eu")]);
    add(&world, "us", &[("env", "prod"), ("region", "us")]);
    let run = world.profile(&["switch", "-l", "env=prod,region in (us,ap)", "hello-aws@1.1.0", "--yes"]);
    assert_run(&run, 0, &["spectrocluster/us switched"]);
    assert_eq!((version(&world, "eu"), version(&world, "plain")), (json!("1.0.0"), json!("1.0.0")));
    let run = world.profile(&["check", "-l", "env=prod", "hello-aws@1.1.0"]);
    assert_run(&run, 0, &["may be switched to hello-aws@1.1.0", "eu", "us"]);
    let run = world.profile(&["status", "-l", "env=test"]);
    assert_run(&run, 0, &["no clusters with labels env=test in"]);
    let run = world.profile(&["check", "-l", "env=test", "hello-aws@1.1.0"]);
    assert_run(&run, 2, &["no cluster with labels env=test"]);

    let list = shared().dir().join("clusters-of-a-fleet");
    std::fs::write(&list, format!("# by name and by namespace\neu\n{}/plain # this one, too\n", world.namespace))
        .unwrap();
    let list = list.to_str().unwrap();
    let run = world.profile(&["switch", "--clusters-from", list, "hello-aws@1.1.0", "--yes"]);
    assert_run(&run, 0, &["2 clusters the same: eu, plain"]);
    assert_row(&run, "switched to hello-aws@1.1.0", 2);
    std::fs::write(list, "eu\nue\n").unwrap();
    let run = world.profile(&["switch", "--clusters-from", list, "hello-aws@1.0.0", "--yes"]);
    assert_run(&run, 2, &["no cluster \"ue\"", "hint: "]);
}

#[test]
fn enough_failures_end_the_run_and_the_next_one_goes_on() {
    let world = world(&["a", "b", "c"]);
    // Nobody reconciles these clusters, so that the wait for the first one times out.
    let switch = ["switch", "a", "b", "c", "hello-aws@1.1.0", "--yes"];
    let wait = ["--wait", "--timeout", "1s", "--parallel", "1"];
    let run = world.profile(&[&switch[..], &wait].concat());
    assert_run(&run, 5, &["timed out", "not started", "1 failed, and --max-failures is 1"]);
    assert_eq!(["a", "b", "c"].map(|it| version(&world, it)), [json!("1.1.0"), json!("1.0.0"), json!("1.0.0")]);
    let run = world.profile(&[&switch[..], &wait, &["--max-failures", "3"]].concat());
    assert_run(&run, 124, &[]);
    assert_row(&run, "timed out", 2);
    assert_eq!(version(&world, "c"), json!("1.1.0"));
    let run = world.profile(&[&switch[..], &["--error-unchanged"]].concat());
    assert_run(&run, 3, &[]);
    assert_row(&run, "unchanged", 3);
}

#[test]
fn an_interrupt_between_waves_leaves_the_rest_as_it_is() {
    let world = world(&["a", "b", "c"]);
    let switch = ["switch", "a", "b", "c", "hello-aws@1.1.0", "--yes"];
    let waves = ["--wave-size", "1", "--wave-pause", "10m"];
    let child = world.start_profile_as(shared().kubeconfig(), &[&switch[..], &waves].concat());
    let switched = world.sandbox.wait_until("the first wave", DEADLINE, || {
        let history = world.history("a");
        if history == ["1 deployed hello-aws@1.1.0"] { Ok(()) } else { Err(history.join(", ")) }
    });
    switched.unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let run = finish(child);
    assert_run(&run, 130, &["spectrocluster/a switched"]);
    assert_row(&run, "interrupted", 2);
    assert_eq!(["a", "b", "c"].map(|it| version(&world, it)), [json!("1.1.0"), json!("1.0.0"), json!("1.0.0")]);
    let run = world.profile(&[&switch[..], &["--wave-size", "1"]].concat());
    assert_run(&run, 0, &["2 of 3 clusters are done", "unchanged"]);
    assert_eq!(version(&world, "c"), json!("1.1.0"));
}

#[test]
fn what_a_rule_denies_for_one_cluster_is_told_before_the_question_and_keeps_no_other_back() {
    let world = world(&["a", "b"]);
    world.patch_status("b", &json!({"state": "Provisioning"}));
    let mut terminal = Terminal::run(&world, shared().kubeconfig(), "switch a b hello-aws@1.1.0");
    terminal.answer(1, "y");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(5), "{screen}");
    let before = screen.split("Do you want to continue?").next().unwrap();
    assert!(before.contains("refused") && before.contains("1 cluster is to be switched"), "{screen}");
    assert_eq!((version(&world, "a"), version(&world, "b")), (json!("1.1.0"), json!("1.0.0")));
}

#[test]
fn one_place_is_asked_for_once_and_the_answer_holds_where_it_is_open() {
    let world = World::new("fleet");
    let replicas = |kind, name, count| {
        let object = samples::object(kind, name).unwrap().to_string();
        serde_json::from_str::<Value>(&object.replace("replicas: 1 ", &format!("replicas: {count} "))).unwrap()
    };
    world.create(&replicas("ClusterProfile", "hello-aws-1.0.0", 2));
    for name in ["a", "b", "same"] {
        let mut cluster = replicas("SpectroCluster", SHOP, 2);
        cluster["metadata"]["name"] = json!(name);
        world.create(&cluster);
    }
    for (name, count) in [("a", 1), ("b", 4)] {
        let set = format!("manifests.hello-universe.ui.replicas={count}");
        assert_run(&world.profile(&["override", name, "hello-universe", "--set", &set, "--yes"]), 0, &[]);
    }
    let mut next = replicas("ClusterProfile", "hello-aws-1.0.0", 3);
    next["metadata"]["name"] = json!("hello-aws-1.0.5");
    next["spec"]["version"] = json!("1.0.5");
    next["spec"]["published"]["uid"] = json!("6700aaaa0000000000010005");
    world.create(&next);

    let switch = ["switch", "a", "b", "same", "hello-aws@1.0.5"];
    let run = world.profile(&[&switch[..], &["--yes"]].concat());
    assert_run(&run, 5, &["a: 1 override needs a decision", "b: 1 override", "spectrocluster/same switched"]);
    assert_row(&run, "decision needed", 2);

    let mut terminal = Terminal::run(&world, shared().kubeconfig(), &switch.join(" "));
    terminal.answer_to("what is decided here holds wherever the same place is open", 1, "o");
    terminal.answer(1, "y");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(0), "{screen}");
    for (name, count) in [("a", 1), ("b", 4), ("same", 3)] {
        let cluster = world.cluster(name);
        let values = cluster["spec"]["clusterProfileTemplates"][0]["packs"][4]["values"].as_str().unwrap();
        assert!(values.contains(&format!("replicas: {count} ")), "{name}: {values}");
        assert_eq!(version(&world, name), json!("1.0.5"));
    }
}

#[test]
fn a_status_tells_of_each_cluster_its_own_whatever_the_order_of_the_names() {
    let contexts = Contexts::of(vec![world(&["a"]), world(&["b"])], &[]);
    let replicas = "manifests.hello-universe.ui.replicas=5";
    let run = contexts.run(&["override", "b", "hello-universe", "--context", "two", "--set", replicas, "--yes"]);
    assert_run(&run, 0, &["overridden"]);
    let [a, b] = ["one", "two"].map(|name| {
        let (cluster, at) = if name == "one" { ("a", 0) } else { ("b", 1) };
        format!("{name}/{}/{cluster}", contexts.worlds[at].namespace)
    });
    for names in [[&a, &b], [&b, &a]] {
        let run = contexts.run(&["status", names[0], names[1], "-o", "json"]);
        assert_run(&run, 0, &[]);
        let items = json_of(&run)["items"].clone();
        for (item, name) in items.as_array().unwrap().iter().zip(names) {
            let expected = usize::from(*name == b);
            assert!(name.ends_with(item["name"].as_str().unwrap()), "{run}");
            assert_eq!(item["overrides"].as_array().map(Vec::len), Some(expected), "{name}: {run}");
        }
    }
}
