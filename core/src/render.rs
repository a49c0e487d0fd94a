//! Renders packs to the Kubernetes objects that they apply.
//!
//! A pack's manifests are Go templates whose `.Values` are `manifests.<name>` of the pack's values. What cannot be rendered
//! is an error that says why: "renders nothing" is only said of a pack whose whole content was seen.

mod chains;
mod documents;
mod functions;
mod helm_yaml;
mod identity;
mod macros;
mod origin;
mod pack_directory;
mod template;
mod value;

use serde_json::{Value, json};

pub use self::{
    identity::Identity,
    origin::{Origin, Release},
    pack_directory::{ManifestText, PackContent, PackManifest, manifest_name},
};
use crate::{
    content::hash,
    field,
    pack::{Layer, Pack},
};

/// The objects of one pack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// The objects, in the order in which they are applied.
    pub objects: Vec<RenderedObject>,
    /// The macros that stayed as they are, in the values and in the manifests.
    pub unresolved: Vec<String>,
    /// What was taken for granted without being certain, a fragment of a sentence each.
    pub assumed: Vec<String>,
    /// What the objects were read from.
    pub origins: Vec<Origin>,
}

/// One object that a pack applies.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderedObject {
    /// What the object is.
    pub identity: Identity,
    /// The object as it is rendered; it may lack the namespace that its identity has.
    pub document: Value,
    /// The pack's name.
    pub pack: String,
    /// The manifest's name, or the chart's.
    pub manifest: String,
    /// The Helm release that holds the object, where a chart rendered it.
    pub release: Option<Release>,
}

/// Why a pack cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The pack installs charts, which only Helm renders.
    #[error("pack `{pack}` installs charts, which only Helm renders")]
    Charts {
        /// The pack.
        pack: String,
    },
    /// Nothing says what the pack applies.
    #[error("the content of pack `{pack}` is not visible; name a directory that holds the pack with --packs")]
    NotVisible {
        /// The pack.
        pack: String,
    },
    /// A manifest is named, but its text is not at hand.
    #[error(
        "the text of manifest `{manifest}` of pack `{pack}` is not visible; name a directory that holds the pack with --packs"
    )]
    ManifestNotVisible {
        /// The pack.
        pack: String,
        /// The manifest.
        manifest: String,
    },
    /// The directory holds another version than the one to render.
    #[error("pack `{pack}` is `{wanted}`, but its directory holds `{found}`")]
    OtherVersion {
        /// The pack.
        pack: String,
        /// The version that the profile names.
        wanted: String,
        /// The version that the directory names.
        found: String,
    },
    /// The pack's values are not YAML.
    #[error("values of pack `{pack}`{}: {reason}", place(*line, *column))]
    Values {
        /// The pack.
        pack: String,
        /// The line in the values.
        line: Option<usize>,
        /// The column in that line.
        column: Option<usize>,
        /// What is wrong there.
        reason: String,
    },
    /// The template of a manifest fails.
    #[error("manifest `{manifest}` of pack `{pack}`{}: {reason}", place(*line, *column))]
    Template {
        /// The pack.
        pack: String,
        /// The manifest.
        manifest: String,
        /// The line in the manifest.
        line: Option<usize>,
        /// The column in that line.
        column: Option<usize>,
        /// What is wrong there.
        reason: String,
    },
    /// What the template renders to is no list of objects.
    #[error("manifest `{manifest}` of pack `{pack}`, line {line} of the rendered text: {reason}")]
    Document {
        /// The pack.
        pack: String,
        /// The manifest.
        manifest: String,
        /// The line in the rendered text.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
}

fn place(line: Option<usize>, column: Option<usize>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!(", line {line}, column {column}"),
        (Some(line), None) => format!(", line {line}"),
        _ => String::new(),
    }
}

/// The objects that `pack` applies. `content` is the pack's own directory, where there is one at hand.
///
/// Attached manifests come from the pack's document, the pack's own ones from `content`. Without `content`, a pack counts as
/// seen whole when it is of type `manifest` (such a pack has no content of its own), when each manifest that it refers to
/// carries its text, or when it belongs to the layers `os` or `k8s` and names neither manifests nor charts: those layers
/// make machine images and control planes and apply no workloads. A `cni`, `csi` or add-on pack of which nothing is seen
/// is not visible. Values that speak of charts or of further manifests show that there is more, whatever the layer.
///
/// # Errors
/// When a part of the pack is not visible, is made by Helm, or does not render.
pub fn render_pack(pack: &Pack<'_>, content: Option<&PackContent>) -> Result<Rendered, RenderError> {
    let name = pack.name().into_owned();
    let text = pack.values();
    let values = helm_yaml::read(&text).map_err(|error| values_error(&name, &text, error))?;
    refuse_charts(pack, &name, content, &values)?;
    let manifests = manifests(pack, &name, content, &values)?;

    let namespace = field::text(&values, &["pack", "namespace"]);
    let mut rendered = Rendered::default();
    for ManifestText { name: manifest, content } in manifests {
        let own = field::at(&values, &["manifests", &manifest]).filter(|own| !own.is_null());
        let nothing = json!({});
        let own = own.unwrap_or(&nothing);
        let text = template::render(&content, own).map_err(|error| RenderError::Template {
            pack: name.clone(),
            manifest: manifest.clone(),
            line: error.line,
            column: error.column,
            reason: error.reason,
        })?;
        // Inside of an action a macro is text to the template engine, but Palette resolves it before: the raw text counts.
        let found = [macros::find(&own.to_string()), text.unresolved, macros::find(&content)];
        for found in found.iter().flatten() {
            macros::add(&mut rendered.unresolved, found);
        }
        let objects = documents::objects(&text.text, namespace.as_deref()).map_err(|error| RenderError::Document {
            pack: name.clone(),
            manifest: manifest.clone(),
            line: error.line,
            reason: error.reason,
        })?;
        rendered.objects.extend(objects.into_iter().map(|(identity, document)| RenderedObject {
            identity,
            document,
            pack: name.clone(),
            manifest: manifest.clone(),
            release: None,
        }));
    }
    if !rendered.objects.is_empty() {
        rendered.origins.push(Origin::Manifests);
    }
    Ok(rendered)
}

