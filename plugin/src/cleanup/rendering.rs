//! Renders every pack that a document attaches: manifests here, charts by what Helm knows of them.

use profile_core::{
    cluster::Cluster,
    orphans::{PackRendering, Rendering},
    pack::Pack,
    profile::{self, AttachedProfile},
    render::{
        ChartOutcome, ChartPack, Moment, PackContent, RenderError, asked, fingerprint, render_pack_with, resolved,
        resolved_content,
    },
};
use serde_json::Value;

use super::helm::Charts;
use crate::store::packs::Packs;

/// The profiles that a document attaches, with their variables put in.
pub(super) struct Attached {
    profiles: Vec<Value>,
}

impl Attached {
    pub(super) fn of(document: &Value) -> Self {
        Self { profiles: Cluster::new(document).profiles().iter().map(|it| resolved(it.raw())).collect() }
    }

    fn views(&self) -> impl Iterator<Item = AttachedProfile<'_>> {
        self.profiles.iter().map(|raw| AttachedProfile::new(raw, String::new()))
    }

    /// The packs that install charts.
    pub(super) fn charts(&self, packs: &Packs) -> Vec<ChartPack> {
        let of = |profile: AttachedProfile<'_>| -> Vec<_> {
            profile.packs().iter().filter_map(|pack| ChartPack::of(pack, packs.of(pack))).collect()
        };
        self.views().flat_map(of).collect()
    }

    /// Every pack's objects, or why they are not known.
    pub(super) async fn rendered(&self, packs: &Packs, charts: &Charts, moment: Moment) -> Rendering {
        let mut rendering = Rendering::default();
        for profile in self.views() {
            let reference = profile::reference(&profile.name(), profile.version().as_deref());
            for pack in profile.packs() {
                let content = packs.of(&pack).map(|it| resolved_content(profile.raw(), it));
                rendering
                    .packs
                    .push(rendered(reference.clone(), &pack, (packs, content.as_deref()), charts, moment).await);
            }
        }
        rendering
    }
}

async fn rendered(
    profile: String,
    pack: &Pack<'_>,
    (packs, content): (&Packs, Option<&PackContent>),
    charts: &Charts,
    moment: Moment,
) -> PackRendering {
    let (mut releases, mut outcomes) = (Vec::new(), Vec::<ChartOutcome>::new());
    if let Some(own) = ChartPack::of(pack, content) {
        releases = charts.releases(&own, moment);
        outcomes = charts.of(&own, moment, |path| packs.file_of(pack, path)).await;
    }
    let mut outcome = render_pack_with(pack, content, &outcomes);
    if let Err(RenderError::NotVisible { .. } | RenderError::ManifestNotVisible { .. }) = outcome
        && let (None, Some(other)) = (content, packs.other_version_of(pack))
    {
        // The directory is there, only not for this version: core says which one it holds instead.
        outcome = render_pack_with(pack, Some(other), &outcomes);
    }
    PackRendering {
        profile,
        pack: pack.name().into_owned(),
        fingerprint: fingerprint(pack, content),
        releases,
        outcome,
        asked: asked(pack, content),
    }
}
