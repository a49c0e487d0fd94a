//! A profile in a file as Palette imports it (`v1ClusterProfileImportEntity` of its API description, 4.8), and why it
//! cannot be.

use std::borrow::Cow;

use profile_core::{field, merge, profile::PublishedProfile};
use serde_json::{Map, Value, json};

use super::strict;
use crate::error::Error;

/// Texts of a pack. A number in their place has lost its zeros: `22.10` and `22.1` are one.
const TEXTS: [&str; 6] = ["name", "type", "layer", "version", "tag", "values"];

/// The import entity in a document: an export as it is, or a `ClusterProfile` object turned into one.
///
/// # Errors
/// When the document, which stands at `place`, is neither.
pub(crate) fn entity(document: &Value, place: &str) -> Result<Value, Error> {
    let is_object = |path: &[&str]| field::at(document, path).is_some_and(Value::is_object);
    if is_object(&["spec", "template"]) {
        let mut entity = document.clone();
        if let Some(fields) = entity.as_object_mut() {
            // Words of Kubernetes, which an import does not have.
            ["apiVersion", "kind", "status"].iter().for_each(|key| drop(fields.shift_remove(*key)));
        }
        return Ok(entity);
    }
    if is_object(&["spec", "published"]) {
        return Ok(of_object(document));
    }
    Err(Error::usage(format!("{place} holds no profile: neither spec.template nor spec.published is there"))
        .hint("give a profile as `kubectl profile export` prints it, or a document with `kind: ClusterProfile`"))
}

fn of_object(document: &Value) -> Value {
    let view = PublishedProfile::new(document);
    let published = view.content().map(|it| it.raw().clone()).unwrap_or_default();
    let packs: Vec<_> = field::items(&published, &["packs"]).map(|(_, pack)| of_pack(pack)).collect();
    let description = field::text(document, &["metadata", "annotations", "description"]);
    let mut metadata = Map::new();
    metadata.insert("name".into(), view.name().into());
    metadata.extend(description.map(|it| ("description".into(), it.into())));
    metadata.extend(kept(field::at(document, &["metadata"]), &["labels"]));
    let mut template = kept(Some(&published), &["type", "cloudType"]);
    template.insert("packs".into(), packs.into());
    let mut spec = kept(field::at(document, &["spec"]), &["version"]);
    spec.insert("template".into(), template.into());
    spec.extend(kept(field::at(document, &["spec"]), &["variables"]));
    json!({"metadata": metadata, "spec": spec})
}

/// `v1PackImportEntity`
fn of_pack(pack: &Value) -> Value {
    let mut fields = kept(Some(pack), &TEXTS);
    let manifests: Vec<_> =
        field::items(pack, &["manifests"]).map(|(_, it)| kept(Some(it), &["name", "content"])).collect();
    if !manifests.is_empty() {
        fields.insert("manifests".into(), manifests.into_iter().map(Value::Object).collect());
    }
    if let Some(uid) = field::text(pack, &["registryUid"]) {
        fields.insert("registry".into(), json!({"metadata": {"uid": uid}}));
    }
    fields.into()
}

fn kept(source: Option<&Value>, keys: &[&str]) -> Map<String, Value> {
    let of = |key: &&str| Some(((*key).to_owned(), source?.get(*key).filter(|it| !it.is_null())?.clone()));
    keys.iter().filter_map(of).collect()
}

/// Everything that speaks against importing it, wherever that is imported to.
pub(crate) fn objections(entity: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let text = |path: &[&str]| field::at(entity, path).and_then(Value::as_str).filter(|it| !it.is_empty());
    if text(&["metadata", "name"]).is_none() {
        found.push("metadata.name is missing".to_owned());
    }
    match text(&["spec", "version"]) {
        Some(version) => found.extend(strict::objection(version).map(|it| format!("spec.version {it}"))),
        None => found.push("spec.version is no text: Palette takes versions such as \"1.0.0\"".into()),
    }
    if packs(entity).next().is_none() {
        found.push("spec.template.packs holds no packs".into());
    }
    for (path, pack) in packs(entity) {
        if field::text(pack, &["name"]).is_none_or(|it| it.is_empty()) {
            found.push(format!("{path}.name is missing"));
        }
        for key in TEXTS {
            let is_odd = pack.get(key).is_some_and(|it| !it.is_string() && !it.is_null());
            found.extend(is_odd.then(|| format!("{path}.{key} is no text: write it in quotes")));
        }
        for (at, manifest) in field::items(pack, &["manifests"]) {
            if field::text(manifest, &["content"]).is_none() {
                found.push(format!("{path}.manifests[{at}] has no content: only an export carries it"));
            }
        }
    }
    found.extend(masked(entity).into_iter().map(|it| format!("{it} is masked")));
    found
}

