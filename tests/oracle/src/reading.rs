//! What a cluster's JSON says, as the plain structs that the reference judges.

use serde_json::Value;

use crate::{
    json::Json,
    random::world::{Field, List, Manifest, Pack, Reported, Template, World},
};

/// The cluster that `json` describes.
pub fn world(json: &Json) -> World {
    let metadata = json.get("metadata");
    let spec = json.get("spec");
    let status = json.get("status");
    World {
        deletion_timestamp: field(metadata, "deletionTimestamp"),
        label: Field::Absent,
        cloud_type: field(spec, "cloudType"),
        cluster_type: field(spec, "clusterType"),
        state: field(status, "state"),
        templates: list(spec, "clusterProfileTemplates", template),
        reported: list(status, "packs", reported),
    }
}

fn template(json: &Json) -> Template {
    let field = |name| field(Some(json), name);
    Template {
        uid: field("uid"),
        name: field("name"),
        kind: field("type"),
        profile_version: field("profileVersion"),
        variables: field("variables"),
        packs: list(Some(json), "packs", pack),
    }
}

fn pack(json: &Json) -> Pack {
    let field = |name| field(Some(json), name);
    Pack {
        name: field("name"),
        layer: field("layer"),
        kind: field("type"),
        version: field("version"),
        tag: field("tag"),
        values: field("values"),
        params: field("params"),
        manifests: list(Some(json), "manifests", manifest),
    }
}

fn manifest(json: &Json) -> Manifest {
    let field = |name| field(Some(json), name);
    Manifest { kind: field("kind"), name: field("name"), uid: field("uid"), content: field("content") }
}

fn reported(json: &Json) -> Reported {
    let condition = |name| field(json.get("condition"), name);
    Reported {
        name: field(Some(json), "name"),
        version: field(Some(json), "version"),
        profile_uid: field(Some(json), "profileUid"),
        condition: condition("type"),
        condition_status: condition("status"),
    }
}

/// What stands in a field of an object.
pub fn field(object: Option<&Json>, name: &str) -> Field {
    match object.and_then(|it| it.get(name)) {
        None => Field::Absent,
        Some(Json::Null) => Field::Null,
        Some(Json::Truth(truth)) => Field::Truth(*truth),
        Some(Json::Text(text)) => Field::Text(text.clone()),
        Some(number @ Json::Number(_)) => number.number().map_or(Field::Null, |it| Field::Number(it.to_string())),
        Some(tree) => Field::Tree(sorted(&tree.value()).to_string()),
    }
}

fn list<T>(object: Option<&Json>, name: &str, item: impl Fn(&Json) -> T) -> List<T> {
    match object.and_then(|it| it.get(name)) {
        None => List::Absent,
        Some(Json::Null) => List::Null,
        Some(Json::List(items)) => List::Items(items.iter().map(item).collect()),
        Some(_) => List::Odd(field(object, name)),
    }
}

/// The same with the fields of every object in one order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().collect();
            names.sort();
            names.into_iter().map(|name| (name.clone(), sorted(&fields[name]))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
