//! The rows of both tables, a claim for each.

use serde_json::{Value, json};

use super::*;
use crate::fixtures::{Fixture, aws, edge};

fn one(of: fn() -> Fixture, packs: Value) -> Fixture {
    of().with("/spec/clusterProfileTemplates/0/packs", packs)
}

fn lines(before: &Fixture, after: &Fixture) -> Vec<Estimate> {
    estimate(&Cluster::new(before.json()), &Cluster::new(after.json()))
}

fn keys_of(lines: &[Estimate]) -> Vec<(&str, Effect)> {
    lines.iter().map(|it| (it.key.as_str(), it.effect)).collect()
}

fn pack(layer: &str, values: &str) -> Value {
    json!({"name": format!("{layer}-pack"), "layer": layer, "version": "1.0.0", "values": values})
}

/// What a change of the values of one pack does, key by key.
fn check(of: fn() -> Fixture, layer: &str, before: &str, after: &str, expected: &[(&str, Effect)]) {
    let found = lines(&one(of, json!([pack(layer, before)])), &one(of, json!([pack(layer, after)])));
    assert_eq!(keys_of(&found), expected, "{layer}: {before:?} to {after:?}: {found:?}");
    assert!(found.iter().all(|it| it.layer == layer && !it.because.is_empty()), "{found:?}");
}

fn version(of: fn() -> Fixture, layer: &str) -> Effect {
    let versioned = |version: &str| one(of, json!([{"name": "p", "layer": layer, "version": version}]));
    let found = lines(&versioned("1.33.1"), &versioned("1.34.0"));
    assert_eq!((found.len(), found[0].key.as_str()), (1, "version"));
    found[0].effect
}

#[test]
fn the_same_content_has_no_lines() {
    let cluster = one(aws, json!([pack("os", "a: 1"), pack("k8s", "b: 1")]));
    assert_eq!(lines(&cluster, &cluster), []);
    assert_eq!(worst(&[]), Effect::None);
}

#[test]
fn any_change_of_the_os_layer_repaves_all_nodes() {
    check(aws, "os", "kubeadmconfig: {a: 1}", "kubeadmconfig: {a: 2}", &[("kubeadmconfig.a", Effect::RepaveAll)]);
    check(
        aws,
        "os",
        "",
        "anything: 1\nelse: {b: 2}\n",
        &[("anything", Effect::RepaveAll), ("else", Effect::RepaveAll)],
    );
    assert_eq!(version(aws, "os"), Effect::RepaveAll);
}

#[test]
fn a_kubernetes_version_repaves_all_nodes() {
    assert_eq!(version(aws, "k8s"), Effect::RepaveAll);
}

#[test]
fn configuration_of_the_control_plane_repaves_the_control_plane() {
    for part in ["apiServer", "controllerManager", "scheduler"] {
        let values = |value: u8| format!("kubeadmconfig:\n  {part}:\n    extraArgs:\n      a: {value}\n");
        let key = format!("kubeadmconfig.{part}.extraArgs.a");
        check(aws, "k8s", &values(1), &values(2), &[(&key, Effect::RepaveControlPlane)]);
    }
}

#[test]
fn kubernetes_keys_that_affect_all_nodes_repave_all_nodes() {
    for part in ["kubeletExtraArgs", "preKubeadmCommands", "postKubeadmCommands", "files"] {
        let values = |value: u8| format!("kubeadmconfig:\n  {part}: [{value}]\n");
        check(aws, "k8s", &values(1), &values(2), &[(&format!("kubeadmconfig.{part}"), Effect::RepaveAll)]);
    }
}

#[test]
fn settings_of_the_pack_do_nothing_and_what_becomes_kubeadm_config_is_not_known() {
    check(aws, "k8s", "pack: {namespace: a}", "pack: {namespace: b}", &[("pack.namespace", Effect::None)]);
    check(aws, "k8s", "pack: {podCIDR: a}", "pack: {podCIDR: b}", &[("pack.podCIDR", Effect::Unknown)]);
}

