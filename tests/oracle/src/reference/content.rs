//! What of a cluster is profile content, as plain sorted lists.

use crate::random::world::{Field, List, Pack, World, text};

/// One line for each template, pack and manifest, sorted, so that order is no difference.
pub(super) fn content(world: &World) -> Vec<String> {
    let mut templates = Vec::new();
    for template in world.templates.items() {
        let mut packs: Vec<String> = template.packs.items().iter().map(pack_line).collect();
        packs.sort();
        // A pack or a template that says nothing is no pack and no template.
        packs.retain(|line| *line != pack_line(&Pack::default()));
        let own = [&template.uid, &template.name, &template.kind, &template.profile_version].map(text);
        let variables = any(&template.variables);
        if !packs.is_empty() || own.iter().any(Option::is_some) || variables.is_some() {
            templates.push(format!("{own:?} {variables:?} {packs:?}"));
        }
    }
    templates.sort();
    templates
}

fn pack_line(pack: &Pack) -> String {
    let own = [&pack.name, &pack.layer, &pack.kind, &pack.version, &pack.tag].map(text);
    let free = [&pack.values, &pack.params].map(any);
    let mut manifests: Vec<String> = Vec::new();
    // Manifests that are no list hold none, and a change of them is a change all the same.
    let odd = match &pack.manifests {
        List::Text => Some("no list".to_owned()),
        List::Odd(field) => any(field),
        _ => None,
    };
    for manifest in pack.manifests.items() {
        let line = [&manifest.kind, &manifest.name, &manifest.uid, &manifest.content].map(text);
        manifests.push(format!("{line:?}"));
    }
    manifests.sort();
    format!("{own:?} {free:?} {odd:?} {manifests:?}")
}

/// What stands in a field that may hold more than text. A text and the tree that is written like it are the same.
fn any(field: &Field) -> Option<String> {
    match field {
        Field::Object => Some(r#"{"unexpected":1}"#.to_owned()),
        Field::Tree(written) => Some(written.clone()).filter(|it| it != "[]" && it != "{}"),
        other => text(other),
    }
}
