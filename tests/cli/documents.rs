//! Every document for machines: its schema, and what templates pick from it. Each run of each test is held against the schemas.

use std::collections::BTreeSet;

use profile_tests::schema;
use serde_json::json;

use crate::{fixtures, folder::Folder};

#[test]
fn every_command_on_files_prints_a_document_that_has_a_schema() {
    let folder = Folder::hub();
    let many = "shop-aws store-edge";
    for (words, kind, code) in [
        ("list", "ProfileList", 0),
        ("show hello-aws@1.1.0", "Profile", 0),
        ("status", "ClusterStatusList", 0),
        ("diff shop-aws hello-aws@1.1.0", "Diff", 1),
        ("check shop-aws hello-aws@1.1.0", "CheckResult", 0),
        ("overrides shop-aws", "OverrideList", 0),
        ("switch shop-aws hello-aws@1.1.0 --dry-run", "Diff", 0),
        ("switch shop-aws hello-aws@1.1.0 --yes", "Diff", 0),
        ("history shop-aws", "RevisionList", 0),
        ("rollback shop-aws --dry-run", "Diff", 0),
        ("orphans shop-aws", "OrphanList", 0),
        (&format!("history {many}"), "List", 0),
        ("version", "Version", 0),
    ] {
        let files = if words == "version" { "" } else { " -f ." };
        for format in ["json", "jsonpath-as-json={@}"] {
            // A second write would find nothing to change.
            if words.contains("--yes") && format != "json" {
                continue;
            }
            let ran = folder.run_exactly(&format!("{words}{files} -o={format}")).exits(code);
            assert!(ran.stdout.contains(&format!("\"kind\": \"{kind}\"")), "{words} {format}: {}", *ran);
        }
    }
}

#[test]
fn a_document_that_is_not_as_its_schema_says_is_found() {
    let version = json!({"apiVersion": "kubectl-profile.dev/v1alpha1", "kind": "Version", "version": "1.0.0"});
    assert_eq!(schema::faults(&version), [""; 0]);
    let mut wrong = version.clone();
    wrong["version"] = json!(1);
    assert!(schema::faults(&wrong)[0].starts_with("Version/version: "), "{:?}", schema::faults(&wrong));
    let mut unknown = version.clone();
    unknown["more"] = json!(1);
    assert!(schema::faults(&unknown)[0].contains("more"));
    let list = json!({"apiVersion": "kubectl-profile.dev/v1alpha1", "kind": "List", "outcomes": [], "items": [{"cluster": "c", "document": wrong}]});
    assert_eq!(schema::faults(&list).len(), 1, "a document inside of another one");
    assert_eq!(schema::faults(&json!({"kind": "Nope"})), ["\"Nope\" has no schema"]);
}

#[test]
fn each_schema_is_of_the_kind_that_its_file_is_called_by() {
    let mut kinds = BTreeSet::new();
    for entry in std::fs::read_dir(schema::folder()).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!((&schema["title"], &schema["properties"]["kind"]["const"]), (&json!(kind), &json!(kind)));
        assert!(schema["description"].as_str().is_some_and(|it| it.starts_with("What ")), "{kind} says what prints it");
        kinds.insert(kind);
    }
    assert!(kinds.len() >= 17, "{kinds:?}");
}

#[test]
fn a_template_picks_from_the_document() {
    let folder = Folder::hub();
    let versions = "list -o=jsonpath={range.items[?(@.name=='hello-edge')]}{.version}{'\\n'}{end}";
    folder.run(versions).exits(0).prints("1.0.0\n1.1.0\n2.0.0\n");
    let columns = "status -o=custom-columns=NAME:.name,VERSION:.kubernetes[0],NONE:.nothing";
    folder
        .run(columns)
        .exits(0)
        .prints("NAME         VERSION   NONE\nshop-aws     1.32.8    <none>\nstore-edge   1.32.8    <none>\n");
    folder
        .run(&format!("{columns} --no-headers"))
        .exits(0)
        .prints("shop-aws     1.32.8   <none>\nstore-edge   1.32.8   <none>\n");
    folder.write("columns", "WHO    WHERE\n.name .namespace\n");
    folder.run("status shop-aws -o custom-columns-file=columns").exits(0).shows("WHO        WHERE\n");
    folder.write("template", "{.items[0].name}");
    folder.run("status shop-aws -o jsonpath-file=template").exits(0).prints("shop-aws");
    folder.run("show hello-aws@1.1.0 -o jsonpath={.packs[0].layer}").exits(0).prints("os");
}

#[test]
fn names_are_those_that_kubectl_takes_and_are_taken_back() {
    let folder = Folder::hub();
    let name = "spectrocluster.cluster.spectrocloud.com/shop-aws\n";
    folder.run("status shop-aws -o name").exits(0).prints(name);
    folder.run(&format!("status {}", name.trim())).exits(0).shows("shop-aws").hides("store-edge");
    let profile = "clusterprofile.cluster.spectrocloud.com/hello-aws-1.1.0";
    folder.run("list -o name").exits(0).shows(&format!("{profile}\n"));
    folder.run(&format!("show {profile}")).exits(0).shows("Version:  1.1.0\n");
}