#[test]
fn what_no_table_lists_is_unknown() {
    check(aws, "k8s", "x: 1", "x: 2", &[("x", Effect::Unknown)]);
    check(aws, "k8s", "kubeadmconfig: {x: 1}", "kubeadmconfig: {x: 2}", &[("kubeadmconfig.x", Effect::Unknown)]);
    check(edge, "os", "x: 1", "x: 2", &[("x", Effect::Unknown)]);
    check(
        edge,
        "k8s",
        "kubeadmconfig: {apiServer: 1}",
        "kubeadmconfig: {apiServer: 2}",
        &[("kubeadmconfig.apiServer", Effect::Unknown)],
    );
    check(
        edge,
        "k8s",
        "stages: {reconcile: [1]}",
        "stages: {reconcile: [2]}",
        &[("stages.reconcile", Effect::Unknown)],
    );
    assert_eq!(version(edge, "os"), Effect::Unknown);
    check(aws, "kernel", "x: 1", "x: 2", &[("x", Effect::Unknown)]);
}

#[test]
fn network_and_storage_are_in_no_repave_list() {
    for layer in ["cni", "csi"] {
        check(aws, layer, "a: {b: 1}", "a: {b: 2}", &[("a.b", Effect::None)]);
        assert_eq!(version(aws, layer), Effect::None);
        check(edge, layer, "a: {b: 1}", "a: {b: 2}", &[("a.b", Effect::ServiceRestart)]);
        assert_eq!(version(edge, layer), Effect::ServiceRestart);
    }
}

#[test]
fn a_new_object_has_a_line_for_each_key_that_the_table_tells_apart() {
    check(
        aws,
        "k8s",
        "",
        "kubeadmconfig:\n  apiServer: {extraArgs: {a: 1, b: 2}}\n  files: []\npack: {a: 1}\n",
        &[
            ("kubeadmconfig.apiServer", Effect::RepaveControlPlane),
            ("kubeadmconfig.files", Effect::RepaveAll),
            ("pack.a", Effect::None),
        ],
    );
}

#[test]
fn add_ons_have_no_lines() {
    check(aws, "addon", "a: 1", "a: 2", &[]);
    check(edge, "addon", "a: 1", "a: 2", &[]);
}

#[test]
fn another_image_repaves_edge_nodes_however_its_key_is_written() {
    check(
        edge,
        "os",
        "options: {system.uri: a}",
        "options: {system.uri: b}",
        &[("options[\"system.uri\"]", Effect::RepaveAll)],
    );
    check(
        edge,
        "os",
        "options: {system: {uri: a}}",
        "options: {system: {uri: b}}",
        &[("options.system.uri", Effect::RepaveAll)],
    );
}

#[test]
fn parts_of_the_image_do_nothing_unless_the_image_takes_them_in() {
    for part in ["registry", "repo", "k8sDistribution", "osName", "peVersion", "customTag", "osVersion"] {
        let values = |uri: &str, value: u8| format!("options:\n  system.uri: \"{uri}\"\n  system.{part}: v{value}\n");
        let key = format!("options[\"system.{part}\"]");
        check(edge, "os", &values("literal", 1), &values("literal", 2), &[(&key, Effect::None)]);
        let uri = format!("{{{{ .spectro.pack.os-pack.options.system.{part} }}}}");
        check(edge, "os", &values(&uri, 1), &values(&uri, 2), &[(&key, Effect::RepaveAll)]);
        let other = "{{ .spectro.pack.other-pack.options.system.x }}";
        check(edge, "os", &values(other, 1), &values(other, 2), &[(&key, Effect::None)]);
    }
}

#[test]
fn no_ops_of_the_edge_layers_do_nothing() {
    for (layer, key) in [("os", "pack"), ("os", "providerCredentials"), ("k8s", "pack"), ("k8s", "clientConfig")] {
        let values = |value: u8| format!("{key}: {{a: {value}}}");
        check(edge, layer, &values(1), &values(2), &[(&format!("{key}.a"), Effect::None)]);
    }
}

