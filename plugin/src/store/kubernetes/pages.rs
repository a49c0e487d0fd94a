//! Lists in pages, of which only what is wanted is held in memory.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use kube::core::{params::ListParams, request::Request};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Value, json};

use super::{KubernetesStore, PAGE, live::Resource};
use crate::error::{Error, Kind};

/// How much of each object is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Its metadata, without the fields of each manager.
    Metadata,
    /// All of it.
    Whole,
}

/// What is to be held of an object, if anything.
pub(crate) type Keep<'k> = &'k (dyn Fn(Value) -> Option<Value> + Sync);

/// What was listed of one kind.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) objects: Vec<Value>,
    /// Why something of it was not seen, a sentence each.
    pub(crate) not_visible: Vec<String>,
}

/// What an object says about itself. What takes the most room, the fields of each manager, is passed over.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_references: Option<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    managed_fields: Vec<Manager>,
}

#[derive(Deserialize, Serialize)]
struct Manager {
    #[serde(default)]
    manager: String,
    #[serde(default)]
    operation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subresource: Option<String>,
}

#[derive(Deserialize)]
struct Bare {
    metadata: Metadata,
}

/// What a list says of itself.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ListMeta {
    #[serde(rename = "continue")]
    pub(super) continue_token: Option<String>,
    remaining_item_count: Option<u64>,
}

impl KubernetesStore {
    /// The objects of a kind that `keep` keeps: of some namespaces, or of all. All namespaces are listed at once where that
    /// takes fewer requests and is allowed. What is forbidden or not answered is said, and is no error; neither is a kind that
    /// is gone.
    pub(crate) async fn scan(
        &self,
        resource: &Resource,
        namespaces: Option<&BTreeSet<String>>,
        depth: Depth,
        keep: Keep<'_>,
    ) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let Some(namespaces) = namespaces.filter(|_| resource.is_namespaced) else {
            self.scan_place(resource, None, depth, keep, None, &mut listing).await?;
            return Ok(listing);
        };
        if namespaces.len() > 1 {
            let in_place = |object: Value| {
                let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
                let is_wanted = namespace.is_some_and(|it| namespaces.contains(it));
                is_wanted.then_some(object).and_then(keep)
            };
            let end = self.scan_place(resource, None, depth, &in_place, Some(namespaces.len()), &mut listing).await?;
            if end == End::Done {
                return Ok(listing);
            }
            listing = Listing::default();
        }
        for namespace in namespaces {
            self.scan_place(resource, Some(namespace), depth, keep, None, &mut listing).await?;
        }
        Ok(listing)
    }

    /// Lists one place page by page, unless more than `pages` of them are to come after the first.
    async fn scan_place(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        depth: Depth,
        keep: Keep<'_>,
        pages: Option<usize>,
        listing: &mut Listing,
    ) -> Result<End, Error> {
        let mut params = ListParams { limit: Some(PAGE), ..ListParams::default() };
        loop {
            let request = Request::new(resource.url(namespace));
            let request = match depth {
                Depth::Metadata => request.list_metadata(&params),
                Depth::Whole => request.list(&params),
            };
            let text = match self.send_text("list", &resource.plural, request).await {
                Ok(text) => text,
                Err(error) if error.kind == Kind::NotFound => return Ok(End::Done),
                Err(error) if error.kind == Kind::Forbidden && pages.is_some() => return Ok(End::Apart),
                Err(error) if matches!(error.kind, Kind::Forbidden | Kind::Unanswered) => {
                    listing.not_visible.push(reason(resource, namespace, &error));
                    return Ok(End::Done);
                }
                Err(error) => return Err(error),
            };
            let mut take = |object: Value| listing.objects.extend(keep(super::live::named(object, resource)));
            let meta = match depth {
                Depth::Metadata => page(&text, &mut |it: Bare| take(json!({ "metadata": it.metadata }))),
                Depth::Whole => page(&text, &mut |mut it: Value| {
                    forget_fields(&mut it);
                    take(it);
                }),
            };
            let meta = meta.map_err(|error| {
                Error::failed(format!("cannot read the list of {} from the API server: {error}", resource.plural))
            })?;
            params.continue_token = meta.continue_token.filter(|it| !it.is_empty());
            if params.continue_token.is_none() {
                return Ok(End::Done);
            }
            let remaining = meta.remaining_item_count.unwrap_or_default().div_ceil(u64::from(PAGE));
            if pages.is_some_and(|pages| remaining > pages as u64) {
                return Ok(End::Apart);
            }
        }
    }
}

