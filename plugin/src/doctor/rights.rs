//! What this user may do, command by command, asked of the API server.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::report::Check;
use crate::{
    error::Error,
    store::{GROUP, KubernetesStore, Right},
};

/// Questions that are under way at once.
const PARALLEL: usize = 8;

/// Where a right is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where the cluster objects are: the chosen namespace, or all.
    Clusters,
    /// Where workloads are: any namespace.
    Workloads,
    /// In none.
    Server,
}

/// Verbs on a resource at a place.
struct Need(Place, &'static str, &'static str, &'static [&'static str]);

/// What commands need; what they do not need alone, but can use; and what is lost without that.
struct Commands {
    names: &'static str,
    /// Without these even looking does not work.
    is_basic: bool,
    needs: &'static [Need],
    uses: &'static [Need],
    without: &'static str,
}

use Place::{Clusters, Server, Workloads};

const READ: Need = Need(Clusters, GROUP, "spectroclusters", &["get", "list"]);
const PROFILES: Need = Need(Clusters, GROUP, "clusterprofiles", &["list"]);
const AGENT: Need = Need(Clusters, "apps", "deployments", &["list"]);
const RECORDS: Need = Need(Clusters, "", "secrets", &["list"]);

const COMMANDS: [Commands; 7] = [
    Commands {
        names: "list, show, status",
        is_basic: true,
        needs: &[READ, PROFILES],
        uses: &[RECORDS],
        without: "records of changes are not visible",
    },
    Commands {
        names: "diff, check, overrides",
        is_basic: true,
        needs: &[READ, PROFILES],
        uses: &[RECORDS, AGENT],
        without: "records and Palette's agent are not visible",
    },
    Commands {
        names: "switch, update, override, apply, rollback",
        is_basic: false,
        needs: &[
            READ,
            Need(Clusters, GROUP, "spectroclusters", &["patch"]),
            PROFILES,
            Need(Clusters, "", "secrets", &["get", "list", "create", "patch"]),
        ],
        uses: &[AGENT, Need(Clusters, "", "secrets", &["delete"])],
        without: "Palette's agent is not visible, or records beyond the ten newest stay",
    },
    Commands { names: "history", is_basic: false, needs: &[READ, RECORDS], uses: &[], without: "" },
    Commands {
        names: "orphans",
        is_basic: false,
        needs: &[
            READ,
            PROFILES,
            RECORDS,
            Need(Workloads, "apps", "deployments", &["get", "list"]),
            Need(Workloads, "apps", "statefulsets", &["get", "list"]),
            Need(Workloads, "apps", "daemonsets", &["get", "list"]),
            Need(Workloads, "batch", "cronjobs", &["get", "list"]),
            Need(Workloads, "", "services", &["get", "list"]),
        ],
        uses: &[
            Need(Workloads, "", "secrets", &["list"]),
            Need(Workloads, "", "pods", &["list"]),
            Need(Workloads, "autoscaling", "horizontalpodautoscalers", &["list"]),
        ],
        without: "Helm's releases, and who uses an orphan, are not visible",
    },
    Commands {
        names: "scale-down, scale-back",
        is_basic: false,
        needs: &[
            READ,
            Need(Workloads, "apps", "deployments", &["get", "list", "patch"]),
            Need(Workloads, "apps", "statefulsets", &["get", "list", "patch"]),
            Need(Workloads, "apps", "replicasets", &["get", "list", "patch"]),
            Need(Workloads, "", "replicationcontrollers", &["get", "list", "patch"]),
            Need(Workloads, "batch", "cronjobs", &["get", "list", "patch"]),
        ],
        uses: &[],
        without: "",
    },
    Commands {
        names: "doctor",
        is_basic: false,
        needs: &[
            READ,
            Need(Clusters, GROUP, "spectroclusters", &["patch"]),
            Need(Server, "admissionregistration.k8s.io", "validatingwebhookconfigurations", &["get"]),
        ],
        uses: &[
            Need(Server, "admissionregistration.k8s.io", "validatingwebhookconfigurations", &["list"]),
            Need(Server, "admissionregistration.k8s.io", "mutatingwebhookconfigurations", &["list"]),
            Need(Server, "apiextensions.k8s.io", "customresourcedefinitions", &["get"]),
        ],
        without: "other webhooks and the origin of the CRDs are not visible",
    },
];

impl Need {
    fn rights(&self, namespace: Option<&str>) -> impl Iterator<Item = Right> {
        let Self(place, group, resource, verbs) = *self;
        let namespace = namespace.filter(|_| place == Clusters).map(str::to_owned);
        verbs.iter().map(move |verb| Right { verb, group, resource, namespace: namespace.clone() })
    }
}