#[test]
fn boot_stages_reboot_edge_nodes_in_both_layers() {
    for stage in [
        "rootfs",
        "initramfs",
        "boot",
        "fs",
        "network",
        "after-install",
        "after-install-chroot",
        "after-upgrade",
        "after-upgrade-chroot",
        "after-reset",
        "after-reset-chroot",
        "before-install",
        "before-upgrade",
        "before-reset",
    ] {
        for layer in ["os", "k8s"] {
            let values = |value: u8| format!("stages:\n  {stage}:\n  - name: x\n    commands: [{value}]\n");
            let key = format!("stages.{stage}[name=x].commands");
            check(edge, layer, &values(1), &values(2), &[(&key, Effect::Reboot)]);
        }
    }
    let values = |value: u8| format!("stages: {{initramfs.after: [{value}]}}");
    check(edge, "os", &values(1), &values(2), &[("stages[\"initramfs.after\"]", Effect::Reboot)]);
}

#[test]
fn reconcile_stages_only_reload_configuration() {
    check(
        edge,
        "os",
        "stages: {reconcile: [1]}",
        "stages: {reconcile: [2]}",
        &[("stages.reconcile", Effect::ConfigurationReload)],
    );
    assert_eq!(Effect::ConfigurationReload.to_string(), "configuration reload");
}

#[test]
fn stages_repave_on_rke2_and_the_line_names_the_known_issue() {
    let of = |layer: &str, stage: &str, value: u8| {
        let mut packs = vec![json!({"name": "edge-rke2", "layer": "k8s", "version": "1.33.1", "values": ""})];
        if layer == "os" {
            packs.push(json!({"name": "os-pack", "layer": "os", "values": format!("stages: {{{stage}: [{value}]}}")}));
        } else {
            packs[0]["values"] = json!(format!("stages: {{{stage}: [{value}]}}"));
        }
        one(edge, json!(packs))
    };
    for layer in ["os", "k8s"] {
        let found = lines(&of(layer, "boot", 1), &of(layer, "boot", 2));
        assert_eq!(keys_of(&found), [("stages.boot", Effect::RepaveAll)]);
        assert!(found[0].because.contains("PE-4011"), "{found:?}");
    }
    let found = lines(&of("os", "reconcile", 1), &of("os", "reconcile", 2));
    assert_eq!(keys_of(&found), [("stages.reconcile", Effect::ConfigurationReload)]);
}

#[test]
fn cluster_settings_restart_the_services_of_edge_kubernetes() {
    check(edge, "k8s", "cluster: {config: a}", "cluster: {config: b}", &[("cluster.config", Effect::ServiceRestart)]);
}

fn edge_with(uri: &str, kubernetes: &str) -> Fixture {
    let os = json!({"name": "edge-native-byoi", "layer": "os", "version": "2.1.0", "values": format!("options:\n  system.uri: {uri}\n  system.tag: \"{{{{ .spectro.system.kubernetes.version }}}}\"\n")});
    one(edge, json!([os, {"name": "edge-k3s", "layer": "k8s", "version": kubernetes}]))
}

#[test]
fn a_kubernetes_version_repaves_edge_nodes_when_their_image_takes_it_in() {
    let check = |uri: &str, expected: Effect| {
        let found = lines(&edge_with(uri, "1.32.8"), &edge_with(uri, "1.33.1"));
        let found: Vec<_> = found.iter().filter(|it| it.layer == "k8s").collect();
        assert_eq!((found.len(), found[0].key.as_str(), found[0].effect), (1, "version", expected), "{uri}: {found:?}");
    };
    check("\"r/ubuntu:k3s-{{ .spectro.system.kubernetes.version }}-v4\"", Effect::RepaveAll);
    check("r/ubuntu:{{.spectro.system.kubernetes.version}}", Effect::RepaveAll);
    check("\"r/ubuntu:{{ .spectro.pack.edge-native-byoi.options.system.tag }}\"", Effect::RepaveAll);
    check("\"r/ubuntu:1\"", Effect::ServiceRestart);
    check("NA", Effect::ServiceRestart);
    check("\"na\"", Effect::ServiceRestart);
    let bare = |version: &str| one(edge, json!([{"name": "edge-k3s", "layer": "k8s", "version": version}]));
    assert_eq!(lines(&bare("1.32.8"), &bare("1.33.1"))[0].effect, Effect::Unknown);
}