/// How listing all namespaces at once ended.
#[derive(PartialEq, Eq)]
enum End {
    Done,
    /// It is forbidden, or takes more requests than asking in each namespace.
    Apart,
}

fn reason(resource: &Resource, namespace: Option<&str>, error: &Error) -> String {
    let place = namespace.map(|it| format!(" in namespace {it}")).unwrap_or_default();
    match error.kind {
        Kind::Forbidden => format!("{}{place}: you may not list {}", resource.kind, resource.plural),
        _ => format!("{}{place}: {}", resource.kind, error.message),
    }
}

/// The fields of each manager take the most room, and nothing here asks for them.
fn forget_fields(object: &mut Value) {
    let entries = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
        entry.remove("fieldsV1");
    }
}

/// Reads one page and hands over each item as soon as it is read.
pub(super) fn page<T: DeserializeOwned>(text: &str, take: &mut dyn FnMut(T)) -> Result<ListMeta, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_map(Page(take))
}

struct Page<'t, T>(&'t mut dyn FnMut(T));

impl<'de, T: DeserializeOwned> Visitor<'de> for Page<'_, T> {
    type Value = ListMeta;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ListMeta, A::Error> {
        let mut meta = ListMeta::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "metadata" => meta = map.next_value()?,
                "items" => map.next_value_seed(Items(&mut *self.0, PhantomData))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(meta)
    }
}

struct Items<'t, T>(&'t mut dyn FnMut(T), PhantomData<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Items<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // A list without items may say null.
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Items<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the items of a list")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<T>()? {
            (self.0)(item);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_handed_over_one_by_one_and_the_rest_is_told() {
        let text = json!({
            "kind": "List", "metadata": {"continue": "next", "remainingItemCount": 7},
            "items": [{"metadata": {"name": "a"}, "x": 1}, {"metadata": {"name": "b", "namespace": "n"}}],
        });
        let mut names = Vec::new();
        let meta = page(&text.to_string(), &mut |it: Bare| names.push(it.metadata.name)).unwrap();
        assert_eq!(
            (names, meta.continue_token.as_deref(), meta.remaining_item_count),
            (vec!["a".into(), "b".into()], Some("next"), Some(7))
        );
        for empty in [json!({"items": null, "metadata": {}}), json!({"metadata": {"continue": ""}})] {
            let meta = page(&empty.to_string(), &mut |_: Value| panic!("there is none")).unwrap();
            assert_eq!(meta.remaining_item_count, None);
        }
        assert!(page("{\"items\": [1", &mut |_: Value| ()).is_err());
    }

    #[test]
    fn metadata_keeps_who_wrote_and_forgets_which_fields() {
        let raw = json!({
            "name": "a", "uid": "u", "labels": {"app": "a"}, "generation": 3,
            "managedFields": [{"manager": "m", "operation": "Apply", "time": "T", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}],
        });
        let metadata: Metadata = serde_json::from_value(raw.clone()).unwrap();
        let expected = json!({
            "name": "a", "uid": "u", "labels": {"app": "a"}, "managedFields": [{"manager": "m", "operation": "Apply", "time": "T"}],
        });
        assert_eq!(json!(metadata), expected);
        let mut whole = json!({"metadata": raw, "spec": {}});
        forget_fields(&mut whole);
        assert!(!whole.to_string().contains("f:spec") && whole["metadata"]["managedFields"][0]["manager"] == "m");
    }
}