#[test]
fn the_user_says_by_what_a_list_is_sorted() {
    let folder = Folder::hub();
    let names = |words: &str| {
        let ran = folder.run(&format!("{words} --no-headers")).exits(0);
        ran.stdout.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("status --sort-by=.cloudType"), ["shop-aws", "store-edge"]);
    assert_eq!(names("status --sort-by={.profiles[0]}"), ["shop-aws", "store-edge"]);
    assert_eq!(names("list --sort-by=.version")[0], "hello-aws");
    let document = folder.run("list --sort-by=.version -o json").exits(0).document("ProfileList");
    assert_eq!(
        (&document["items"][0]["version"], &document["items"][7]["version"]),
        (&json!("0.9.0"), &json!("2.0.0"))
    );
    folder.refuses("status -f . --sort-by=.nothing", 2, &["\".nothing\"", "error: "]);
    folder.refuses("status -f . --sort-by={.a", 2, &["{.a"]);
}

#[test]
fn rejects_a_format_that_is_not_there_and_lists_those_that_are() {
    let folder = fixtures::demo();
    for format in ["xml", "go-template={{.}}", "kyaml", "table"] {
        folder.refuses(
            &format!("status -f . -o {format}"),
            2,
            &["wide, name, json, yaml, jsonpath", "custom-columns-file"],
        );
    }
    folder.refuses("show hello@1.0.0 -f . -o wide", 2, &["json, yaml, jsonpath"]);
    folder.refuses("status -f . -o jsonpath={.a", 2, &["{.a"]);
    folder.refuses("status -f . -o custom-columns=NAME", 2, &["NAME"]);
    folder.refuses("status -f . -o jsonpath={.items[9].name}", 2, &["-o json shows the document"]);
}

#[test]
fn a_watch_ends_when_its_condition_holds() {
    let folder = Folder::hub();
    folder.run("status --until=reconciled").exits(0).shows("store-edge");
    folder.run("status shop-aws --until=jsonpath={.state}=Running").exits(0).shows("shop-aws");
    folder.run("status -w --until=jsonpath={.state}=Nope --timeout 1").exits(124).shows("shop-aws");
    let ran = folder.run("status -w --until=reconciled -o jsonpath={.kind}:{.name},").exits(0);
    ran.prints("ClusterStatus:shop-aws,ClusterStatus:store-edge,");
    let ran = folder.run("status -w --until=reconciled -o yaml").exits(0);
    assert_eq!(ran.stdout.matches("---\n").count(), 1, "{}", *ran);
    folder.refuses("status -f . -n nowhere --until=reconciled", 2, &["no cluster"]);
    folder.refuses("status -f . --until=soon", 2, &["reconciled", "jsonpath='{.state}'=Running"]);
}

#[test]
fn who_selects_clusters_gets_a_list_however_many_there_are() {
    let folder = fixtures::demo();
    folder.run("history -o json").exits(0).document("RevisionList");
    let list = folder.run("history -A -o json").exits(0).document("List");
    assert_eq!(list["items"][0]["document"]["kind"], "RevisionList");
    // Columns are of what is listed, with the cluster beside it.
    let folder = Folder::hub();
    folder.edit("cluster-shop-aws.yaml", "replicas: 1", "replicas: 3");
    let ran = folder.run("overrides -A -o custom-columns=CLUSTER:.cluster,PATH:.path --no-headers").exits(0);
    assert_eq!(ran.stdout.lines().count(), 1, "{}", *ran);
    assert!(ran.stdout.contains("shop-aws") && ran.stdout.contains("replicas"), "{}", *ran);
}

#[test]
fn a_list_of_files_keeps_to_the_namespace() {
    let folder = Folder::hub();
    folder.run("list -n cluster-66f0a1b2c3d4e5f600000002").exits(0).shows("hello-edge").hides("hello-aws");
    folder.run("list -n nope").exits(0).prints("").tells("no profiles");
}

#[test]
fn what_nobody_saw_alive_is_counted_by_no_pipeline() {
    let folder = Folder::hub();
    let packs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox/fixtures/packs");
    let words = format!("orphans shop-aws --packs {}", packs.display());
    folder.run(&words).exits(0).shows("<not-visible>").tells("nothing live can be seen here");
    folder.run(&format!("{words} -o name")).exits(0).prints("");
    let document = folder.run(&format!("{words} -o json")).exits(0).document("OrphanList");
    assert_eq!(document["items"], json!([]));
    assert!(document["noLongerRendered"].as_array().is_some_and(|it| !it.is_empty()), "{document:#}");
    folder.run(&format!("{words} --exit-code")).exits(5);
}
