//! What `list` shows of profiles and clusters, without the values that make their objects large.
//!
//! The API server takes most of a second to write 4,000 profile versions down, and all of it for values that a list does not
//! show. Which objects there are, and in which state each is, it says in a twentieth of that. So what was shown of each state
//! is kept, and only what is new or changed is read again: a uid and a resourceVersion name one content.

use futures_util::{StreamExt, TryStreamExt, stream};
use kube::core::{params::ListParams, request::Request};
use profile_core::field;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed},
};
use serde_json::Value;

use super::{
    CLUSTERS, KubernetesStore, PROFILES,
    kept::{Kept, Known},
    metadata::State,
    pages::page,
    pruned::Wanted::{self, Each, Fields, Place, Plain},
    served,
};
use crate::{
    error::{Error, Kind},
    store::Document,
};

/// Objects a page. Their text is all that is held of them, and for a list of names a page more is a wait more.
const PAGE: u32 = 2000;
/// Up to so many objects that are new or changed are read one by one, some at a time.
const FEW: usize = 16;
const PARALLEL: usize = 8;

const METADATA: (&str, Wanted) = (
    "metadata",
    Fields(&[
        ("name", Plain),
        ("namespace", Plain),
        ("uid", Plain),
        ("resourceVersion", Plain),
        ("creationTimestamp", Plain),
    ]),
);

const CONTENT: Wanted = Fields(&[("uid", Plain), ("name", Plain), ("type", Plain), ("packs", Each(&Place))]);

/// A profile version: its packs are counted.
const PROFILE: Wanted =
    Fields(&[METADATA, ("spec", Fields(&[("version", Plain), ("published", CONTENT), ("template", CONTENT)]))]);

const ATTACHED: Wanted = Fields(&[("uid", Plain), ("name", Plain), ("profileVersion", Plain)]);

/// A cluster: which profiles it has attached.
const CLUSTER: Wanted = Fields(&[METADATA, ("spec", Fields(&[("clusterProfileTemplates", Each(&ATTACHED))]))]);

/// A profile version as a list shows it.
struct Profile(Value);

/// A cluster as a list of profiles names it.
struct Cluster(Value);

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PROFILE.deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Cluster {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CLUSTER.deserialize(deserializer).map(Self)
    }
}

impl KubernetesStore {
    /// All profile versions in scope, of which only what a list shows may be read.
    pub(crate) async fn profile_listing(&self) -> Result<Vec<Document>, Error> {
        let namespace = self.namespace.as_deref();
        let listing = self.in_served_version(PROFILES, async |version| {
            let url = served::url(version, PROFILES, namespace);
            let kept = Kept::of(self.cache.as_deref(), &self.server, &url);
            if kept.is_there() {
                // The file is read while the API server writes its answer.
                let reading = kept.clone();
                let reading = tokio::task::spawn_blocking(move || reading.read());
                if let (Some(states), Ok(Some(known))) = tokio::join!(self.states(&url), reading)
                    && let Some(listing) = self.renewed(version, states, known, &kept).await?
                {
                    return Ok(listing);
                }
            }
            let known = Known::new(self.pruned(PROFILES, &url, |Profile(it)| it).await?);
            kept.write(&known);
            Ok(known.profiles)
        });
        Ok(documents(listing.await?))
    }

    /// All clusters in scope, of which only names and attached profiles may be read.
    pub(crate) async fn cluster_listing(&self) -> Result<Vec<Document>, Error> {
        let listing = self.in_served_version(CLUSTERS, async |version| {
            let url = served::url(version, CLUSTERS, self.namespace.as_deref());
            self.pruned(CLUSTERS, &url, |Cluster(it)| it).await
        });
        Ok(documents(listing.await?))
    }

    /// What is known, with what is new or changed since then, and without what is gone; `None` where that is much.
    async fn renewed(
        &self,
        version: &str,
        states: Vec<State>,
        known: Known,
        kept: &Kept,
    ) -> Result<Option<Vec<Value>>, Error> {
        let (count, read_at) = (known.profiles.len(), known.read_at);
        let mut by_uid = known.by_uid();
        let (mut profiles, mut missing) = (Vec::with_capacity(states.len()), Vec::new());
        for state in states {
            let document = by_uid.remove(&state.uid).filter(|it| {
                let is = |name, value: &str| field::text(it, &["metadata", name]).unwrap_or_default() == value;
                is("resourceVersion", &state.version) && is("name", &state.name) && is("namespace", &state.namespace)
            });
            match document {
                Some(document) => profiles.push(document),
                None => missing.push(state),
            }
        }
        if missing.len() > FEW {
            return Ok(None);
        }
        let is_same = missing.is_empty() && profiles.len() == count;
        let read = stream::iter(&missing).map(|state| self.profile_in(version, state)).buffered(PARALLEL);
        profiles.extend(read.try_collect::<Vec<_>>().await?.into_iter().flatten());
        let known = Known::since(read_at, profiles);
        if !is_same {
            kept.write(&known);
        }
        Ok(Some(known.profiles))
    }

