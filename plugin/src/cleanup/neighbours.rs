//! Looks at what the other clusters of the same API server render now.

use profile_core::{orphans::Rendering, render::Identity};

use super::{past::Sources, scaling::cluster_of_record};
use crate::{
    error::{Error, Kind},
    fleet::outcomes::listed,
    store::{Document, KubernetesStore, Store},
};

/// What other clusters render, and what of it could not be seen.
///
/// What is not seen makes no orphan doubtful: most API servers hold one cluster, and a pack that only Helm renders stands in
/// each of many. It is said instead.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// `NAMESPACE/NAME` of each cluster, and what is attached to it.
    pub(super) rendered: Vec<(String, Rendering)>,
    pub(super) not_visible: Vec<String>,
}

impl Neighbours {
    /// The cluster that renders an object, where one does.
    pub(super) fn renders(&self, identity: &Identity) -> Option<&str> {
        self.rendered.iter().find(|(_, it)| it.names(identity)).map(|(cluster, _)| cluster.as_str())
    }

    /// Renders what is attached to every other cluster that this user may list and that runs where `cluster` does.
    pub(super) async fn of(
        (hub, workload): (&Store, &KubernetesStore),
        cluster: &Document,
        sources: &Sources,
    ) -> Result<Self, Error> {
        // Files hold the clusters that somebody wrote into them, and not those of an API server.
        let Store::Kubernetes(store) = hub else { return Ok(Self::default()) };
        let mut not_visible = Vec::new();
        let clusters = match everywhere(store).await {
            Err(error) if error.kind == Kind::Forbidden => {
                not_visible.push("clusters of other namespaces: you may not list spectroclusters there".to_owned());
                match store.clusters().await {
                    Err(error) if error.kind == Kind::Forbidden => Vec::new(),
                    listed => listed?,
                }
            }
            listed => listed?,
        };
        let (mut others, mut unseen) = (Vec::new(), Unseen::default());
        for other in clusters.into_iter().filter(|it| !is_same(it, cluster)) {
            match hub.live(&other).await {
                Ok(Some(elsewhere)) if !elsewhere.is_same_server(workload).await => {}
                Ok(_) => others.push(other),
                // Only the user's own map says where clusters run, and it may leave out those that matter nowhere here.
                Err(error) if error.kind == Kind::Usage => {
                    unseen.add("the map of workloads does not say where that runs", cluster_of_record(&other));
                }
                Err(error) => unseen.add(&error.to_string(), cluster_of_record(&other)),
            }
        }
        let rendered = match sources.render_others(&others).await {
            Ok(rendered) => others.iter().map(cluster_of_record).zip(rendered).collect(),
            Err(error) => {
                not_visible.push(format!("what other clusters render: {error}"));
                Vec::new()
            }
        };
        unseen.add_unrendered(&rendered);
        not_visible.extend(unseen.lines());
        Ok(Self { rendered, not_visible })
    }
}

/// Why clusters are not seen, and which these are: a fleet has the same packs over and over.
#[derive(Default)]
struct Unseen(Vec<(String, Vec<String>)>);

impl Unseen {
    fn add(&mut self, reason: &str, cluster: String) {
        match self.0.iter_mut().find(|(known, _)| known == reason) {
            Some((_, clusters)) => clusters.push(cluster),
            None => self.0.push((reason.to_owned(), vec![cluster])),
        }
    }

    /// Adds the packs that cannot be rendered.
    fn add_unrendered(&mut self, rendered: &[(String, Rendering)]) {
        for (cluster, rendering) in rendered {
            let packs: Vec<_> = rendering.unrendered().into_iter().map(|(pack, _)| pack).collect();
            if !packs.is_empty() {
                self.add(&format!("packs that cannot be rendered: {}", packs.join(", ")), cluster.clone());
            }
        }
    }

    /// A line for each reason.
    fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(reason, clusters)| match clusters.as_slice() {
            [cluster] => format!("what cluster {cluster} renders: {reason}"),
            clusters => {
                let names: Vec<_> = clusters.iter().map(String::as_str).collect();
                format!("what {} other clusters render ({}): {reason}", names.len(), listed(&names, NAMES))
            }
        })
    }
}

/// How wide the names of clusters are in a line.
const NAMES: usize = 80;

/// The clusters of all namespaces, whatever namespace this run looks in.
async fn everywhere(store: &KubernetesStore) -> Result<Vec<Document>, Error> {
    let [group, kind] = ["cluster.spectrocloud.com", "SpectroCluster"].map(str::to_owned);
    let any = Identity { group, kind, namespace: None, name: String::new() };
    let mut clusters = Vec::new();
    for resource in store.resources([&any].into_iter()).await? {
        let listed = store.live_list(&resource, None).await?;
        clusters.extend(listed.into_iter().map(|value| Document { value, place: String::new() }));
    }
    Ok(clusters)
}

fn is_same(one: &Document, other: &Document) -> bool {
    cluster_of_record(one) == cluster_of_record(other)
}

#[cfg(test)]
mod tests {
    use profile_core::{
        orphans::PackRendering,
        render::{RenderError, Rendered},
    };

    use super::*;

    #[test]
    fn packs_that_cannot_be_rendered_take_one_line_for_all_clusters_that_have_them() {
        let pack = |name: &str, outcome| PackRendering {
            profile: "p@1".into(),
            pack: name.into(),
            fingerprint: String::new(),
            releases: Vec::new(),
            outcome,
            asked: Vec::new(),
        };
        let chart = |name: &str| pack(name, Err(RenderError::Charts { pack: name.into() }));
        let whole = Rendering { packs: vec![pack("app", Ok(Rendered::default()))] };
        let broken = Rendering { packs: vec![chart("cni"), pack("app", Ok(Rendered::default())), chart("csi")] };
        let lines = |rendered: &[(String, Rendering)]| {
            let mut unseen = Unseen::default();
            unseen.add_unrendered(rendered);
            unseen.lines().collect::<Vec<_>>()
        };
        let mut rendered = vec![("hub/a".to_owned(), whole), ("hub/b".to_owned(), broken.clone())];
        assert_eq!(lines(&rendered), ["what cluster hub/b renders: packs that cannot be rendered: cni, csi"]);
        rendered.extend((0..40).map(|number| (format!("hub/{number}"), broken.clone())));
        let said = lines(&rendered);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("what 41 other clusters render (hub/b, hub/0, hub/1"), "{said:?}");
        assert!(said[0].ends_with(" more): packs that cannot be rendered: cni, csi"), "{said:?}");
    }
}
