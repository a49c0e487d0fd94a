//! Every command takes clusters of several contexts.

use serde_json::json;

use super::{Contexts, add, version, world};
use crate::world::{assert_run, json_of};

#[test]
fn every_command_takes_the_clusters_of_several_contexts() {
    let contexts = Contexts::of(vec![world(&["a"]), world(&["b"])], &[]);
    let both = ["--contexts", "one,two"];
    let run = |arguments: &[&str]| contexts.run(&[arguments, &both].concat());
    let [one, two] = &contexts.worlds[..] else { unreachable!("two were made") };
    let versions = || [version(one, "a"), version(two, "b")];

    assert_run(&run(&["check", "hello-aws@1.1.0"]), 0, &["may be switched"]);
    let diff = run(&["diff", "hello-aws@1.1.0"]);
    assert_run(&diff, 1, &["2 clusters: 2 differ, 1 outcome"]);
    assert_run(&run(&["overrides"]), 0, &[]);
    let set = ["override", "hello-universe", "--set", "manifests.hello-universe.ui.port=9000", "--yes"];
    let run_set = contexts.run(&[&set[..1], &["a", "b"], &set[1..], &both].concat());
    assert_run(&run_set, 0, &["spectrocluster/a", "spectrocluster/b"]);
    let found = json_of(&run(&["overrides", "-o", "json"]));
    let places = found["items"].as_array().unwrap().iter().map(|it| it.to_string().contains("ui.port"));
    assert_eq!(places.collect::<Vec<_>>(), [true, true], "{found}");
    assert_run(&run(&["update", "--yes"]), 0, &["no difference"]);
    assert_run(
        &run(&["switch", "hello-aws@1.1.0", "--yes"]),
        0,
        &["spectrocluster/a switched", "spectrocluster/b switched"],
    );
    assert_eq!(versions(), [json!("1.1.0"), json!("1.1.0")]);
    let history = json_of(&run(&["history", "-o", "json"]));
    let counts =
        history["items"].as_array().unwrap().iter().map(|it| it["document"]["items"].as_array().unwrap().len());
    assert_eq!(counts.collect::<Vec<_>>(), [3, 3], "{history}");
    let status = json_of(&run(&["status", "-o", "json"]));
    assert_eq!(status["items"].as_array().unwrap().len(), 2, "{status}");
    assert_run(&run(&["orphans"]), 0, &[]);
    assert_run(&run(&["rollback", "--yes"]), 0, &["rolled back to hello-aws@1.0.0"]);
    assert_eq!(versions(), [json!("1.0.0"), json!("1.0.0")]);
}

#[test]
fn a_label_in_all_namespaces_and_a_file_with_contexts_choose_what_is_written() {
    let contexts = Contexts::of(vec![world(&["plain"]), world(&["plain"])], &[]);
    let [one, two] = &contexts.worlds[..] else { unreachable!("two were made") };
    let mark = one.namespace.clone();
    add(one, "marked", &[("mark", &mark)]);
    add(two, "marked", &[("mark", &mark)]);
    let selector = format!("mark={mark}");
    let run = contexts.run(&["switch", "-A", "-l", &selector, "hello-aws@1.1.0", "--yes"]);
    assert_run(&run, 0, &["switched to hello-aws@1.1.0"]);
    let versions = || [version(one, "marked"), version(two, "marked"), version(one, "plain"), version(two, "plain")];
    assert_eq!(versions(), ["1.1.0", "1.1.0", "1.0.0", "1.0.0"].map(|it| json!(it)));

    let file = contexts.kubeconfig.with_extension("clusters");
    let lines = format!("# two of them\none/{}/plain\n\ntwo/{}/marked\n", one.namespace, two.namespace);
    std::fs::write(&file, lines).unwrap();
    let rollback = ["rollback", "--clusters-from", file.to_str().unwrap(), "--yes", "--max-failures", "2"];
    let run = contexts.run(&rollback);
    assert_run(&run, 5, &["rolled back to hello-aws@1.0.0", "no revision to roll back to"]);
    assert_eq!(versions(), ["1.1.0", "1.0.0", "1.0.0", "1.0.0"].map(|it| json!(it)));
    let all = contexts.run(&["check", "--all-contexts", "-l", &selector, "hello-aws@1.1.0"]);
    assert_run(&all, 0, &[]);
}
