//! What of a cluster is profile content, as plain sorted lists.

use crate::world::{Field, List, Pack, World, text};

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
    let own = [&pack.name, &pack.layer, &pack.kind, &pack.version, &pack.tag].map(text);
    // Values that are no text and manifests that are no list say nothing, and a change of them is a change all the same.
    let values = if pack.values == Field::Object { Some("an object".to_owned()) } else { text(&pack.values) };
    let mut manifests: Vec<String> = Vec::new();
    if let List::Text = pack.manifests {
        manifests.push("no list".to_owned());
    }
    for manifest in pack.manifests.items() {
        let line = [&manifest.kind, &manifest.name, &manifest.uid, &manifest.content].map(text);
        manifests.push(format!("{line:?}"));
    }
    manifests.sort();
    format!("{own:?} {values:?} {manifests:?}")
}
