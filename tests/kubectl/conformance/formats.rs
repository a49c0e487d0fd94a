//! Every output format of kubectl, and what else shapes a list.

use profile_sandbox::Run;
use serde_json::Value;

use super::row::{Row, Same};

const FEWER: &str = "one dialect of templates is enough, and jsonpath is it; refused with the list of what there is";
const OF_GET: &str = "it belongs to `kubectl get`, which shows the same objects";

pub(super) fn rows() -> Vec<Row> {
    let get = |what, kubectl, plugin, same| Row::new(what, kubectl, plugin, same);
    vec![
        get("a table", "get spectroclusters", "status", Same::By(tables_are_alike)),
        get("-o wide", "get spectroclusters -o wide", "status -o wide", Same::By(tables_are_alike)),
        get("-o name", "get spectroclusters -o name", "status -o name", Same::Output),
        get("-o json", "get spectroclusters -o json", "status -o json", Same::By(are_lists)),
        get("-o yaml", "get spectroclusters -o yaml", "status -o yaml", Same::By(are_yaml_lists)),
        get(
            "-o jsonpath",
            "get spectroclusters -o jsonpath={.items[*].metadata.name}",
            "status -o jsonpath={.items[*].name}",
            Same::Output,
        ),
        get(
            "-o jsonpath-as-json",
            "get spectroclusters -o jsonpath-as-json={.items[*].metadata.name}",
            "status -o jsonpath-as-json={.items[*].name}",
            Same::Output,
        ),
        get(
            "-o jsonpath-file",
            "get spectroclusters -o jsonpath-file=FOLDER/template",
            "status -o jsonpath-file=FOLDER/template",
            Same::By(|kubectl, plugin| kubectl.stdout == "List" && plugin.stdout == "ClusterStatusList"),
        ),
        get(
            "-o custom-columns",
            "get spectroclusters -o custom-columns=NAME:.metadata.name,CLOUD:.spec.cloudType,NONE:.nothing",
            "status -o custom-columns=NAME:.name,CLOUD:.cloudType,NONE:.nothing",
            Same::Output,
        ),
        get(
            "-o custom-columns-file",
            "get spectroclusters -o custom-columns-file=FOLDER/columns",
            "status -o custom-columns-file=FOLDER/columns",
            Same::By(|kubectl, plugin| {
                kubectl.stdout == "NAME\n<none>\n<none>\n" && plugin.stdout == "NAME\nshop-aws\nstore-edge\n"
            }),
        ),
        get("-o kyaml", "get spectroclusters -o kyaml", "status -o kyaml", Same::Output)
            .differs("-o yaml and -o json hold the same; refused with the list of what there is"),
        get(
            "-o go-template",
            "get spectroclusters -o go-template={{.kind}}",
            "status -o go-template={{.kind}}",
            Same::Output,
        )
        .differs(FEWER),
        get(
            "-o go-template-file",
            "get spectroclusters -o go-template-file=FOLDER/template",
            "status -o go-template-file=FOLDER/template",
            Same::Output,
        )
        .differs(FEWER),
        get("-o template", "get spectroclusters -o template={{.kind}}", "status -o template={{.kind}}", Same::Output)
            .differs(FEWER),
        get(
            "-o templatefile",
            "get spectroclusters -o templatefile=FOLDER/template",
            "status -o templatefile=FOLDER/template",
            Same::Output,
        )
        .differs(FEWER),
        get("-o xml", "get spectroclusters -o xml", "status -o xml", Same::Kind),
        get("--no-headers", "get spectroclusters --no-headers", "status --no-headers", Same::By(have_no_headers)),
        get(
            "--sort-by",
            "get spectroclusters --sort-by=.spec.cloudType -o name",
            "status --sort-by=.cloudType -o name",
            Same::Output,
        ),
        get("--sort-by", "get spectroclusters --sort-by={.nothing", "status --sort-by={.nothing", Same::Kind)
            .differs("kubectl shows an empty table and ends with 0; an order that cannot be read is an error here"),
        get("-A", "get spectroclusters -A", "status -A", Same::By(start_with_the_namespace)),
        get("-l", "get spectroclusters -l which=shop-aws -o name", "status -l which=shop-aws -o name", Same::Output),
        get(
            "several names",
            "get spectroclusters shop-aws store-edge -o name",
            "status shop-aws store-edge -o name",
            Same::Output,
        ),
        get("--show-labels", "get spectroclusters --show-labels", "status --show-labels", Same::By(both_succeed))
            .differs(OF_GET),
        get("--label-columns", "get spectroclusters -L which", "status -L which", Same::By(both_succeed))
            .differs(OF_GET),
        get("--show-kind", "get spectroclusters --show-kind", "status --show-kind", Same::By(both_succeed))
            .differs(OF_GET),
        get(
            "--field-selector",
            "get spectroclusters --field-selector=metadata.name=shop-aws",
            "status --field-selector=metadata.name=shop-aws",
            Same::By(both_succeed),
        )
        .differs("names and -l select clusters on every store, and fields would on one alone"),
        get("nothing there", "get spectroclusters -n nowhere", "status -n nowhere", Same::By(nothing_is_no_error)),
    ]
}

fn both_succeed(kubectl: &Run, plugin: &Run) -> bool {
    kubectl.is_success() && plugin.is_success()
}

/// Headers in upper case, NAME first and AGE last, one line for each cluster in the same order, nothing trailing.
fn tables_are_alike(kubectl: &Run, plugin: &Run) -> bool {
    let names = |run: &Run| -> Vec<String> {
        run.stdout.lines().map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
    };
    let is_table = |run: &Run| {
        let head = run.stdout.lines().next().unwrap_or_default();
        head.starts_with("NAME ") && head.ends_with("AGE") && head == head.to_uppercase()
    };
    let nothing_trails = plugin.stdout.lines().all(|line| line == line.trim_end());
    is_table(kubectl) && is_table(plugin) && names(kubectl) == names(plugin) && nothing_trails
}

fn is_list(document: &Value) -> bool {
    document["apiVersion"].is_string()
        && document["kind"].is_string()
        && document["items"].as_array().is_some_and(|it| it.len() == 2)
}

/// Both print one list with `apiVersion`, `kind` and `items`.
fn are_lists(kubectl: &Run, plugin: &Run) -> bool {
    [kubectl, plugin].iter().all(|run| serde_json::from_str(&run.stdout).is_ok_and(|it| is_list(&it)))
}

fn are_yaml_lists(kubectl: &Run, plugin: &Run) -> bool {
    [kubectl, plugin].iter().all(|run| serde_saphyr::from_str(&run.stdout).is_ok_and(|it| is_list(&it)))
}

fn have_no_headers(kubectl: &Run, plugin: &Run) -> bool {
    [kubectl, plugin].iter().all(|run| run.stdout.starts_with("shop-aws ") && run.stdout.lines().count() == 2)
}

fn start_with_the_namespace(kubectl: &Run, plugin: &Run) -> bool {
    [kubectl, plugin].iter().all(|run| run.stdout.starts_with("NAMESPACE ") && run.stdout.contains("NAME "))
}

fn nothing_is_no_error(kubectl: &Run, plugin: &Run) -> bool {
    [kubectl, plugin].iter().all(|run| run.is_success() && run.stdout.is_empty() && run.stderr.contains("nowhere"))
}