/// The packs with their field paths.
fn packs(entity: &Value) -> impl Iterator<Item = (String, &Value)> {
    let all = field::items(entity, &["spec", "template", "packs"]);
    all.map(|(at, pack)| (format!("spec.template.packs[{at}]"), pack))
}

/// The places at which it holds stars instead of values.
pub(crate) fn masked(entity: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, pack) in packs(entity) {
        let name = field::text(pack, &["name"]).unwrap_or_default();
        let of = |key: &str, text: Option<Cow<'_, str>>| {
            let places = merge::masked_places(&text.unwrap_or_default()).into_iter();
            places.map(|it| format!("{path}.{key} {it} (pack {name})")).collect::<Vec<_>>()
        };
        found.extend(of("values", field::text(pack, &["values"])));
        for (at, manifest) in field::items(pack, &["manifests"]) {
            found.extend(of(&format!("manifests[{at}].content"), field::text(manifest, &["content"])));
        }
    }
    for (at, variable) in field::items(entity, &["spec", "variables"]) {
        if field::text(variable, &["defaultValue"]).is_some_and(|it| !merge::masked_places(&it).is_empty()) {
            let name = field::text(variable, &["name"]).unwrap_or_default();
            found.push(format!("spec.variables[{at}].defaultValue (variable {name})"));
        }
    }
    found
}

/// Takes over what Palette's own check of the import says, and tells it in sentences.
pub(crate) fn take_findings(entity: &mut Value, answer: &Value) -> Vec<String> {
    let mut told = Vec::new();
    let packs = entity.pointer_mut("/spec/template/packs").and_then(Value::as_array_mut);
    for (at, pack) in packs.into_iter().flatten().enumerate() {
        let name = field::text(pack, &["name"]).unwrap_or_default().into_owned();
        let path = format!("/spec/template/packs/{at}/registry");
        let Some(registry) = answer.pointer(&path) else { continue };
        let Some(found) = registry.get("matchingRegistries").and_then(Value::as_array) else { continue };
        let names: Vec<_> = found.iter().map(called).collect();
        let own = pack.pointer("/registry/metadata").cloned().unwrap_or_default();
        let is_own = |it: &&Value| it.get("uid").is_some() && it.get("uid") == own.get("uid");
        match found.as_slice() {
            [] => told.push(format!("pack {name}: no registry of this Palette holds it, and the import will fail")),
            all if all.iter().any(|it| is_own(&it)) => {}
            [one] => {
                told.push(format!("pack {name}: registry {} of the file is {} here", called(&own), called(one)));
                pack["registry"] = json!({ "metadata": one });
            }
            _ => told.push(format!("pack {name}: several registries hold it: {}", names.join(", "))),
        }
    }
    told
}