    /// One profile version; `None` when it is gone again.
    async fn profile_in(&self, version: &str, state: &State) -> Result<Option<Value>, Error> {
        let namespace = Some(state.namespace.as_str()).filter(|it| !it.is_empty());
        let request = Request::new(served::url(version, PROFILES, namespace)).get(&state.name, &Default::default());
        match self.send_as("get", PROFILES, request).await {
            Ok(Profile(profile)) => Ok(Some(profile)),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What is wanted of all objects at a URL, page by page.
    async fn pruned<T: DeserializeOwned>(
        &self,
        plural: &str,
        url: &str,
        keep: impl Fn(T) -> Value,
    ) -> Result<Vec<Value>, Error> {
        let mut listed = Vec::new();
        let mut params = ListParams { limit: Some(PAGE), ..ListParams::default() };
        loop {
            let text = self.send_text("list", plural, Request::new(url).list(&params)).await?;
            let meta = page(&text, &mut |it| listed.push(keep(it))).map_err(|error| {
                Error::failed(format!("cannot read the list of {plural} from the API server: {error}"))
            })?;
            params.continue_token = meta.continue_token.filter(|it| !it.is_empty());
            if params.continue_token.is_none() {
                return Ok(listed);
            }
        }
    }
}

fn documents(values: Vec<Value>) -> Vec<Document> {
    values.into_iter().map(|value| Document { value, place: String::new() }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document<T: DeserializeOwned>(whole: &Value, value: impl Fn(T) -> Value) -> Document {
        Document { value: value(serde_json::from_str(&whole.to_string()).unwrap()), place: String::new() }
    }

    #[test]
    fn a_version_shows_the_same_as_if_all_of_it_were_read() {
        let content = json!({
            "uid": "u", "name": "n", "type": "infra", "profileVersion": "1", "packs": [{"values": "a: 1"}, null, 7], "variables": [],
        });
        for spec in [
            json!({"version": "1.0.0", "published": content, "draft": content}),
            json!({"version": 1.5, "published": null, "template": content}),
            json!({"published": "text", "template": {"packs": {"a": 1}, "name": ""}}),
            json!({"draft": content}),
            json!({"published": {"packs": null, "uid": 7, "name": {"a": 1}}}),
            json!([content]),
            json!(null),
        ] {
            let metadata = json!({"name": "object", "namespace": "ns", "uid": "o", "managedFields": [{}]});
            let whole = json!({"metadata": metadata, "spec": spec, "status": {"a": 1}});
            let read = document(&whole, |Profile(it)| it);
            let whole = Document { value: whole, place: String::new() };
            let said = |it: &Document| {
                let view = it.profile();
                let texts =
                    [Some(view.name()), view.version(), view.uid(), view.profile_type(), it.cluster().namespace()];
                let texts = texts.map(|it| it.map(|it| it.into_owned()));
                (texts, view.packs().len(), view.content().is_some(), view.reference())
            };
            assert_eq!(said(&read), said(&whole), "{}", whole.value);
            assert!(!read.value.to_string().contains("a: 1"), "{}", read.value);
        }
    }

    #[test]
    fn a_cluster_names_the_same_profiles_as_if_all_of_it_were_read() {
        let attached = json!([{"uid": "u", "name": "n", "profileVersion": "1", "packs": [{"values": "a: 1"}]}, {}, 7]);
        for spec in [json!({"clusterProfileTemplates": attached}), json!({"clusterProfileTemplates": {}}), json!(null)]
        {
            let whole = json!({"metadata": {"name": "c", "namespace": "ns"}, "spec": spec});
            let read = document(&whole, |Cluster(it)| it);
            let whole = Document { value: whole, place: String::new() };
            let said = |it: &Document| {
                let profiles = it.cluster().profiles();
                let of = |it: &profile_core::profile::AttachedProfile<'_>| {
                    [it.uid(), it.version(), Some(it.name())].map(|it| it.map(|it| it.into_owned()))
                };
                (it.cluster().name().into_owned(), profiles.iter().map(of).collect::<Vec<_>>())
            };
            assert_eq!(said(&read), said(&whole), "{}", whole.value);
        }
    }
}
