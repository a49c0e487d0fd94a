//! Weighs what speaks for an orphan.

use serde_json::Value;

use super::{Before, PackRendering, Rendering, Source};
use crate::{
    field,
    render::{RenderError, RenderedObject, is_constant},
};

/// How well the evidence for an orphan holds, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// An attached pack that cannot be rendered may have taken the object over, or the object is younger than its rendering.
    Suspected,
    /// A version renders the object, and nothing attached does; but whether the cluster ran that version while the object was
    /// there is not kept.
    Likely,
    /// The cluster ran a version that rendered the object, and nothing attached does.
    Proven,
}

impl Confidence {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Likely => "likely",
            Self::Proven => "proven",
        }
    }
}

/// Who rendered an object, at one time of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRendered {
    /// The rendering that it comes from.
    pub source: Source,
    /// The profile as `NAME@VERSION`.
    pub profile: String,
    /// The pack.
    pub pack: String,
    /// The manifest.
    pub manifest: String,
}

/// One rendering of the past that holds an object, and what stands in the way of certainty.
pub(super) struct Proof<'a> {
    pub(super) confidence: Confidence,
    source: &'a Source,
    pub(super) pack: &'a PackRendering,
    pub(super) rendered: &'a RenderedObject,
    obstacles: &'a [String],
    /// What the live object's age says against it.
    doubt: Option<String>,
}

/// Why the absence of an object from `now` is not certain: the attached packs that were not seen whole, and that were not
/// the same in `past`. A sentence each.
///
/// A macro that is not resolved may stand in a condition, so a pack that holds one may render to other objects than are seen. It
/// may stand for something else than it did, too, so the same pack need not have rendered the same then.
pub(super) fn obstacles(past: &Before, now: &Rendering) -> Vec<String> {
    // What an unrendered pack asks for may decide about what it renders as well.
    let asks = |pack: &PackRendering| {
        let asked = pack.outcome.as_ref().map_or(&pack.asked, |rendered| &rendered.unresolved);
        // Of a template that is at hand and fails here nobody knows what it looks at.
        let fails = matches!(pack.outcome, Err(RenderError::Template { .. } | RenderError::Document { .. }));
        fails || asked.iter().any(|it| !is_constant(it))
    };
    let changed = now.packs.iter().filter(|pack| asks(pack) || !past.rendering.has_unchanged(pack));
    changed
        .filter_map(|pack| match &pack.outcome {
            Err(error) => Some(format!("may have moved to pack {} of {}: {error}", pack.pack, pack.profile)),
            Ok(rendered) if !rendered.unresolved.is_empty() => Some(format!(
                "may still be rendered by pack {} of {}, depending on {}",
                pack.pack,
                pack.profile,
                rendered.unresolved.join(", ")
            )),
            Ok(rendered) if !rendered.assumed.is_empty() => Some(format!(
                "may still be rendered by pack {} of {}: {}",
                pack.pack,
                pack.profile,
                rendered.assumed.join(", ")
            )),
            Ok(_) => None,
        })
        .collect()
}

impl Source {
    /// The number of the revision, where it is one.
    pub fn revision(&self) -> Option<u64> {
        match self {
            Self::Revision(number) => Some(*number),
            Self::Published => None,
        }
    }
}

impl<'a> Proof<'a> {
    pub(super) fn new(
        past: &'a Before,
        pack: &'a PackRendering,
        rendered: &'a RenderedObject,
        obstacles: &'a [String],
        object: &Value,
    ) -> Self {
        let confidence = match past.source {
            _ if !obstacles.is_empty() => Confidence::Suspected,
            Source::Revision(_) => Confidence::Proven,
            Source::Published => Confidence::Likely,
        };
        // What is only taken for the pack's content proves nothing about it.
        let is_certain = assumed(pack).is_empty() && unresolved(pack).is_empty();
        let confidence = if is_certain { confidence } else { confidence.min(Confidence::Likely) };
        let doubt = past.period.doubt(object);
        let doubt = unmarked(rendered, object).map(|it| (Confidence::Suspected, it)).or(doubt);
        let (at_most, doubt) = doubt.unzip();
        let confidence = at_most.map_or(confidence, |at_most| confidence.min(at_most));
        Self { confidence, source: &past.source, pack, rendered, obstacles, doubt }
    }

    /// Who rendered the object here.
    pub(super) fn rendered_by(&self) -> LastRendered {
        LastRendered {
            source: self.source.clone(),
            profile: self.pack.profile.clone(),
            pack: self.pack.pack.clone(),
            manifest: self.rendered.manifest.clone(),
        }
    }

    /// The proof in words: who rendered the object, that nobody does now, and what is not certain.
    pub(super) fn sentences(&self, now: &Rendering) -> Vec<String> {
        let Self { pack: PackRendering { profile, pack, .. }, rendered, .. } = self;
        let part = match &rendered.release {
            Some(release) => format!("chart {} as {release},", rendered.manifest),
            None => format!("manifest {}", rendered.manifest),
        };
        let by = format!("{part} of pack {pack} of {profile}");
        let mut sentences = vec![match self.source {
            Source::Revision(number) => format!("rendered by revision {number}: {by}"),
            Source::Published => format!("rendered by {profile} as published: {by}"),
        }];
        if let Some(release) = &rendered.release
            && !now.packs.iter().any(|attached| attached.releases.iter().any(|it| it.is(release)))
        {
            sentences.push(format!("no attached pack installs the Helm release {} in its place", release.name));
        }
        let rendered = now.packs.iter().filter(|pack| pack.outcome.is_ok()).count();
        sentences.push(match self.obstacles.is_empty() {
            true => "rendered by no attached pack now".to_owned(),
            false => format!("rendered by none of the {rendered} attached packs that can be rendered now"),
        });
        if !now.packs.iter().any(|attached| attached.pack == *pack) {
            sentences.push(format!(
                "pack {pack} is no longer attached: Palette removes what it applied, which may take a while"
            ));
        }
        sentences.extend(assumed(self.pack).iter().map(|it| format!("taken for granted: {it}")));
        if !unresolved(self.pack).is_empty() {
            let asked = unresolved(self.pack).join(", ");
            sentences.push(format!("what pack {pack} rendered then depends on {asked}"));
        }
        sentences.extend(self.doubt.iter().chain(self.obstacles).cloned());
        sentences
    }
}

/// Why the live object may not be the release's: Helm marks all that it applies, beside hooks and the definitions of a chart.
/// A claim of a StatefulSet is applied by nobody.
fn unmarked(rendered: &RenderedObject, object: &Value) -> Option<String> {
    let release = rendered.release.as_ref()?;
    // Where nothing is known but what was rendered, there is no live object to bear a mark.
    field::text(object, &["metadata", "uid"])?;
    let is_hook = field::text(&rendered.document, &["metadata", "annotations", "helm.sh/hook"]).is_some();
    let is_definition = rendered.identity.is("apiextensions.k8s.io", "CustomResourceDefinition");
    let mark = field::text(object, &["metadata", "annotations", "meta.helm.sh/release-name"]);
    (!is_hook && !is_definition && !rendered.is_made_by_controller() && mark.is_none())
        .then(|| format!("without the mark of the Helm release {}: somebody else may have made it", release.name))
}

/// What was taken for granted when the pack was rendered.
fn assumed(pack: &PackRendering) -> &[String] {
    pack.outcome.as_ref().map_or(&[], |rendered| &rendered.assumed)
}

/// What the pack asked Palette for.
fn unresolved(pack: &PackRendering) -> &[String] {
    pack.outcome.as_ref().map_or(&[], |rendered| &rendered.unresolved)
}
