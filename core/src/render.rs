//! Renders packs to the Kubernetes objects that they apply.
//!
//! A pack's manifests are Go templates whose `.Values` are `manifests.<name>` of the pack's values. What cannot be rendered
//! is an error that says why: "renders nothing" is only said of a pack whose whole content was seen.

mod beside_values;
mod chains;
mod charts;
mod claims;
mod documents;
mod error;
mod functions;
mod helm_yaml;
mod identity;
mod macros;
mod opaque;
mod origin;
mod pack_directory;
mod record;
mod template;
mod value;

use serde_json::{Value, json};

pub(crate) use self::macros::is_constant;
pub use self::{
    charts::{Chart, ChartOutcome, ChartPack, ChartText, Kept, Moment, Records},
    error::RenderError,
    identity::Identity,
    macros::{resolved, resolved_content},
    origin::{Origin, Release},
    pack_directory::{ManifestText, PackContent, PackManifest, manifest_name},
    record::{Record, RecordError},
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
    /// What Palette alone knows and the values or the manifests ask for: macros that stayed as they are, and more.
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

impl RenderedObject {
    /// Whether a controller makes it of a StatefulSet that is rendered: such a claim bears no mark of whoever applied that.
    pub fn is_made_by_controller(&self) -> bool {
        claims::is_made(self)
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
    render_pack_with(pack, content, &[])
}

/// The objects that `pack` applies, where `charts` says what its charts come to: see [`ChartPack::read`].
///
/// No public pack has both charts and manifests of its own, so without `content` a pack whose charts are known was seen whole.
///
/// # Errors
/// When a part of the pack is not visible, or does not render.
pub fn render_pack_with(
    pack: &Pack<'_>,
    content: Option<&PackContent>,
    charts: &[ChartOutcome],
) -> Result<Rendered, RenderError> {
    let name = pack.name().into_owned();
    let (pack_values, is_of_directory) = pack_directory::values(pack, content);
    let values =
        helm_yaml::read(&macros::covered(&pack_values)).map_err(|error| values_error(&name, &pack_values, error))?;
    let is_chart_pack = ChartPack::of(pack, content).is_some();
    if is_chart_pack && charts.is_empty() {
        return Err(RenderError::Charts { pack: name });
    }
    let manifests = manifests(pack, &name, content, &values, is_chart_pack)?;

    let namespace = field::text(&values, &["pack", "namespace"]);
    let namespace = namespace.map(|it| opaque::restored(&it).into_owned());
    let mut rendered = Rendered::default();
    if is_of_directory {
        rendered.assumed.push("its document holds no values, so those of its directory are taken".into());
    }
    let in_values = macros::in_values(&pack_values);
    // A macro in such a place may stand for manifests and charts of which nothing is known here.
    if is_shaped_by_macros(&values) {
        rendered.unresolved.extend_from_slice(&in_values);
    }
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
        // One in the values may stand for more than a word, and so for what is not under this manifest's name.
        let found = [&in_values, &text.unresolved, &macros::in_manifest(&content)];
        for found in found.into_iter().flatten() {
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
    for ChartOutcome { chart, outcome } in charts.iter().filter(|_| is_chart_pack) {
        let failed = |reason: String| RenderError::Chart { pack: name.clone(), chart: chart.clone(), reason };
        let chart_text = outcome.as_ref().map_err(|reason| failed(reason.clone()))?;
        // The program was given the values as they stand here, and a condition on a macro goes one way or the other.
        if matches!(chart_text.origin, Origin::Program { .. }) {
            in_values.iter().for_each(|found| macros::add(&mut rendered.unresolved, found));
        }
        add_chart(&mut rendered, &name, chart, chart_text).map_err(failed)?;
    }
    Ok(rendered)
}

/// What a pack asks Palette for, whether or not it can be rendered here: its macros, and whatever it may look up under
/// `.Spectro`.
pub fn asked(pack: &Pack<'_>, content: Option<&PackContent>) -> Vec<String> {
    let (values, _) = pack_directory::values(pack, content);
    let mut asked = macros::in_values(&values);
    let manifests = pack.manifests();
    let attached = manifests.iter().filter_map(|it| it.content.as_deref());
    let texts = content.into_iter().flat_map(|it| &it.texts).map(|it| it.content.as_str());
    for text in attached.chain(texts) {
        macros::in_values(text).iter().for_each(|found| macros::add(&mut asked, found));
    }
    asked
}

/// Whether macros stand where the values name what the pack holds.
fn is_shaped_by_macros(values: &Value) -> bool {
    let is_opaque = |it: &Value| it.to_string().contains(opaque::START);
    match values {
        Value::Object(entries) => {
            let named = ["manifests", "charts"].iter().filter_map(|name| entries.get(*name));
            entries.keys().any(|key| key.contains(opaque::START))
                || named.into_iter().any(|it| match it {
                    Value::Object(entries) => entries.keys().any(|key| key.contains(opaque::START)),
                    other => is_opaque(other),
                })
        }
        other => is_opaque(other),
    }
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
        json!([
            content.manifest.version,
            content.manifest.kube_manifests,
            content.manifest.charts,
            content.values,
            texts
        ])
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
    // A macro may stand for more than a word, such as for several lines, which is not known here.
    let hint = if macros::find(text).is_empty() { "" } else { "; they hold macros, which are not resolved here" };
    let reason = format!("{}{hint}", error.reason);
    RenderError::Values { pack: pack.to_owned(), line: error.line, column: error.column, reason }
}

/// Adds the objects of a chart, and the claims of its StatefulSets. What Helm leaves when a later revision lacks it is among
/// them: hooks, CRDs, claims.
fn add_chart(rendered: &mut Rendered, pack: &str, chart: &str, text: &ChartText) -> Result<(), String> {
    let mut added = Vec::new();
    for part in &text.texts {
        let objects = documents::objects(part, Some(&text.release.namespace))
            .map_err(|error| format!("{}, line {} of its objects: {}", text.release, error.line, error.reason))?;
        added.extend(objects.into_iter().map(|(identity, document)| RenderedObject {
            identity,
            document,
            pack: pack.to_owned(),
            manifest: chart.to_owned(),
            release: Some(text.release.clone()),
        }));
    }
    let claims = claims::of(&added);
    rendered.objects.extend(added.into_iter().chain(claims));
    rendered.assumed.extend(text.assumed.iter().cloned());
    rendered.origins.push(text.origin.clone());
    Ok(())
}

/// All manifests of the pack with their texts, the pack's own ones first.
fn manifests(
    pack: &Pack<'_>,
    name: &str,
    content: Option<&PackContent>,
    values: &Value,
    is_chart_pack: bool,
) -> Result<Vec<ManifestText>, RenderError> {
    let not_visible =
        |manifest: &str| RenderError::ManifestNotVisible { pack: name.to_owned(), manifest: manifest.to_owned() };
    let mut found: Vec<ManifestText> = Vec::new();
    let mut own = 0;
    if let Some(content) = content {
        same_version(pack, name, content)?;
        for manifest in content.manifest.manifest_names() {
            let text = content.texts.iter().find(|text| text.name == manifest).ok_or_else(|| not_visible(&manifest))?;
            found.push(text.clone());
        }
        own = found.len();
    }
    for attached in pack.manifests() {
        // Two that are attached under one name are two.
        let known = found[..own].iter_mut().find(|text| text.name == attached.name);
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
        if found.is_empty() && !is_chart_pack && !is_manifest && !pack.is(Layer::Os) && !pack.is(Layer::Kubernetes) {
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