/// Two packs with the same fingerprint render to the same objects, whether or not they can be rendered here.
///
/// It covers all that decides what a pack applies: name, type, layer, version, values, manifests and the pack's directory.
pub fn fingerprint(pack: &Pack<'_>, content: Option<&PackContent>) -> String {
    let manifests: Vec<Value> = pack
        .manifests()
        .iter()
        .map(|manifest| json!([manifest.name, manifest.kind, manifest.uid, manifest.content]))
        .collect();
    let content = content.map(|content| {
        let texts: Vec<Value> = content.texts.iter().map(|text| json!([text.name, text.content])).collect();
        json!([content.manifest.version, content.manifest.kube_manifests, content.manifest.charts, texts])
    });
    hash(&json!([
        pack.name(),
        pack.pack_type(),
        pack.layer(),
        pack.version(),
        pack.tag(),
        pack.values(),
        manifests,
        content
    ]))
}

fn values_error(pack: &str, text: &str, error: helm_yaml::YamlError) -> RenderError {
    // Without quotes a macro's braces open a YAML map, and what Palette puts in their place is not known here.
    let hint = if macros::find(text).is_empty() { "" } else { "; they hold macros, which are not resolved here" };
    let reason = format!("{}{hint}", error.reason);
    RenderError::Values { pack: pack.to_owned(), line: error.line, column: error.column, reason }
}

fn refuse_charts(
    pack: &Pack<'_>,
    name: &str,
    content: Option<&PackContent>,
    values: &Value,
) -> Result<(), RenderError> {
    let is_chart = pack.pack_type().is_some_and(|kind| kind.eq_ignore_ascii_case("helm"));
    let lists_charts = content.is_some_and(|content| !content.manifest.charts.is_empty());
    if is_chart || lists_charts || has_entries(values, "charts") {
        return Err(RenderError::Charts { pack: name.to_owned() });
    }
    Ok(())
}

fn has_entries(values: &Value, field: &str) -> bool {
    match values.get(field) {
        Some(Value::Object(entries)) => !entries.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        _ => false,
    }
}

/// All manifests of the pack with their texts, the pack's own ones first.
fn manifests(
    pack: &Pack<'_>,
    name: &str,
    content: Option<&PackContent>,
    values: &Value,
) -> Result<Vec<ManifestText>, RenderError> {
    let not_visible =
        |manifest: &str| RenderError::ManifestNotVisible { pack: name.to_owned(), manifest: manifest.to_owned() };
    let mut found: Vec<ManifestText> = Vec::new();
    if let Some(content) = content {
        same_version(pack, name, content)?;
        for manifest in content.manifest.manifest_names() {
            let text = content.texts.iter().find(|text| text.name == manifest).ok_or_else(|| not_visible(&manifest))?;
            found.push(text.clone());
        }
    }
    for attached in pack.manifests() {
        let known = found.iter_mut().find(|text| text.name == attached.name);
        match (known, &attached.content) {
            // The profile's own text of a manifest goes before the one in the pack's directory.
            (Some(known), Some(text)) => known.content = text.clone().into_owned(),
            (Some(_), None) => {}
            (None, Some(text)) => {
                found.push(ManifestText { name: attached.name.into_owned(), content: text.clone().into_owned() });
            }
            (None, None) => {
                let text =
                    content.into_iter().flat_map(|content| &content.texts).find(|text| text.name == attached.name);
                found.push(text.ok_or_else(|| not_visible(&attached.name))?.clone());
            }
        }
    }
    if content.is_none() {
        let spoken_of = values.get("manifests").and_then(Value::as_object).into_iter().flat_map(|own| own.keys());
        if let Some(missing) = spoken_of.into_iter().find(|own| !found.iter().any(|text| text.name == **own)) {
            return Err(not_visible(missing));
        }
        let is_manifest = pack.pack_type().is_some_and(|kind| kind.eq_ignore_ascii_case("manifest"));
        if found.is_empty() && !is_manifest && !pack.is(Layer::Os) && !pack.is(Layer::Kubernetes) {
            return Err(RenderError::NotVisible { pack: name.to_owned() });
        }
    }
    Ok(found)
}

fn same_version(pack: &Pack<'_>, name: &str, content: &PackContent) -> Result<(), RenderError> {
    let found = content.manifest.version.trim_start_matches('v');
    match pack.version() {
        Some(wanted) if !found.is_empty() && wanted.trim_start_matches('v') != found => {
            Err(RenderError::OtherVersion {
                pack: name.to_owned(),
                wanted: wanted.into_owned(),
                found: content.manifest.version.clone(),
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
