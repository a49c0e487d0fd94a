//! Clusters as plain structs: what the generator makes, the reference judges and core reads as JSON.

#![expect(missing_docs, reason = "the fields are those of the documents, under their names there")]

use serde_json::{Map, Value, json};

/// What stands in one field of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Field {
    #[default]
    Absent,
    Null,
    Text(String),
    Integer(u64),
    Decimal(f64),
    Truth(bool),
    /// An object where none belongs.
    Object,
    /// A number, as serde_json writes it.
    Number(String),
    /// A list or an object, as JSON with sorted keys.
    Tree(String),
}

/// A list, or what stands in its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum List<T> {
    #[default]
    Absent,
    Null,
    Text,
    /// Anything else that is no list.
    Odd(Field),
    Items(Vec<T>),
}

/// A cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    pub deletion_timestamp: Field,
    pub label: Field,
    pub cloud_type: Field,
    pub cluster_type: Field,
    pub state: Field,
    pub templates: List<Template>,
    pub reported: List<Reported>,
}

/// A profile attached to the cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    pub uid: Field,
    pub name: Field,
    pub kind: Field,
    pub profile_version: Field,
    pub variables: Field,
    pub packs: List<Pack>,
}

/// A pack of a profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    pub name: Field,
    pub layer: Field,
    pub kind: Field,
    pub version: Field,
    pub tag: Field,
    pub values: Field,
    pub params: Field,
    pub manifests: List<Manifest>,
}

/// A manifest that is attached to a pack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    pub kind: Field,
    pub name: Field,
    pub uid: Field,
    pub content: Field,
}

/// An entry of `status.packs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    pub name: Field,
    pub version: Field,
    pub profile_uid: Field,
    pub condition: Field,
    pub condition_status: Field,
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T> List<T> {
    /// The items; none when this is no list.
    pub fn items(&self) -> &[T] {
        match self {
            Self::Items(items) => items,
            _ => &[],
        }
    }

    /// The items to change; none when this is no list.
    pub fn items_mut(&mut self) -> &mut [T] {
        match self {
            Self::Items(items) => items,
            _ => &mut [],
        }
    }

    /// The list to change, made when there was none.
    pub fn list_mut(&mut self) -> &mut Vec<T> {
        if !matches!(self, Self::Items(_)) {
            *self = Self::Items(Vec::new());
        }
        let Self::Items(items) = self else { unreachable!("just made") };
        items
    }
}

impl World {
    /// The packs of all templates.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.templates.items().iter().flat_map(|template| template.packs.items())
    }

    /// The packs of all templates, to change.
    pub fn packs_mut(&mut self) -> impl Iterator<Item = &mut Pack> {
        self.templates.items_mut().iter_mut().flat_map(|template| template.packs.items_mut())
    }

    /// The document that core reads.
    pub fn document(&self) -> Value {
        let mut metadata = Map::new();
        put(&mut metadata, "deletionTimestamp", &self.deletion_timestamp);
        let mut labels = Map::new();
        put(&mut labels, "team", &self.label);
        metadata.insert("labels".into(), Value::Object(labels));
        let mut spec = Map::new();
        put(&mut spec, "cloudType", &self.cloud_type);
        put(&mut spec, "clusterType", &self.cluster_type);
        put_list(&mut spec, "clusterProfileTemplates", &self.templates, Template::document);
        let mut status = Map::new();
        put(&mut status, "state", &self.state);
        put_list(&mut status, "packs", &self.reported, Reported::document);
        let mut document = Map::new();
        document.insert("metadata".into(), Value::Object(metadata));
        // An empty spec or status is left out, so that documents without them occur.
        for (key, part) in [("spec", spec), ("status", status)] {
            if !part.is_empty() {
                document.insert(key.into(), Value::Object(part));
            }
        }
        Value::Object(document)
    }
}

impl Template {
    fn document(&self) -> Value {
        let mut document = Map::new();
        put(&mut document, "uid", &self.uid);
        put(&mut document, "name", &self.name);
        put(&mut document, "type", &self.kind);
        put(&mut document, "profileVersion", &self.profile_version);
        put(&mut document, "variables", &self.variables);
        put_list(&mut document, "packs", &self.packs, Pack::document);
        Value::Object(document)
    }
}

impl Pack {
    fn document(&self) -> Value {
        let mut document = Map::new();
        put(&mut document, "name", &self.name);
        put(&mut document, "layer", &self.layer);
        put(&mut document, "type", &self.kind);
        put(&mut document, "version", &self.version);
        put(&mut document, "tag", &self.tag);
        put(&mut document, "values", &self.values);
        put(&mut document, "params", &self.params);
        put_list(&mut document, "manifests", &self.manifests, Manifest::document);
        Value::Object(document)
    }
}

impl Manifest {
    fn document(&self) -> Value {
        let mut document = Map::new();
        put(&mut document, "kind", &self.kind);
        put(&mut document, "name", &self.name);
        put(&mut document, "uid", &self.uid);
        put(&mut document, "content", &self.content);
        Value::Object(document)
    }
}

impl Reported {
    fn document(&self) -> Value {
        let mut document = Map::new();
        put(&mut document, "name", &self.name);
        put(&mut document, "version", &self.version);
        put(&mut document, "profileUid", &self.profile_uid);
        let mut condition = Map::new();
        put(&mut condition, "type", &self.condition);
        put(&mut condition, "status", &self.condition_status);
        if !condition.is_empty() {
            document.insert("condition".into(), Value::Object(condition));
        }
        Value::Object(document)
    }
}

fn put(document: &mut Map<String, Value>, key: &str, field: &Field) {
    if let Some(value) = value(field) {
        document.insert(key.to_owned(), value);
    }
}

fn value(field: &Field) -> Option<Value> {
    Some(match field {
        Field::Absent => return None,
        Field::Null => Value::Null,
        Field::Text(text) => json!(text),
        Field::Integer(number) => json!(number),
        Field::Decimal(number) => json!(number),
        Field::Truth(truth) => json!(truth),
        Field::Object => json!({"unexpected": 1}),
        Field::Number(written) | Field::Tree(written) => serde_json::from_str(written).expect("it was written so"),
    })
}

fn put_list<T>(document: &mut Map<String, Value>, key: &str, list: &List<T>, item: impl Fn(&T) -> Value) {
    let value = match list {
        List::Absent => return,
        List::Null => Value::Null,
        List::Text => json!("no list"),
        List::Odd(field) => return put(document, key, field),
        List::Items(items) => items.iter().map(item).collect(),
    };
    document.insert(key.to_owned(), value);
}

/// What can be read in a field: null, absent, empty and an object are nothing; a number is its digits.
pub fn text(field: &Field) -> Option<String> {
    match field {
        Field::Absent | Field::Null | Field::Object | Field::Tree(_) => None,
        Field::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Field::Number(written) => Some(written.clone()),
        Field::Integer(number) => Some(number.to_string()),
        Field::Decimal(number) => Some(format!("{number:?}")),
        Field::Truth(truth) => Some(truth.to_string()),
    }
}

/// A word whose letter case and surrounding space do not count. The text says so for Provisioning alone and leaves the
/// others open.
pub fn word(field: &Field) -> Option<String> {
    text(field).map(|text| text.trim().to_ascii_lowercase())
}

/// Whether the pack stands in this layer.
pub fn is_layer(pack: &Pack, layer: &str) -> bool {
    word(&pack.layer).as_deref() == Some(layer)
}
