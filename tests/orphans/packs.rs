//! A history as profiles with real manifests, rendered as the plugin renders them.

use std::collections::BTreeMap;

use profile_core::{
    orphans::{Before, PackRendering, Period, Rendering, Source},
    pack::Pack,
    render::{asked as asked_by, fingerprint, render_pack},
};
use serde_json::{Value, json};

use crate::history::{History, Kept, Place, State, began};

/// The former states that are kept, the newest first.
pub(crate) fn before(history: &History) -> Vec<Before> {
    let kept = history.past().filter(|(_, state)| state.kept != Kept::Forgotten);
    kept.map(|(number, state)| Before {
        source: if state.kept == Kept::Revision { Source::Revision(number as u64 + 1) } else { Source::Published },
        period: Period {
            since: history.since(number),
            seen: (state.kept == Kept::Revision).then(|| began(number + 1)),
            left: (state.kept == Kept::Revision).then(|| began(number + 1)),
        },
        rendering: rendering(history, state),
    })
    .collect()
}

/// What is attached in one state.
pub(crate) fn rendering(history: &History, state: &State) -> Rendering {
    let mut packs: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for (thing, place) in history.things.iter().zip(&state.places) {
        if let Place::Seen { profile, pack, version } = *place {
            // Where the pack names the same namespace, the manifest need not.
            let names = thing.kind.is_namespaced && thing.namespace != state.namespaces[pack];
            let manifest = thing.manifest(version, names);
            packs
                .entry((profile, pack))
                .or_default()
                .push(format!("{{{{ if .Values.enabled }}}}\n---\n{manifest}{{{{ end }}}}\n"));
        } else {
            // What a preset leaves out stands in the manifest, too.
            let manifest = thing.manifest(0, true);
            packs
                .entry((0, 0))
                .or_default()
                .push(format!("{{{{ if .Values.disabled }}}}\n---\n{manifest}{{{{ end }}}}\n"));
        }
    }
    let seen = packs.into_iter().map(|((profile, pack), documents)| {
        let values = format!(
            "pack:\n  namespace: {}\nmanifests:\n  m:\n    enabled: true\n    disabled: false\n",
            state.namespaces[pack]
        );
        let content = format!("# manifests\n{}", documents.concat());
        let raw = json!({
            "name": format!("pack-{pack}"), "layer": "addon", "type": "manifest", "version": "1", "values": values,
            "manifests": [{"name": "m", "content": content}],
        });
        rendered(profile, &raw)
    });
    let hidden = hidden(history, state).into_iter().map(|(name, version)| {
        let asked = ASKED[version.len() % ASKED.len()];
        let content = format!("{asked}\n---\n{}{{{{ end }}}}\n", history.things[0].manifest(0, true));
        let values = if asked.contains(".Values") { "manifests: {m: {mode: {{ .spectro.var.mode }}}}" } else { "" };
        let raw = match name.as_str() {
            CHART => json!({"name": name, "layer": "addon", "type": "helm", "version": version, "values": ""}),
            _ => json!({
                "name": name, "layer": "addon", "type": "manifest", "version": version,
                "values": values, "manifests": [{"name": "m", "content": content}],
            }),
        };
        rendered(0, &raw)
    });
    Rendering { packs: seen.chain(hidden).collect() }
}

/// A pack of which nothing is at hand, and one whose objects hang on what Palette alone knows.
const CHART: &str = "hidden-0";

/// Conditions that nobody but Palette can decide.
const ASKED: [&str; 9] = [
    "{{ $s := .Spectro }}{{ if eq $s.cluster \"c\" }}",
    "{{ with .Spectro }}{{ if eq .cluster \"c\" }}{{ end }}{{ end }}{{ if false }}",
    "{{ if eq .Spectro.project.name \"p\" }}",
    "{{ if eq (index .Spectro \"cluster\") \"c\" }}",
    "{{ range .Spectro.nodes }}",
    "{{ if .Release }}",
    "{{ if .Capabilities }}",
    "{{ if eq .Values.mode \"yes\" }}",
    "{{ if contains \"x\" (toJson .) }}",
];

/// Whether such a pack may render something else than it did, though it is the same: what it asks for may have changed.
pub(crate) fn may_differ((name, _): &(String, String)) -> bool {
    name != CHART
}

/// The packs that cannot be rendered, with versions that change whenever what they hold does.
pub(crate) fn hidden(history: &History, state: &State) -> Vec<(String, String)> {
    let of_pack = |number: usize| {
        let holds = |place: &Place| *place == Place::Hidden { pack: number };
        let held = history.things.iter().zip(&state.places).filter(|(_, place)| holds(place));
        let names: Vec<_> = held.map(|(thing, _)| format!("{}-{}", thing.identity(), thing.namespace)).collect();
        let is_attached = !names.is_empty() || state.empty_hidden[number];
        is_attached.then(|| (format!("hidden-{number}"), names.join("+")))
    };
    (0..2).filter_map(of_pack).collect()
}

fn rendered(profile: usize, raw: &Value) -> PackRendering {
    let view = Pack::new(raw, "packs[0]".into());
    PackRendering {
        profile: format!("profile-{profile}@1"),
        pack: view.name().into_owned(),
        fingerprint: fingerprint(&view, None),
        releases: Vec::new(),
        outcome: render_pack(&view, None),
        asked: asked_by(&view, None),
    }
}
