//! What of a cluster is profile content, as plain sorted lists.

use crate::{
    reference::text,
    world::{Pack, World},
};

/// One line for each template, pack and manifest, sorted, so that order is no difference.
pub(crate) fn content(world: &World) -> Vec<String> {
    let mut templates = Vec::new();
    for template in world.templates.items() {
        let mut packs: Vec<String> = template.packs.items().iter().map(pack_line).collect();
        packs.sort();
        // A pack or a template that says nothing is no pack and no template.
        packs.retain(|line| *line != pack_line(&Pack::default()));
        let own = [&template.uid, &template.name, &template.kind, &template.profile_version].map(text);
        if !packs.is_empty() || own.iter().any(Option::is_some) {
            templates.push(format!("{own:?} {packs:?}"));
        }
    }
    templates.sort();
    templates
}

fn pack_line(pack: &Pack) -> String {
    let own = [&pack.name, &pack.layer, &pack.kind, &pack.version, &pack.tag, &pack.values].map(text);
    let mut manifests: Vec<String> = Vec::new();
    for manifest in pack.manifests.items() {
        let line = [&manifest.kind, &manifest.name, &manifest.uid, &manifest.content].map(text);
        manifests.push(format!("{line:?}"));
    }
    manifests.sort();
    format!("{own:?} {manifests:?}")
}
