//! What `list` shows of profiles and clusters, without the values that make their objects large.
//!
//! The API server takes most of a second to write 4,000 profile versions down, and all of it for values that a list does not
//! show. Which objects there are, and in which state each is, it says in a twentieth of that. So what was shown of each state
//! is kept, and only what is new or changed is read again: a uid and a generation name one spec, whatever became of the status.

use std::marker::PhantomData;

use futures_util::{StreamExt, TryStreamExt, stream};
use kube::core::{params::ListParams, request::Request};
use profile_core::field;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, DeserializeSeed},
};
use serde_json::Value;

use super::{
    CLUSTERS, KubernetesStore, PROFILES,
    kept::{Entry, Kept, Known},
    metadata::{self, State},
    pages::page,
    pruned::Wanted::{self, Each, Fields, Place, Plain},
    served,
};
use crate::{
    error::{Error, Kind},
    store::{Document, ListedCluster, ListedProfile},
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
        ("generation", Plain),
        ("creationTimestamp", Plain),
    ]),
);

const CONTENT: Wanted = Fields(&[("uid", Plain), ("name", Plain), ("type", Plain), ("packs", Each(&Place))]);

const ATTACHED: Wanted = Fields(&[("uid", Plain), ("name", Plain), ("profileVersion", Plain)]);

/// What a list shows of an object: of its spec, and of what never changes of its metadata.
trait Listed: DeserializeOwned + Serialize + Send + 'static {
    /// The kind of the objects, as URLs have it.
    const PLURAL: &'static str;
    /// What is read of an object.
    const WANTED: Wanted;

    /// What is shown of an object.
    fn of(document: &Document) -> Self;

    /// The object's namespace and its name.
    fn object(&self) -> (&str, &str);
}

impl Listed for ListedProfile {
    const PLURAL: &'static str = PROFILES;
    /// Packs are counted.
    const WANTED: Wanted =
        Fields(&[METADATA, ("spec", Fields(&[("version", Plain), ("published", CONTENT), ("template", CONTENT)]))]);

    fn of(document: &Document) -> Self {
        Self::of(document)
    }

    fn object(&self) -> (&str, &str) {
        (self.namespace.as_deref().unwrap_or_default(), &self.object)
    }
}

impl Listed for ListedCluster {
    const PLURAL: &'static str = CLUSTERS;
    const WANTED: Wanted = Fields(&[METADATA, ("spec", Fields(&[("clusterProfileTemplates", Each(&ATTACHED))]))]);

    fn of(document: &Document) -> Self {
        Self::of(document)
    }

    fn object(&self) -> (&str, &str) {
        (self.namespace.as_deref().unwrap_or_default(), &self.name)
    }
}

/// An object of which what is wanted was read.
struct Read<T>(Value, PhantomData<T>);

impl<'de, T: Listed> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::WANTED.deserialize(deserializer).map(|it| Self(it, PhantomData))
    }
}

impl<T: Listed> Read<T> {
    fn entry(self) -> Entry<T> {
        let uid = field::text(&self.0, &["metadata", "uid"]).map_or_else(String::new, Into::into);
        let generation = field::at(&self.0, &["metadata", "generation"]).and_then(Value::as_u64).unwrap_or_default();
        Entry { uid, generation, shown: T::of(&Document { value: self.0, place: String::new() }) }
    }
}

impl KubernetesStore {
    /// All profile versions in scope.
    pub(crate) async fn listed_profiles(&self) -> Result<Vec<ListedProfile>, Error> {
        self.listing().await
    }

    /// All clusters in scope.
    pub(crate) async fn listed_clusters(&self) -> Result<Vec<ListedCluster>, Error> {
        self.listing().await
    }

    async fn listing<T: Listed>(&self) -> Result<Vec<T>, Error> {
        let listing = self.in_served_version(T::PLURAL, async |version| {
            let url = served::url(version, T::PLURAL, self.namespace.as_deref());
            let kept = Kept::of(self.cache.as_deref(), &self.server, &url);
            if kept.is_there() {
                // The file is read while the API server writes its answer.
                let reading = kept.clone();
                let reading = tokio::task::spawn_blocking(move || reading.read());
                if let (Some(answer), Ok(Some(known))) = tokio::join!(self.states(&url), reading)
                    && let Some(states) = metadata::read(answer.bytes())
                    && let Some(listing) = self.renewed(version, states, known, &kept).await?
                {
                    return Ok(listing);
                }
            }
            let known = Known::new(self.read_all(&url).await?);
            kept.write(&known);
            Ok(known.entries)
        });
        Ok(listing.await?.into_iter().map(|it| it.shown).collect())
    }

