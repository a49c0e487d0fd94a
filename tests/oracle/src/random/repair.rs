//! Makes random clusters whose Kubernetes version is not what it should be, and the write that makes it better.

use super::{
    choices::Choices,
    generate,
    world::{Field, List, Pack, Reported, World, is_layer},
};

/// A cluster whose only Kubernetes pack has a version that it should not have, and a write that makes it better.
pub fn repair(choices: &mut Choices) -> (World, World) {
    let mut before = generate::world(choices);
    let name: Field = "kubernetes-of-the-repair".into();
    for template in before.templates.items_mut() {
        if let List::Items(packs) = &mut template.packs {
            packs.retain(|pack| !is_layer(pack, "k8s"));
        }
    }
    // Three versions in ascending order, by at least one patch each.
    let mut at = (20 + choices.below(4), choices.below(3));
    let [low, middle, high] = [(); 3].map(|()| {
        let minors = choices.one_of(&[0, 1, 2, 3]);
        at = if minors == 0 { (at.0, at.1 + 1 + choices.below(3)) } else { (at.0 + minors, choices.below(12)) };
        format!("1.{}.{}", at.0, at.1)
    });
    let (runs, desired, new, condition) = match choices.below(6) {
        // Nearer to what runs, from above and from below.
        0 => (low, high, middle, "Ready"),
        1 => (high, low, middle, "Ready"),
        // Back to what runs, from either side.
        2 => (low.clone(), middle, low, "Installed"),
        3 => (high.clone(), low, high, "UpgradeAvailable"),
        // Back while the upgrade is in flight.
        4 => (low.clone(), high, low, choices.one_of(&["Error", "WaitingForOtherLayers", "ReadyForInstall"])),
        // From garbage to what runs.
        _ => (middle.clone(), choices.one_of(&["banana", "", "1.33.x"]).into(), middle, "Ready"),
    };
    let dressed = choices.one_of(&[("", ""), ("v", ""), ("", "+k3s1"), ("v", "-rke2r1")]);
    let pack = |version: String| Pack {
        name: name.clone(),
        layer: "k8s".into(),
        version: Field::Text(version),
        ..Pack::default()
    };
    let mut after = before.clone();
    let mut new = pack(format!("{}{new}{}", dressed.0, dressed.1));
    if choices.chance(20) {
        new.name = "kubernetes-by-another-name".into();
    }
    for (world, pack) in [(&mut before, pack(desired)), (&mut after, new)] {
        let templates = world.templates.list_mut();
        if templates.is_empty() {
            templates.push(Default::default());
        }
        templates[0].packs.list_mut().push(pack);
    }
    let entry = Reported { name, version: Field::Text(runs), condition: condition.into(), ..Reported::default() };
    before.reported.list_mut().push(entry);
    (before, after)
}
