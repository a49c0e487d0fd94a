//! Live objects of any kind: what orphans are found among, and what is scaled.

use std::collections::{BTreeMap, BTreeSet};

use kube::core::{params::ListParams, request::Request};
use profile_core::{field, render::Identity};
use serde_json::{Value, json};

use super::{DryRun, KubernetesStore};
use crate::error::{Error, Kind};

/// How the objects of one kind are addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) plural: String,
    pub(crate) is_namespaced: bool,
    /// Whether its objects have a `/scale`.
    pub(crate) has_scale: bool,
}

impl Resource {
    /// A namespaced kind of Kubernetes itself, whose version has long been stable.
    pub(crate) fn stable(group: &str, version: &str, kind: &str, plural: &str) -> Self {
        let [group, version, kind, plural] = [group, version, kind, plural].map(str::to_owned);
        Self { group, version, kind, plural, is_namespaced: true, has_scale: false }
    }

    fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Where the objects of one namespace are, or all of them.
    pub(super) fn url(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let place = namespace.filter(|_| self.is_namespaced).map(|it| format!("namespaces/{it}/")).unwrap_or_default();
        format!("{root}/{}/{place}{}", self.api_version(), self.plural)
    }
}

/// Groups and their kinds.
type Kinds<'k> = BTreeMap<&'k str, BTreeSet<&'k str>>;

impl KubernetesStore {
    /// How the kinds of some objects are addressed, asked only of the groups concerned. A kind that is not served is left
    /// out: nothing of it can be live.
    pub(crate) async fn resources(&self, identities: impl Iterator<Item = &Identity>) -> Result<Vec<Resource>, Error> {
        let mut wanted = Kinds::new();
        for identity in identities {
            wanted.entry(&identity.group).or_default().insert(&identity.kind);
        }
        let mut resources = Vec::new();
        for (group, mut kinds) in wanted {
            for version in self.versions(group).await? {
                if kinds.is_empty() {
                    break;
                }
                for resource in self.served(group, &version).await? {
                    if kinds.remove(resource.kind.as_str()) {
                        resources.push(resource);
                    }
                }
            }
        }
        Ok(resources)
    }

    /// One object; `None` when it is not there. Of a Secret only the metadata is read: its data is nobody's business here.
    pub(crate) async fn live(&self, resource: &Resource, identity: &Identity) -> Result<Option<Value>, Error> {
        if ![Some(&identity.name), identity.namespace.as_ref()].into_iter().flatten().all(|it| is_path_segment(it)) {
            return Ok(None);
        }
        let request = Request::new(resource.url(identity.namespace.as_deref()));
        let request = match (resource.group.as_str(), resource.kind.as_str()) {
            ("", "Secret") => request.get_metadata(&identity.name, &Default::default()),
            _ => request.get(&identity.name, &Default::default()),
        };
        match self.send("get", &resource.plural, request).await {
            Ok(object) => Ok(Some(named(object, resource))),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects of a kind in one namespace, or in all; none where the kind is not served.
    pub(crate) async fn live_list(&self, resource: &Resource, namespace: Option<&str>) -> Result<Vec<Value>, Error> {
        match self.list_all(&resource.plural, resource.url(namespace)).await {
            Ok(items) => Ok(items.into_iter().map(|item| named(item, resource)).collect()),
            Err(error) if error.kind == Kind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Writes a merge patch that carries uid and resourceVersion, so that another state is a conflict.
    pub(crate) async fn patch_live(
        &self,
        resource: &Resource,
        identity: &Identity,
        patch: &Value,
        dry_run: DryRun,
    ) -> Result<Value, Error> {
        let url = resource.url(identity.namespace.as_deref());
        if dry_run == DryRun::None {
            crate::interrupt::writes();
        }
        self.patch(&resource.plural, url, &identity.name, patch, dry_run).await
    }

    /// The versions of a group, the preferred one first; none when the group is not served.
    async fn versions(&self, group: &str) -> Result<Vec<String>, Error> {
        if group.is_empty() {
            return Ok(vec!["v1".to_owned()]);
        }
        let Some(answer) = self.discover(format!("/apis/{group}")).await? else { return Ok(Vec::new()) };
        let preferred = field::text(&answer, &["preferredVersion", "version"]);
        let mut versions: Vec<String> = preferred.into_iter().map(Into::into).collect();
        for (_, version) in field::items(&answer, &["versions"]) {
            let version = field::text(version, &["version"]).unwrap_or_default();
            if !versions.iter().any(|known| *known == version) {
                versions.push(version.into_owned());
            }
        }
        Ok(versions)
    }

    /// The kinds of one version of a group whose objects can be read.
    pub(super) async fn served(&self, group: &str, version: &str) -> Result<Vec<Resource>, Error> {
        let root = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{group}") };
        let answer = self.discover(format!("{root}/{version}")).await?.unwrap_or_default();
        let has_scale = |plural: &str| {
            let scale = format!("{plural}/scale");
            field::items(&answer, &["resources"])
                .any(|(_, it)| field::text(it, &["name"]).is_some_and(|it| it == scale))
        };
        let resources = field::items(&answer, &["resources"]).filter_map(|(_, raw)| {
            let plural = field::text(raw, &["name"]).filter(|name| !name.contains('/'))?;
            let can_get = field::items(raw, &["verbs"]).any(|(_, verb)| verb == "get");
            can_get.then(|| Resource {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: field::text(raw, &["kind"]).unwrap_or_default().into_owned(),
                has_scale: has_scale(&plural),
                plural: plural.into_owned(),
                is_namespaced: field::at(raw, &["namespaced"]).and_then(Value::as_bool).unwrap_or_default(),
            })
        });
        Ok(resources.collect())
    }

    async fn discover(&self, url: String) -> Result<Option<Value>, Error> {
        match self.send("get", "the served kinds", Request::new(url).list(&ListParams::default())).await {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether the API server would take it as a name. A rendered name is foreign text, and it must not lead to another URL.
fn is_path_segment(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '%', '?', '#'])
}

/// Items of lists and bare metadata do not say what they are.
pub(super) fn named(mut object: Value, resource: &Resource) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.insert("apiVersion".into(), json!(resource.api_version()));
        fields.insert("kind".into(), json!(resource.kind));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_group_version_and_namespace() {
        let deployment = &Resource::stoppable()[0];
        assert_eq!(deployment.url(Some("n")), "/apis/apps/v1/namespaces/n/deployments");
        assert_eq!(deployment.url(None), "/apis/apps/v1/deployments");
        assert_eq!(Resource::stable("", "v1", "Service", "services").url(Some("n")), "/api/v1/namespaces/n/services");
        let role = Resource { is_namespaced: false, ..Resource::stable("g", "v1", "Role", "roles") };
        assert_eq!(role.url(Some("n")), "/apis/g/v1/roles");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_no_name() {
        for name in ["", ".", "..", "a/../b", "a%2fb", "a?x=1", "a#b"] {
            assert!(!is_path_segment(name), "{name}");
        }
        assert!(is_path_segment("system:kube-dns") && is_path_segment("a.b-c"));
    }

    #[test]
    fn a_live_object_says_what_it_is() {
        let object =
            named(json!({"kind": "PartialObjectMetadata", "metadata": {"name": "a"}}), &Resource::stoppable()[1]);
        assert_eq!(Identity::of_live(&object).unwrap().to_string(), "StatefulSet/a");
    }
}
