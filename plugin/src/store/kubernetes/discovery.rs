//! Which kinds the API server serves, in two requests.

use std::collections::{BTreeMap, BTreeSet};

use kube::core::discovery::v2::{ACCEPT_AGGREGATED_DISCOVERY_V2, APIGroupDiscovery, APIGroupDiscoveryList};
use profile_core::render::Identity;

use super::{KubernetesStore, live::Resource};
use crate::error::{Error, Kind};

/// A kind whose objects can be read and listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServedKind {
    pub(crate) resource: Resource,
    /// Whether it has a size that is set through `/scale`.
    pub(crate) has_scale: bool,
}

/// What is served.
#[derive(Debug, Default)]
pub(crate) struct Served {
    /// Each kind once, in the version that the server prefers.
    pub(crate) kinds: Vec<ServedKind>,
    /// Groups whose own server does not answer, so that what they serve is not known.
    pub(crate) unanswered: BTreeSet<String>,
    /// Whether these are all kinds, or those that were asked for.
    pub(crate) is_whole: bool,
}

impl Served {
    /// The kind of a group.
    pub(crate) fn kind(&self, group: &str, kind: &str) -> Option<&ServedKind> {
        self.kinds.iter().find(|it| it.resource.group == group && it.resource.kind == kind)
    }
}

impl KubernetesStore {
    /// All kinds that are served. A server from before aggregated discovery is asked for the kinds of `wanted` alone.
    pub(crate) async fn kinds(&self, wanted: impl Iterator<Item = &Identity>) -> Result<Served, Error> {
        let mut served = Served { is_whole: true, ..Served::default() };
        let groups = self.aggregated("/apis").await?;
        if groups.is_empty() {
            return self.kinds_of(wanted).await;
        }
        for group in self.aggregated("/api").await?.into_iter().chain(groups) {
            read(group, &mut served);
        }
        Ok(served)
    }

    async fn aggregated(&self, url: &str) -> Result<Vec<APIGroupDiscovery>, Error> {
        let request = http::Request::get(url).header(http::header::ACCEPT, ACCEPT_AGGREGATED_DISCOVERY_V2);
        let request = request.body(Vec::new()).map_err(kube::core::request::Error::BuildRequest);
        let list: APIGroupDiscoveryList = self.send_as("get", "the served kinds", request).await?;
        Ok(list.items)
    }

    /// The kinds of `wanted`, group by group.
    async fn kinds_of(&self, wanted: impl Iterator<Item = &Identity>) -> Result<Served, Error> {
        let mut served = Served::default();
        let mut groups = BTreeMap::<&str, Vec<&Identity>>::new();
        for identity in wanted {
            groups.entry(&identity.group).or_default().push(identity);
        }
        for (group, identities) in groups {
            match self.resources(identities.into_iter()).await {
                Ok(found) => {
                    served.kinds.extend(found.into_iter().map(|resource| ServedKind { resource, has_scale: false }));
                }
                Err(error) if error.kind == Kind::Unanswered => drop(served.unanswered.insert(group.to_owned())),
                Err(error) => return Err(error),
            }
        }
        Ok(served)
    }
}

/// Adds the kinds of one group, each in the first version that has it.
fn read(group: APIGroupDiscovery, served: &mut Served) {
    let name = group.metadata.and_then(|it| it.name).unwrap_or_default();
    for version in group.versions {
        if version.freshness.as_deref() == Some("Stale") {
            served.unanswered.insert(name.clone());
        }
        let version_name = version.version.unwrap_or_default();
        for raw in version.resources {
            let can = |wanted: &str| raw.verbs.iter().any(|verb| verb == wanted);
            let kind = raw.response_kind.and_then(|it| it.kind).filter(|_| can("get") && can("list"));
            let (Some(kind), Some(plural)) = (kind, raw.resource) else { continue };
            if served.kind(&name, &kind).is_some() {
                continue;
            }
            let has_scale = raw.subresources.iter().any(|it| it.subresource.as_deref() == Some("scale"));
            let is_namespaced = raw.scope.as_deref() == Some("Namespaced");
            let resource =
                Resource { group: name.clone(), version: version_name.clone(), kind, plural, is_namespaced, has_scale };
            served.kinds.push(ServedKind { resource, has_scale });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn served(groups: Value) -> Served {
        let list: APIGroupDiscoveryList = serde_json::from_value(json!({ "items": groups })).unwrap();
        let mut served = Served::default();
        list.items.into_iter().for_each(|group| read(group, &mut served));
        served
    }

    fn resource(kind: &str, scope: &str, verbs: &[&str]) -> Value {
        let plural = format!("{}s", kind.to_ascii_lowercase());
        json!({
            "resource": plural, "responseKind": {"kind": kind}, "scope": scope, "verbs": verbs,
            "subresources": [{"subresource": "status"}, {"subresource": "scale"}],
        })
    }

    #[test]
    fn a_kind_counts_once_in_the_version_that_is_preferred() {
        let old = json!({"version": "v1beta1", "resources": [resource("Deployment", "Namespaced", &["get", "list"]), resource("Old", "Cluster", &["get", "list"])]});
        let new = json!({"version": "v1", "resources": [resource("Deployment", "Namespaced", &["get", "list"]), resource("Review", "Cluster", &["create"])]});
        let served = served(json!([{"metadata": {"name": "apps"}, "versions": [new, old]}]));
        let said: Vec<_> = served
            .kinds
            .iter()
            .map(|it| {
                (it.resource.kind.as_str(), it.resource.version.as_str(), it.resource.is_namespaced, it.has_scale)
            })
            .collect();
        assert_eq!(said, [("Deployment", "v1", true, true), ("Old", "v1beta1", false, true)]);
        assert!(served.unanswered.is_empty());
    }

    #[test]
    fn a_group_whose_server_is_away_is_named() {
        let served = served(
            json!([{"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1", "freshness": "Stale"}]}]),
        );
        assert_eq!(served.unanswered.into_iter().collect::<Vec<_>>(), ["metrics.k8s.io"]);
    }
}