#[test]
fn a_variable_that_the_image_takes_in_repaves_and_another_does_not() {
    let with = |uri: &str, value: &str| {
        edge_with(uri, "1.32.8")
            .with("/spec/clusterProfileTemplates/0/variables", json!([{"name": "REG", "value": value}]))
    };
    let uri = "\"{{ .spectro.var.REG }}/ubuntu\"";
    let found = lines(&with(uri, "a"), &with(uri, "b"));
    assert_eq!(keys_of(&found), [("options[\"system.uri\"]", Effect::RepaveAll)]);
    assert!(found[0].because.contains("var.REG"), "{found:?}");
    let unquoted = "{{ .spectro.var.REG }}/ubuntu";
    assert_eq!(
        keys_of(&lines(&with(unquoted, "a"), &with(unquoted, "b"))),
        [("options[\"system.uri\"]", Effect::RepaveAll)]
    );
    let other = "\"{{ .spectro.var.OTHER }}/{{ .spectro.macro.X }}\"";
    assert_eq!(lines(&with(other, "a"), &with(other, "b")), []);
}

#[test]
fn an_image_that_is_named_by_the_profile_version_repaves_at_each_switch() {
    let with = |version: &str| {
        edge_with("\"r/{{ .spectro.system.clusterprofile.infra.version }}\"", "1.32.8")
            .with("/spec/clusterProfileTemplates/0/profileVersion", json!(version))
    };
    assert_eq!(keys_of(&lines(&with("1.0.0"), &with("1.1.0"))), [("options[\"system.uri\"]", Effect::RepaveAll)]);
}

#[test]
fn a_value_of_an_add_on_that_the_image_takes_in_repaves() {
    let with = |value: &str| {
        let os = json!({"name": "os", "layer": "os", "values": "options: {system.uri: \"{{ .spectro.pack.extra.image.tag }}\"}"});
        one(edge, json!([os, {"name": "extra", "layer": "addon", "values": format!("image: {{tag: {value}}}")}]))
    };
    assert_eq!(keys_of(&lines(&with("a"), &with("b"))), [("options[\"system.uri\"]", Effect::RepaveAll)]);
}

#[test]
fn a_key_that_takes_in_a_changed_variable_has_a_line() {
    let with = |value: &str| {
        let k8s = pack("k8s", "kubeadmconfig: {apiServer: {extraArgs: {oidc-client-id: \"{{ .spectro.var.OIDC }}\"}}}");
        one(aws, json!([k8s]))
            .with("/spec/clusterProfileTemplates/0/variables", json!([{"name": "OIDC", "value": value}]))
    };
    let expected = [("kubeadmconfig.apiServer.extraArgs.oidc-client-id", Effect::RepaveControlPlane)];
    assert_eq!(keys_of(&lines(&with("a"), &with("b"))), expected);
}

#[test]
fn values_that_are_not_yaml_have_one_line_that_says_so() {
    let found = lines(
        &one(edge, json!([pack("k8s", "a: {{ x }}\nb: 1")])),
        &one(edge, json!([pack("k8s", "a: {{ x }}\nb: 2")])),
    );
    assert_eq!(keys_of(&found), [("values", Effect::Unknown)]);
    assert!(found[0].because.contains("not valid YAML"), "{found:?}");
    check(aws, "os", "a: {{ x }}", "a: {{ y }}", &[("values", Effect::RepaveAll)]);
}

#[test]
fn comments_do_nothing() {
    check(edge, "os", "a: 1 # x", "a: 1 # y", &[("values", Effect::None)]);
}

#[test]
fn another_pack_in_a_layer_says_what_is_known() {
    let swap = |of: fn() -> Fixture, layer: &str, names: [&str; 2]| {
        let with = |name: &str| one(of, json!([{"name": name, "layer": layer, "version": "1.0.0"}]));
        let found = lines(&with(names[0]), &with(names[1]));
        assert_eq!((found.len(), found[0].key.as_str(), found[0].pack.as_str()), (1, "pack", names[1]), "{found:?}");
        assert!(found[0].because.contains(&format!("{} replaces {}", names[1], names[0])), "{found:?}");
        found[0].effect
    };
    assert_eq!(swap(aws, "cni", ["cni-calico", "cni-cilium-oss"]), Effect::Unknown);
    assert_eq!(swap(edge, "cni", ["cni-calico", "cni-cilium-oss"]), Effect::Unknown);
    assert_eq!(swap(edge, "k8s", ["edge-k3s", "edge-rke2"]), Effect::Unknown);
    assert_eq!(swap(aws, "os", ["ubuntu-aws", "rhel-aws"]), Effect::RepaveAll);
    assert_eq!(swap(aws, "k8s", ["kubernetes", "kubernetes-rke2"]), Effect::RepaveAll);
}

