//! Makes random changes of random clusters, biased towards what the rules look at.

use super::{
    choices::Choices,
    generate::{
        LAYERS, list, manifests, name, pack, rarely, reports, some_text, state, tag, template, values, version, world,
    },
    world::{Field, List, Pack, World, is_layer},
};

/// A cluster and what a write makes of it.
pub fn pair(choices: &mut Choices) -> (World, World) {
    let before = world(choices);
    let after = after(choices, &before);
    (before, after)
}

/// What a write makes of a cluster: now and then another one.
pub fn after(choices: &mut Choices, before: &World) -> World {
    if choices.chance(3) {
        return world(choices);
    }
    let mut after = before.clone();
    for _ in 0..choices.one_of(&[1, 2, 1, 1, 0, 2, 3, 5]) {
        edit(choices, &mut after);
    }
    after
}

/// Changes one thing.
pub fn edit(choices: &mut Choices, world: &mut World) {
    match choices.below(22) {
        0..=5 => on_pack(choices, world, Some("k8s"), |choices, pack| pack.version = version(choices)),
        6 => on_pack(choices, world, None, |choices, pack| match choices.below(3) {
            0 => pack.version = version(choices),
            1 => pack.tag = tag(choices),
            _ => (pack.version, pack.tag) = (Field::Absent, tag(choices)),
        }),
        7 => on_pack(choices, world, Some("k8s"), |choices, pack| pack.name = name(choices, "k8s")),
        8 => on_pack(choices, world, Some("cni"), |choices, pack| pack.name = name(choices, "cni")),
        9 => on_packs(choices, world, |choices, packs| _ = packs.remove(choices.below(packs.len()))),
        10 => on_packs(choices, world, |choices, packs| {
            let layer = choices.one_of(&["k8s", "addon", "cni", "os"]);
            packs.push(pack(choices, layer));
        }),
        11 => on_packs(choices, world, |choices, packs| packs.push(packs[choices.below(packs.len())].clone())),
        12 => on_pack(choices, world, None, |choices, pack| pack.values = values(choices)),
        13 => on_pack(choices, world, None, |choices, pack| pack.manifests = manifests(choices)),
        14 => shuffle(choices, world),
        15 => world.cloud_type = some_text(choices, &["edge-native", "aws", "edge", ""]),
        16 => {
            world.label = "blue".into();
            world.deletion_timestamp = rarely(choices, 30, &["2026-09-30T12:00:00Z"]);
        }
        17 => {
            world.state = state(choices);
            let reported = reports(choices, world);
            world.reported = list(choices, reported);
        }
        18 => move_pack(choices, world),
        19 => on_pack(choices, world, None, |choices, pack| pack.layer = choices.one_of(&LAYERS).into()),
        20 => {
            let kind = ["Alloy", "PureManage"];
            world.cluster_type = some_text(choices, &kind);
        }
        _ => change_templates(choices, world),
    }
}

/// Changes anything but the Kubernetes packs.
pub fn edit_around_kubernetes(choices: &mut Choices, world: &mut World) {
    for template in world.templates.items_mut() {
        for pack in template.packs.items_mut().iter_mut().filter(|pack| !is_layer(pack, "k8s")) {
            if choices.chance(40) {
                let layer = choices.one_of(&["addon", "cni", "os", "csi"]);
                *pack = self::pack(choices, layer);
            }
        }
        for pack in template.packs.items_mut().iter_mut().filter(|pack| is_layer(pack, "k8s")) {
            if choices.chance(40) {
                pack.values = values(choices);
                pack.manifests = manifests(choices);
            }
        }
        if choices.chance(20) {
            template.profile_version = some_text(choices, &["2.0.0", "0.9.0"]);
        }
        let packs = template.packs.items();
        if choices.chance(30) && !packs.is_empty() {
            // A second copy of a Kubernetes pack leaves the set of names and versions as it is.
            let copy = packs[choices.below(packs.len())].clone();
            template.packs.list_mut().push(copy);
        }
    }
    world.cloud_type = some_text(choices, &["aws", "edge"]);
    world.state = state(choices);
    let reported = reports(choices, world);
    world.reported = list(choices, reported);
    shuffle(choices, world);
}

/// Brings every list of packs, manifests and templates into another order, and makes nothing of null and back.
pub fn shuffle(choices: &mut Choices, world: &mut World) {
    choices.shuffle(world.templates.items_mut());
    for template in world.templates.items_mut() {
        choices.shuffle(template.packs.items_mut());
        for pack in template.packs.items_mut() {
            choices.shuffle(pack.manifests.items_mut());
            blank(choices, &mut pack.values);
            blank(choices, &mut pack.tag);
            blank(choices, &mut pack.version);
            blank_list(choices, &mut pack.manifests);
        }
        blank(choices, &mut template.profile_version);
        blank_list(choices, &mut template.packs);
    }
    blank(choices, &mut world.cloud_type);
    blank_list(choices, &mut world.templates);
}

/// Null, absent and empty are the same.
fn blank(choices: &mut Choices, field: &mut Field) {
    if matches!(field, Field::Absent | Field::Null) || *field == Field::from("") {
        *field = match choices.below(3) {
            0 => Field::Absent,
            1 => Field::Null,
            _ => "".into(),
        };
    }
}

fn blank_list<T>(choices: &mut Choices, list: &mut List<T>) {
    if list.items().is_empty() && !matches!(list, List::Text) {
        *list = match choices.below(3) {
            0 => List::Absent,
            1 => List::Null,
            _ => List::Items(Vec::new()),
        };
    }
}

/// Changes one pack, of `layer` if one is named and present.
fn on_pack(choices: &mut Choices, world: &mut World, layer: Option<&str>, change: impl Fn(&mut Choices, &mut Pack)) {
    let mut packs: Vec<_> = world.packs_mut().filter(|pack| layer.is_none_or(|layer| is_layer(pack, layer))).collect();
    if !packs.is_empty() {
        let place = choices.below(packs.len());
        change(choices, packs[place]);
    }
}

/// Changes the pack list of one template that has packs.
fn on_packs(choices: &mut Choices, world: &mut World, change: impl Fn(&mut Choices, &mut Vec<Pack>)) {
    let templates = world.templates.items_mut().iter_mut();
    let mut lists: Vec<_> = templates.map(|it| &mut it.packs).filter(|packs| !packs.items().is_empty()).collect();
    if !lists.is_empty() {
        let place = choices.below(lists.len());
        change(choices, lists[place].list_mut());
    }
}

fn move_pack(choices: &mut Choices, world: &mut World) {
    let templates = world.templates.items_mut();
    if templates.is_empty() {
        return;
    }
    let (from, to) = (choices.below(templates.len()), choices.below(templates.len()));
    if !templates[from].packs.items().is_empty() {
        let packs = templates[from].packs.list_mut();
        let pack = packs.remove(choices.below(packs.len()));
        templates[to].packs.list_mut().push(pack);
    }
}

fn change_templates(choices: &mut Choices, world: &mut World) {
    let count = world.templates.items().len();
    match choices.below(4) {
        0 if count > 0 => _ = world.templates.list_mut().remove(choices.below(count)),
        1 => {
            let new = template(choices, Vec::new());
            world.templates.list_mut().push(new);
        }
        2 if count > 0 => {
            let place = choices.below(count);
            world.templates.items_mut()[place].profile_version = some_text(choices, &["1.0.0", "1.1.0"]);
        }
        _ => world.templates = List::Null,
    }
}