fn called(registry: &Value) -> String {
    let text = |key: &str| field::text(registry, &[key]);
    text("name").or_else(|| text("uid")).map_or_else(|| "(none)".into(), |it| it.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export() -> Value {
        json!({
            "metadata": {"name": "hello"},
            "spec": {"version": "1.0.0", "template": {"type": "add-on", "packs": [
                {"name": "app", "layer": "addon", "version": "1.0", "values": "a: 1\n", "manifests": [{"name": "m", "content": "kind: A\n"}]},
            ]}},
        })
    }

    fn check(pointer: &str, value: Value, expected: &str) {
        let mut entity = export();
        *entity.pointer_mut(pointer).unwrap() = value;
        let found = objections(&entity);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(expected), "{found:?}");
    }

    #[test]
    fn accepts_an_export_as_it_is() {
        let mut document = export();
        document["kind"] = "ClusterProfile".into();
        let entity = entity(&document, "f").unwrap();
        assert_eq!(entity, export());
        assert!(objections(&entity).is_empty());
    }

    #[test]
    fn accepts_an_object_with_its_content_published() {
        let document = json!({
            "kind": "ClusterProfile",
            "metadata": {"name": "hello-1.0.0", "labels": {"a": "b"}, "annotations": {"description": "says hello", "scope": "project"}},
            "spec": {"version": "1.0.0", "variables": [{"name": "v"}], "published": {
                "name": "hello", "uid": "u", "type": "add-on", "cloudType": "all", "packs": [
                    {"name": "app", "layer": "addon", "values": "a: 1\n", "packUid": "p", "registryUid": "r",
                     "manifests": [{"name": "m", "uid": "m1", "content": "kind: A\n"}]},
                ],
            }},
        });
        assert_eq!(
            entity(&document, "f").unwrap(),
            json!({
                "metadata": {"name": "hello", "description": "says hello", "labels": {"a": "b"}},
                "spec": {"version": "1.0.0", "template": {"type": "add-on", "cloudType": "all", "packs": [{
                    "name": "app", "layer": "addon", "values": "a: 1\n",
                    "manifests": [{"name": "m", "content": "kind: A\n"}], "registry": {"metadata": {"uid": "r"}},
                }]}, "variables": [{"name": "v"}]},
            })
        );
    }

    #[test]
    fn rejects_what_is_no_profile() {
        for document in [json!(null), json!({}), json!({"kind": "ClusterProfile", "spec": {"draft": {}}})] {
            assert!(entity(&document, "f.yaml").unwrap_err().message.starts_with("f.yaml holds no profile"));
        }
    }

    #[test]
    fn rejects_what_palette_would_not_take_or_would_take_wrongly() {
        check("/metadata/name", json!(""), "metadata.name is missing");
        check("/spec/version", json!("v1.2"), "spec.version \"v1.2\" is no SemVer");
        check("/spec/version", json!(1.2), "spec.version is no text");
        check("/spec/template/packs", json!([]), "holds no packs");
        check("/spec/template/packs/0/name", json!(null), "packs[0].name is missing");
        check("/spec/template/packs/0/version", json!(22.1), "packs[0].version is no text");
    }

    #[test]
    fn rejects_masked_values_by_their_places() {
        check(
            "/spec/template/packs/0/values",
            json!("db:\n  password: '***'\n"),
            "packs[0].values db.password (pack app)",
        );
        check("/spec/template/packs/0/manifests/0/content", json!("token: '****'\n"), "manifests[0].content token");
        check("/spec/template/packs/0/manifests/0", json!({"name": "m"}), "manifests[0] has no content");
        let mut entity = export();
        entity["spec"]["variables"] = json!([{"name": "key", "defaultValue": "*****"}]);
        assert_eq!(objections(&entity), ["spec.variables[0].defaultValue (variable key) is masked"]);
    }

    #[test]
    fn the_one_registry_that_holds_a_pack_is_taken_and_told() {
        let registry = |uid: &str| json!({"uid": uid, "name": format!("registry {uid}")});
        let answered = |all: Value| {
            let mut entity = export();
            entity["spec"]["template"]["packs"][0]["registry"] = json!({"metadata": registry("a")});
            let mut answer = entity.clone();
            answer["spec"]["template"]["packs"][0]["registry"]["matchingRegistries"] = all;
            let told = take_findings(&mut entity, &answer);
            (told, entity["spec"]["template"]["packs"][0]["registry"]["metadata"]["uid"].clone())
        };
        assert_eq!(answered(json!([registry("a"), registry("b")])), (vec![], json!("a")));
        let (told, uid) = answered(json!([registry("b")]));
        assert_eq!(
            (told, uid),
            (vec!["pack app: registry registry a of the file is registry b here".into()], json!("b"))
        );
        assert!(answered(json!([])).0[0].contains("no registry"));
        assert!(answered(json!([registry("b"), registry("c")])).0[0].contains("several"));
        assert_eq!(take_findings(&mut export(), &export()), Vec::<String>::new());
    }
}