#[test]
fn a_pack_that_comes_or_goes_is_told() {
    let (with, without) = (one(edge, json!([pack("csi", "a: 1")])), one(edge, json!([])));
    assert_eq!(keys_of(&lines(&with, &without)), [("pack", Effect::Unknown)]);
    assert_eq!(keys_of(&lines(&without, &with)), [("pack", Effect::Unknown)]);
}

#[test]
fn a_tag_alone_is_no_other_version() {
    let with = |tag: &str| one(aws, json!([{"name": "kubernetes", "layer": "k8s", "version": "1.33.9", "tag": tag}]));
    assert_eq!(keys_of(&lines(&with("1.33.9"), &with("1.33.x"))), [("tag", Effect::None)]);
}

#[test]
fn a_profile_without_a_cluster_is_of_edge_by_its_cloud() {
    let of = |value: u8| json!({"spec": {"clusterProfileTemplates": [{"cloudType": "edge-native", "packs": [pack("os", &format!("stages: {{boot: [{value}]}}"))]}]}});
    let (before, after) = (of(1), of(2));
    assert_eq!(estimate(&Cluster::new(&before), &Cluster::new(&after))[0].effect, Effect::Reboot);
}

#[test]
fn only_a_repave_of_all_nodes_is_worse_than_what_is_not_known() {
    let line = |effect| Estimate { pack: "p".into(), layer: "os".into(), key: "k".into(), effect, because: "b".into() };
    assert_eq!(
        worst(&[line(Effect::RepaveControlPlane), line(Effect::Unknown), line(Effect::Reboot)]),
        Effect::Unknown
    );
    assert_eq!(worst(&[line(Effect::Unknown), line(Effect::RepaveAll)]), Effect::RepaveAll);
    assert_eq!(serde_json::to_value(line(Effect::RepaveControlPlane)).unwrap()["effect"], "repaveControlPlane");
}

fn between(cloud: Option<&str>, before: &Value, after: &Value) -> Option<Vec<Estimate>> {
    let point = |profile| Point { cloud, profiles: vec![profile] };
    estimate_between(&point(before), &point(after))
}

fn versioned(cloud: Option<&str>, version: &str) -> Value {
    json!({"name": "p", "cloudType": cloud, "packs": [{"name": "k", "layer": "k8s", "version": version}]})
}

#[test]
fn two_profiles_are_estimated_for_the_cloud_that_they_name() {
    let effect = |cloud: Option<&str>, of: Option<&str>| {
        between(cloud, &versioned(of, "1.33.1"), &versioned(of, "1.34.0")).map(|it| worst(&it))
    };
    assert_eq!(effect(None, Some("aws")), Some(Effect::RepaveAll));
    // Without an image in sight the Edge table does not say it.
    assert_eq!(effect(None, Some("edge-native")), Some(Effect::Unknown));
    assert_eq!(effect(Some("aws"), None), Some(Effect::RepaveAll));
}

#[test]
fn two_profiles_for_no_cloud_have_an_estimate_where_all_clouds_have_the_same() {
    for cloud in [None, Some("all"), Some("")] {
        assert_eq!(between(None, &versioned(cloud, "1.33.1"), &versioned(cloud, "1.34.0")), None, "{cloud:?}");
        assert_eq!(between(None, &versioned(cloud, "1.33.1"), &versioned(cloud, "1.33.1")), Some(vec![]));
    }
    let add_on = |values: &str| json!({"name": "p", "packs": [{"name": "a", "layer": "addon", "values": values}]});
    assert_eq!(between(None, &add_on("a: 1"), &add_on("a: 2")), Some(vec![]));
    let (edge, aws) = (versioned(Some("edge-native"), "1.33.1"), versioned(Some("aws"), "1.34.0"));
    assert_eq!(between(None, &edge, &aws), None);
}
