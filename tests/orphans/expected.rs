//! What a search has to find, told from the history alone.

use std::collections::BTreeMap;

use profile_core::{orphans::Confidence, render::Identity};

use crate::{
    history::{Fate, History, Kept, Place},
    packs::{hidden, may_differ},
    things::Claim,
};

/// The objects that must be found, and how sure the search may be of each.
pub(crate) fn orphans(history: &History) -> BTreeMap<Identity, Confidence> {
    let candidates = (0..history.things.len()).filter(|&thing| history.claims[thing] == Claim::Nobody);
    candidates.filter_map(|thing| Some((history.things[thing].identity(), confidence(history, thing)?))).collect()
}

/// The objects that are left behind and accounted for by somebody else.
pub(crate) fn excluded(history: &History) -> Vec<Identity> {
    let claimed = (0..history.things.len()).filter(|&thing| history.claims[thing] != Claim::Nobody);
    let mut found: Vec<_> = claimed
        .filter(|&thing| confidence(history, thing).is_some())
        .map(|thing| history.things[thing].identity())
        .collect();
    found.sort();
    found
}

/// Whether the object is left behind for certain: Palette applied this very object, and nothing attached renders it, not even
/// what nobody can render.
pub(crate) fn is_left_behind(history: &History, thing: usize) -> bool {
    history.fates[thing] == Fate::Stays
        && history.now().places[thing] == Place::Nowhere
        && history.past().any(|(_, state)| state.places[thing] != Place::Nowhere)
}

/// How sure one can be that the object is left behind by what is kept; `None` where nothing kept says so.
fn confidence(history: &History, thing: usize) -> Option<Confidence> {
    let is_seen = |place: &Place| matches!(place, Place::Seen { .. });
    if history.created(thing).is_none() || is_seen(&history.now().places[thing]) {
        return None;
    }
    let now = hidden(history, history.now());
    let of_state = |(number, state): (usize, &crate::history::State)| {
        if !is_seen(&state.places[thing]) {
            return None;
        }
        let then = hidden(history, state);
        let may_have_moved = now.iter().any(|pack| may_differ(pack) || !then.contains(pack));
        match state.kept {
            Kept::Forgotten => None,
            _ if may_have_moved => Some(Confidence::Suspected),
            Kept::Published => Some(Confidence::Likely),
            // It is younger than what rendered it.
            Kept::Revision if history.fates[thing] != Fate::Stays => Some(Confidence::Suspected),
            // It is older, and may have been somebody else's before.
            Kept::Revision if history.since(number) > history.created(thing) => Some(Confidence::Likely),
            Kept::Revision => Some(Confidence::Proven),
        }
    };
    history.past().filter_map(of_state).max()
}
