//! `--sort-by`

use kubectl_jsonpath::sort;
use serde_json::Value;

use super::{SHOPS, check_all, compare, documents, get};

type Target = &'static [&'static str];

/// Twelve objects: what kubectl sorts without changing the order of equal ones.
const ORDERS: Target = &["-l", "set=orders"];

const ANSWERED: &[(Target, &str)] = &[
    (SHOPS, ".metadata.name"),
    (SHOPS, "metadata.name"),
    (SHOPS, "{metadata.name}"),
    (SHOPS, "{.metadata.name}"),
    (SHOPS, ".spec.size"),
    (SHOPS, ".kind"),
    (SHOPS, "kind \"x\""),
    (ORDERS, ".metadata.name"),
    (ORDERS, ".metadata.creationTimestamp"),
    (ORDERS, ".spec.integer"),
    (ORDERS, ".spec.float"),
    (ORDERS, ".spec.text"),
    (ORDERS, ".spec.quantity"),
    (ORDERS, ".spec.partly"),
    (ORDERS, ".spec.null"),
    (ORDERS, ".spec.same"),
    (ORDERS, ".spec.version"),
    (ORDERS, ".spec.confused"),
    (ORDERS, ".spec.lone"),
    (ORDERS, ".spec.list[0]"),
    (ORDERS, ".spec.list[*]"),
    (ORDERS, ".spec.list[?(@>\"k\")]"),
    (ORDERS, ".spec.list[-1:]"),
    (ORDERS, ".spec.date"),
];

const REFUSED: &[(Target, &str)] = &[
    (ORDERS, ".spec.missing"),
    (ORDERS, ".spec.boolean"),
    (ORDERS, ".spec.list"),
    (ORDERS, ".spec"),
    (ORDERS, ".spec.mixed"),
    (ORDERS, ".spec.wholes"),
    (ORDERS, ".spec.list[9]"),
    (ORDERS, ".spec.list["),
    (ORDERS, ".spec.list[?(@==1)]"),
    (ORDERS, "{.spec.integer"),
    (ORDERS, "{}"),
    (ORDERS, "nope nope"),
];

fn names(documents: &Value, expression: &str) -> Result<Vec<String>, kubectl_jsonpath::Error> {
    let mut items = documents["items"].as_array().unwrap().clone();
    sort(&mut items, |item| item, expression)?;
    Ok(items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn items_are_sorted_as_by_kubectl() {
    let answered = ANSWERED.iter().map(|&(target, expression)| (target, expression, true));
    let refused = REFUSED.iter().map(|&(target, expression)| (target, expression, false));
    let cases: Vec<_> = answered.chain(refused).collect();
    let documents = documents([SHOPS, ORDERS]);
    check_all(&cases, |&(target, expression, is_answered)| {
        let ours = names(&documents[target], expression);
        let sort_by = format!("--sort-by={expression}");
        let run = get(&[target, &[&sort_by, "-o", "name"]].concat());
        let lines = |name: String| format!("clusterprofile.cluster.spectrocloud.com/{name}\n");
        let as_names = ours.clone().map(|names| names.into_iter().map(lines).collect());
        compare(&format!("{expression} -o name"), is_answered, &run, as_names)?;
        if !is_answered {
            // kubectl passes over what is wrong when it sorts a table, and says that there are no resources.
            return Ok(());
        }
        // The table of the server is sorted by other code.
        let mut run = get(&[target, &[&sort_by, "--no-headers"]].concat());
        run.stdout = run.stdout.lines().filter_map(|line| Some(format!("{}\n", line.split(' ').next()?))).collect();
        let as_table = ours.map(|names| names.into_iter().map(|name| format!("{name}\n")).collect());
        compare(&format!("{expression} in a table"), true, &run, as_table)
    });
}

#[test]
fn one_item_alone_needs_no_order() {
    let documents = documents([&["-l", "set=alone"] as Target]);
    for (target, document) in &documents {
        let run = get(&[target, &["--sort-by=.spec.boolean", "-o", "name"][..]].concat());
        assert!(run.is_success(), "{run}");
        assert_eq!(names(document, ".spec.boolean").unwrap(), ["alone"]);
    }
}
