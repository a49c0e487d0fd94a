//! Where the workloads of a cluster run, when that is not where its object is.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use profile_core::{cluster::Cluster, yaml};
use serde::Deserialize;

use super::{KubernetesStore, kubernetes::Access};
use crate::{cli::Global, error::Error};

/// What the user said about workload clusters.
#[derive(Default)]
pub(super) struct Workloads {
    global: Global,
    /// For each cluster that the map does not name.
    default: Option<Access>,
    map: Option<Map>,
    /// Connections that were made: one command asks several times for the same.
    open: Mutex<Vec<(Access, KubernetesStore)>>,
}

/// The file of `--workload-map`.
#[derive(Debug)]
struct Map {
    path: PathBuf,
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    kubeconfig: Option<PathBuf>,
}

impl Workloads {
    /// Reads the flags, and the map where one is named.
    pub(super) fn of(global: &Global) -> Result<Self, Error> {
        let access =
            Access { kubeconfig: global.workload_kubeconfig.clone(), context: global.workload_context.clone() };
        let map = global.workload_map.as_deref().map(Map::read).transpose()?;
        let default = (access != Access::default()).then_some(access);
        let global = Global { connection: global.connection.elsewhere(), ..global.clone() };
        Ok(Self { global, default, map, open: Mutex::default() })
    }

    /// The connection to where the workloads of `cluster` run; `None` where nothing is said about it. `context` is the one
    /// that holds the cluster object.
    pub(super) async fn of_cluster(
        &self,
        context: Option<&str>,
        cluster: &Cluster<'_>,
    ) -> Result<Option<KubernetesStore>, Error> {
        let Some(access) = self.access(context, cluster)? else { return Ok(None) };
        let known =
            |open: &[(Access, KubernetesStore)]| open.iter().find(|(it, _)| *it == access).map(|it| it.1.clone());
        // A list that grows is whole at every time, whoever panicked beside it.
        if let Some(store) = known(&self.open.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(Some(store));
        }
        let name = cluster.name();
        let store = KubernetesStore::connect(&self.global, &access)
            .await
            .map_err(|error| error.hint(format!("that is where the workloads of cluster {name:?} are said to be")))?;
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push((access, store.clone()));
        Ok(Some(store))
    }

    fn access(&self, context: Option<&str>, cluster: &Cluster<'_>) -> Result<Option<Access>, Error> {
        let Some(map) = &self.map else { return Ok(self.default.clone()) };
        match (map.access(context, cluster), &self.default) {
            (Some(access), _) => Ok(Some(access)),
            (None, Some(default)) => Ok(Some(default.clone())),
            (None, None) => Err(Error::usage(format!(
                "{} does not say where cluster {:?} runs",
                map.path.display(),
                cluster.name()
            ))
            .hint("add a line for it, or name a context for all others by --workload-context")),
        }
    }
}

impl Map {
    fn read(path: &Path) -> Result<Self, Error> {
        let wrong = |error: String| {
            Error::usage(format!("{}: {error}", path.display()))
                .hint("write one line for each cluster: NAMESPACE/NAME: {context: NAME, kubeconfig: FILE}")
        };
        let text = super::text(path)?;
        let value = yaml::parse(&text).map_err(|error| wrong(error.to_string()))?;
        let mut entries: BTreeMap<String, Entry> =
            serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for (name, entry) in &mut entries {
            if entry.context.is_none() && entry.kubeconfig.is_none() {
                return Err(wrong(format!("{name:?} names neither a context nor a kubeconfig")));
            }
            // A file that is named in a file is looked for beside it.
            entry.kubeconfig = entry.kubeconfig.as_ref().map(|file| folder.join(file));
        }
        Ok(Self { path: path.to_owned(), entries })
    }

    /// What the longest name of the cluster leads to.
    fn access(&self, context: Option<&str>, cluster: &Cluster<'_>) -> Option<Access> {
        let (name, namespace) = (cluster.name(), cluster.namespace());
        let short = namespace.as_ref().map(|namespace| format!("{namespace}/{name}"));
        let long = context.zip(short.as_ref()).map(|(context, short)| format!("{context}/{short}"));
        let names = [long, short, Some(name.into_owned())];
        let entry = names.into_iter().flatten().find_map(|name| self.entries.get(&name))?;
        Some(Access { kubeconfig: entry.kubeconfig.clone(), context: entry.context.clone() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn map(text: &str) -> Result<Map, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.yaml");
        std::fs::write(&path, text).unwrap();
        Map::read(&path)
    }

    fn cluster() -> Value {
        json!({"metadata": {"name": "c", "namespace": "n"}})
    }

    #[test]
    fn the_longest_name_of_a_cluster_decides() {
        let map = map("c: {context: a}\nn/c: {context: b}\nhub/n/c: {context: d}\n").unwrap();
        let value = cluster();
        let context = |hub| map.access(hub, &Cluster::new(&value)).unwrap().context.unwrap();
        assert_eq!(
            (context(None).as_str(), context(Some("other")).as_str(), context(Some("hub")).as_str()),
            ("b", "b", "d")
        );
    }

    #[test]
    fn a_kubeconfig_stands_beside_the_map_that_names_it() {
        let map = map("c: {kubeconfig: edge.yaml}\n").unwrap();
        let value = cluster();
        let access = map.access(None, &Cluster::new(&value)).unwrap();
        assert_eq!(access.kubeconfig, Some(map.path.with_file_name("edge.yaml")));
    }

    #[test]
    fn a_map_that_says_nothing_or_too_much_is_refused_by_name() {
        for (text, said) in
            [("c: {}\n", "\"c\" names neither"), ("c: {contxt: a}\n", "contxt"), ("- c\n", "map.yaml: ")]
        {
            let error = map(text).unwrap_err();
            assert!(error.message.contains(said), "{error}");
        }
    }

    #[test]
    fn a_cluster_that_the_map_leaves_out_takes_the_default_or_is_refused() {
        let value = cluster();
        let workloads = |default: Option<Access>| Workloads {
            global: Global::default(),
            default,
            map: Some(map("other: {context: a}\n").unwrap()),
            open: Mutex::default(),
        };
        let view = Cluster::new(&value);
        assert!(workloads(None).access(None, &view).unwrap_err().message.contains("where cluster \"c\" runs"));
        let default = Access { context: Some("x".into()), kubeconfig: None };
        assert_eq!(workloads(Some(default.clone())).access(None, &view).unwrap(), Some(default));
    }
}