    /// What is known, with what is new or changed since then, and without what is gone; `None` where that is much.
    async fn renewed<T: Listed>(
        &self,
        version: &str,
        states: Vec<State<'_>>,
        known: Known<T>,
        kept: &Kept,
    ) -> Result<Option<Vec<Entry<T>>>, Error> {
        let (count, read_at) = (known.entries.len(), known.read_at);
        let mut by_uid = known.by_uid();
        let (mut entries, mut missing) = (Vec::with_capacity(states.len()), Vec::new());
        for state in states {
            let entry = by_uid
                .remove(state.uid)
                .filter(|it| it.generation == state.generation && it.shown.object() == (state.namespace, state.name));
            match entry {
                Some(entry) => entries.push(entry),
                None => missing.push(state),
            }
        }
        if missing.len() > FEW {
            return Ok(None);
        }
        let is_same = missing.is_empty() && entries.len() == count;
        let read = stream::iter(&missing).map(|state| self.read_one(version, state)).buffered(PARALLEL);
        entries.extend(read.try_collect::<Vec<_>>().await?.into_iter().flatten());
        let known = Known::since(read_at, entries);
        if !is_same {
            kept.write(&known);
        }
        Ok(Some(known.entries))
    }

    /// One object; `None` when it is gone again.
    async fn read_one<T: Listed>(&self, version: &str, state: &State<'_>) -> Result<Option<Entry<T>>, Error> {
        let namespace = Some(state.namespace).filter(|it| !it.is_empty());
        let request = Request::new(served::url(version, T::PLURAL, namespace)).get(state.name, &Default::default());
        match self.send_as("get", T::PLURAL, request).await {
            Ok(object) => Ok(Some(Read::entry(object))),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects at a URL, page by page.
    async fn read_all<T: Listed>(&self, url: &str) -> Result<Vec<Entry<T>>, Error> {
        let mut entries = Vec::new();
        let mut params = ListParams { limit: Some(PAGE), ..ListParams::default() };
        loop {
            let text = self.send_text("list", T::PLURAL, Request::new(url).list(&params)).await?;
            let meta = page(&text, &mut |it| entries.push(Read::entry(it))).map_err(|error| {
                Error::failed(format!("cannot read the list of {} from the API server: {error}", T::PLURAL))
            })?;
            params.continue_token = meta.continue_token.filter(|it| !it.is_empty());
            if params.continue_token.is_none() {
                return Ok(entries);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read<T: Listed>(whole: &Value) -> Read<T> {
        serde_json::from_str(&whole.to_string()).unwrap()
    }

    fn document(value: Value) -> Document {
        Document { value, place: String::new() }
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
            let metadata = json!({
                "name": "object", "namespace": "ns", "uid": "o", "generation": 7, "creationTimestamp": "then",
                "managedFields": [{}],
            });
            let whole = json!({"metadata": metadata, "spec": spec, "status": {"a": 1}});
            let read = read::<ListedProfile>(&whole);
            assert!(!read.0.to_string().contains("a: 1"), "{}", read.0);
            let entry = read.entry();
            assert_eq!((entry.uid.as_str(), entry.generation), ("o", 7));
            assert_eq!(entry.shown, ListedProfile::of(&document(whole.clone())), "{whole}");
            assert_eq!((entry.shown.object(), entry.shown.created_at.as_deref()), (("ns", "object"), Some("then")));
        }
    }

    #[test]
    fn a_cluster_names_the_same_profiles_as_if_all_of_it_were_read() {
        let attached = json!([{"uid": "u", "name": "n", "profileVersion": "1", "packs": [{"values": "a: 1"}]}, {}, 7]);
        for spec in [json!({"clusterProfileTemplates": attached}), json!({"clusterProfileTemplates": {}}), json!(null)]
        {
            let whole = json!({"metadata": {"name": "c", "namespace": "ns"}, "spec": spec});
            let entry = read::<ListedCluster>(&whole).entry();
            assert_eq!(entry.shown, ListedCluster::of(&document(whole.clone())), "{whole}");
            assert_eq!(entry.shown.object(), ("ns", "c"));
        }
    }
}
