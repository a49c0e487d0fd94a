//! What the kubeconfig alone tells: contexts, clusters, users, and where a context leads.

use std::collections::BTreeMap;

use super::{candidate::Candidate, question::Question};
use crate::{cli::Global, store};

/// The names that a question asks for; none where it asks for something else.
pub(super) fn answer(question: &Question, global: &Global) -> Option<Vec<Candidate>> {
    let kubeconfig = store::kubeconfig(global).ok()?;
    let servers: BTreeMap<_, _> = kubeconfig.clusters.iter().map(|it| (it.name.as_str(), server(it))).collect();
    let candidates = match question {
        Question::Contexts => kubeconfig
            .contexts
            .iter()
            .map(|it| {
                let cluster = it.context.as_ref().map(|it| it.cluster.as_str()).unwrap_or_default();
                let is_current = kubeconfig.current_context.as_ref() == Some(&it.name);
                let server = servers.get(cluster).copied().unwrap_or_default();
                Candidate::new(&it.name, if is_current { format!("current, {server}") } else { server.to_owned() })
            })
            .collect(),
        Question::KubeconfigClusters => {
            kubeconfig.clusters.iter().map(|it| Candidate::new(&it.name, server(it))).collect()
        }
        Question::KubeconfigUsers => kubeconfig.auth_infos.iter().map(|it| Candidate::new(&it.name, "")).collect(),
        _ => return None,
    };
    Some(candidates)
}

fn server(cluster: &kube::config::NamedCluster) -> &str {
    cluster.cluster.as_ref().and_then(|it| it.server.as_deref()).unwrap_or_default()
}

/// Where the flags lead: the server, the context, its user and its namespace.
pub(super) fn place(global: &Global) -> Option<[String; 4]> {
    let kubeconfig = store::kubeconfig(global).ok()?;
    let name = kubeconfig.current_context.clone()?;
    let context = kubeconfig.contexts.iter().find(|it| it.name == name)?.context.clone()?;
    let cluster = kubeconfig.clusters.iter().find(|it| it.name == context.cluster);
    let server = cluster.map(server).unwrap_or_default().to_owned();
    Some([server, name, context.user.unwrap_or_default(), context.namespace.unwrap_or_default()])
}
