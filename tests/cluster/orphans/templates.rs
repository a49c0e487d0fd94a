//! A template that cannot be rendered, attached on the real API server: named with its place, nothing is proven then, nothing is
//! touched, and it takes no long time.

use super::*;

/// The cluster was switched to a version with one more pack, whose manifest is this template.
fn switched_to(template: &str) -> World {
    let world = World::new(&[deployment("old", 2)], &[]);
    let patch = |name: &str, version: &str, kind: &str, pointer: &str| {
        let mut object = world.get(kind, name);
        let packs = object.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
        packs.push(json!({
            "name": "more", "layer": "addon", "type": "manifest", "version": version, "values": "",
            "manifests": [{"name": "broken", "content": format!("# first line\n{template}\n")}],
        }));
        let path = ["metadata", "managedFields"];
        object[path[0]].as_object_mut().unwrap().remove(path[1]);
        world.kubectl_input(&["replace", "-f", "-"], &object.to_string());
    };
    patch("app-2.0.0", "2.0.0", "clusterprofile", "/spec/published/packs");
    world.switch();
    let condition = json!({"type": "Ready", "status": "True"});
    let pack =
        |name: &str| json!({"name": name, "version": "2.0.0", "profileUid": "uid-2.0.0", "condition": condition});
    let patch = json!({"status": {"state": "Running", "packs": [pack("app"), pack("more")]}}).to_string();
    world
        .kubectl(&["patch", "spc", "demo", "--subresource=status", "--type=merge", "-p", &patch])
        .success("kubectl patch")
        .unwrap();
    world
}

#[test]
fn a_template_that_does_not_render_is_named_with_its_line_and_nothing_is_scaled_for_it() {
    for (template, said) in [
        ("{{ if }}", "manifest `broken` of pack `more`, line 2, column "),
        ("a: {{ .Values.x.y }}", "manifest `broken` of pack `more`, line 2, column "),
        ("{{ range 1000000000 }}{{ end }}", "manifest `broken` of pack `more`"),
        (
            "{{ range 10000 }}{{ range 10000 }}{{ range 10000 }}{{ end }}{{ end }}{{ end }}",
            "manifest `broken` of pack `more`",
        ),
        ("{{ $s := \"xxxxxxxx\" }}{{ range 60 }}{{ $s = print $s $s }}{{ end }}", "manifest `broken` of pack `more`"),
        ("{{ if eq .Spectro.cluster.name \"a\" }}{{ end }}", "depending on {{ .Spectro.cluster.name }}"),
    ] {
        let world = switched_to(template);
        let before = world.get("deployment", "old");
        let found = world.orphans(&[]);
        let orphan = &found["items"][0];
        assert_eq!(
            (&orphan["name"], &orphan["confidence"]),
            (&json!("old"), &json!("suspected")),
            "{template}: {found}"
        );
        assert!(found.to_string().replace("\\\"", "\"").contains(said), "{template}: {found}");
        for (arguments, code) in [(&[][..], 0), (&["deployment/old"], 4)] {
            let run = world.profile(&[&["scale-down", "demo", "--yes"], arguments].concat());
            assert_eq!(run.code, Some(code), "{template}: {run}");
            assert!(run.stderr.contains("only suspected"), "{template}: {run}");
        }
        let after = world.get("deployment", "old");
        let state = |it: &Value| {
            (it["spec"].clone(), it["metadata"]["annotations"].clone(), it["metadata"]["generation"].clone())
        };
        assert_eq!(state(&after), state(&before), "{template}");
    }
}

#[test]
fn what_is_suspected_goes_down_and_comes_back_where_it_is_named_and_meant() {
    let world = switched_to("{{ if }}");
    let run = world.profile(&["scale-down", "demo", "--suspected", "--yes"]);
    assert!(run.is_success() && run.stderr.contains("only when it is named, and with --suspected"), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 2);
    let run = world.profile(&["scale-down", "demo", "deployment/old", "--suspected", "--yes"]);
    assert!(run.is_success() && run.stdout.contains("deployment.apps/old scaled down (was 2)"), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 0);
    let run = world.profile(&["scale-back", "demo", "--yes"]);
    assert!(run.is_success(), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 2);
}

#[test]
fn a_search_that_saw_nothing_is_no_success_for_a_pipeline() {
    let world = switched_to("{{ if }}");
    let run = world.profile(&["orphans", "demo", "--exit-code"]);
    assert_eq!(run.code, Some(1), "{run}");
    world.kubectl(&["delete", "deployment", "old"]).success("kubectl delete").unwrap();
    let run = world.profile(&["orphans", "demo", "--exit-code"]);
    assert_eq!(run.code, Some(5), "{run}");
    assert!(run.stderr.contains("no orphans found") && run.stderr.contains("not everything could be seen"), "{run}");
    let status = world.profile(&["status", "demo"]);
    assert!(status.is_success(), "{status}");
    assert!(status.stderr.contains("no orphans of cluster \"demo\" were seen, and there may be some"), "{status}");
}