pub(super) async fn check(store: &KubernetesStore) -> Vec<Check> {
    let namespace = store.namespace();
    let needs = COMMANDS.iter().flat_map(|it| it.needs.iter().chain(it.uses));
    let wanted: BTreeSet<_> = needs.flat_map(|it| it.rights(namespace)).collect();
    let asked = stream::iter(wanted).map(async |right| {
        let has = store.has(&right).await?;
        Ok::<_, Error>((right, has))
    });
    let answers: Result<BTreeMap<_, _>, _> = asked.buffer_unordered(PARALLEL).try_collect().await;
    COMMANDS.iter().map(|commands| judge(commands, namespace, &answers)).collect()
}

fn judge(commands: &Commands, namespace: Option<&str>, answers: &Result<BTreeMap<Right, bool>, Error>) -> Check {
    let name = format!("rights: {}", commands.names);
    let answers = match answers {
        Ok(answers) => answers,
        Err(error) => return Check::not_visible(name, format!("what you may do is not told: {}", error.message)),
    };
    let missing = |needs: &[Need]| {
        let lacks: Vec<_> = needs
            .iter()
            .filter_map(|need| {
                let lacks = need.rights(namespace).filter(|right| !answers.get(right).copied().unwrap_or_default());
                let verbs: Vec<_> = lacks.map(|right| right.verb).collect();
                let place = match (need.0, namespace) {
                    (Clusters, Some(namespace)) => format!(" in namespace {namespace}"),
                    (Clusters, None) | (Workloads, _) => " in all namespaces".into(),
                    (Server, _) => String::new(),
                };
                (!verbs.is_empty()).then(|| format!("{} {}{place}", verbs.join(", "), need.2))
            })
            .collect();
        (!lacks.is_empty()).then(|| lacks.join("; "))
    };
    match (missing(commands.needs), missing(commands.uses)) {
        (Some(missing), _) => {
            let says = format!("no: you may not {missing}");
            let check = if commands.is_basic { Check::failed(name, says) } else { Check::warning(name, says) };
            check.fix(format!("ask for a role with: {missing}"))
        }
        (None, Some(missing)) => Check::warning(name, format!("yes, but you may not {missing}: {}", commands.without))
            .fix(format!("ask for a role with: {missing}")),
        (None, None) => Check::ok(name, "yes"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::report::Finding, *};
    use crate::cli;

    /// What is said of the commands that `part` names to somebody who lacks some rights in namespace `n`.
    #[track_caller]
    fn check(part: &str, lacks: &[(&str, &str)], finding: Finding, says: &str) {
        let commands = COMMANDS.iter().find(|it| it.names.contains(part)).unwrap();
        let needs = COMMANDS.iter().flat_map(|it| it.needs.iter().chain(it.uses)).flat_map(|it| it.rights(Some("n")));
        let answers = needs.map(|it| (it.clone(), !lacks.contains(&(it.verb, it.resource)))).collect();
        let check = judge(commands, Some("n"), &Ok(answers));
        assert_eq!(check.finding, finding, "{check:?}");
        assert_eq!(check.says, says);
        assert_eq!(check.fix.is_some(), finding != Finding::Ok);
    }

    #[test]
    fn what_is_missing_is_named_by_verb_resource_and_namespace() {
        check("switch", &[], Finding::Ok, "yes");
        let lacks = [("patch", "spectroclusters"), ("create", "secrets"), ("patch", "secrets")];
        let says = "no: you may not patch spectroclusters in namespace n; create, patch secrets in namespace n";
        check("switch", &lacks, Finding::Warning, says);
        check("list", &lacks, Finding::Ok, "yes");
        check(
            "list",
            &[("list", "spectroclusters")],
            Finding::Failed,
            "no: you may not list spectroclusters in namespace n",
        );
        let says = "no: you may not patch statefulsets in all namespaces";
        check("scale-down", &[("patch", "statefulsets")], Finding::Warning, says);
        let says = "no: you may not get validatingwebhookconfigurations";
        check("doctor", &[("get", "validatingwebhookconfigurations")], Finding::Warning, says);
    }

    #[test]
    fn what_is_only_used_is_no_reason_for_a_no() {
        let says = "yes, but you may not delete secrets in namespace n: Palette's agent is not visible, or records beyond the ten newest stay";
        check("switch", &[("delete", "secrets")], Finding::Warning, says);
    }

    #[test]
    fn every_command_that_asks_the_api_server_is_in_the_table() {
        let listed: BTreeSet<_> = COMMANDS.iter().flat_map(|it| it.names.split(", ")).collect();
        let known = cli::command();
        for name in &listed {
            assert!(known.find_subcommand(name).is_some(), "there is no command {name}");
        }
        // These work on Palette's API alone, or on nothing.
        let others =
            ["approve", "new-version", "export", "import", "detach", "version", "completion", "help", "options"];
        for command in known.get_subcommands().map(|it| it.get_name()) {
            assert!(listed.contains(command) || others.contains(&command), "{command} is not in COMMANDS");
        }
    }
}
