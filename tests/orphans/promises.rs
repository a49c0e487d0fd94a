//! No false alarm that is called proven, nothing missed that can be rendered, nothing reported that only moved.

use std::sync::atomic::{AtomicU32, Ordering};

use profile_core::orphans::{Confidence, Findings, Rendering, find};
use serde_json::Value;

use crate::{
    choices::{Choices, for_random_choices},
    expected,
    history::{History, Place},
    packs,
    things::Claim,
};

const CASES: u32 = 1_000;

/// What the search finds in a history, among everything that is live, in any order.
fn found(history: &History, choices: &mut Choices) -> Findings {
    let mut live: Vec<Value> = (0..history.things.len())
        .filter_map(|thing| {
            let created = history.created(thing)?;
            Some(history.things[thing].live(thing, &created, history.claims[thing]))
        })
        .collect();
    choices.shuffle(&mut live);
    let now = packs::rendering(history, history.now());
    let mut findings = find(&packs::before(history), &now, &live);
    findings.leave_out_rendered_by(&[("hub/other".to_owned(), other_cluster(history))]);
    findings
}

/// What another cluster of the API server renders.
fn other_cluster(history: &History) -> Rendering {
    let places = history.claims.iter().map(|claim| match claim {
        Claim::OtherCluster => Place::Seen { profile: 0, pack: 0, version: 0 },
        _ => Place::Nowhere,
    });
    let state = crate::history::State {
        places: places.collect(),
        kept: crate::history::Kept::Revision,
        namespaces: history.now().namespaces,
        empty_hidden: [false; 2],
    };
    packs::rendering(history, &state)
}

fn failed(claim: &str, history: &History, findings: &Findings) -> String {
    let things: Vec<_> = history.things.iter().map(|it| it.identity()).collect();
    let states: Vec<_> = history.states.iter().map(|it| (it.kept, &it.places)).collect();
    let orphans: Vec<_> = findings.orphans.iter().map(|it| (it.identity.to_string(), it.confidence)).collect();
    format!(
        "{claim}\nthings: {things:#?}\nstates: {states:#?}\nfates: {:?}\nclaims: {:?}\norphans: {orphans:#?}",
        history.fates, history.claims
    )
}

#[test]
fn exactly_the_true_orphans_are_found_each_as_surely_as_it_can_be() {
    let [proven, likely, suspected, excluded] = [(); 4].map(|()| AtomicU32::new(0));
    for_random_choices(CASES, |choices| {
        let history = History::any(choices);
        let findings = found(&history, choices);
        let said = findings.orphans.iter().map(|it| (it.identity.clone(), it.confidence)).collect();
        let expected = expected::orphans(&history);
        if expected != said {
            return Err(failed(&format!("expected {expected:#?}"), &history, &findings));
        }
        let left_out: Vec<_> = findings.excluded.iter().map(|it| it.identity.clone()).collect();
        if left_out != expected::excluded(&history) {
            return Err(failed("others account for more or less than was left out", &history, &findings));
        }
        for confidence in expected.values() {
            let count = match confidence {
                Confidence::Proven => &proven,
                Confidence::Likely => &likely,
                Confidence::Suspected => &suspected,
            };
            count.fetch_add(1, Ordering::Relaxed);
        }
        excluded.fetch_add(left_out.len() as u32, Ordering::Relaxed);
        Ok(())
    });
    let seen = [proven, likely, suspected, excluded].map(AtomicU32::into_inner);
    assert!(seen.iter().all(|&count| count > CASES / 20), "too few of a kind were seen: {seen:?}");
}

#[test]
fn what_is_called_proven_was_left_behind() {
    let hidden = AtomicU32::new(0);
    for_random_choices(CASES, |choices| {
        let history = History::any(choices);
        let findings = found(&history, choices);
        for (number, thing) in history.things.iter().enumerate() {
            let orphan = findings.orphans.iter().find(|it| it.identity == thing.identity());
            let is_proven = orphan.is_some_and(|it| it.confidence == Confidence::Proven);
            if is_proven && !expected::is_left_behind(&history, number) {
                return Err(failed("called proven, and not left behind", &history, &findings));
            }
            // What moved into a pack that nobody can render is what the confidence is about.
            if matches!(history.now().places[number], Place::Hidden { .. }) && orphan.is_some() {
                hidden.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    });
    assert!(hidden.into_inner() > CASES / 50, "too few objects moved out of sight");
}

#[test]
fn what_only_moved_is_never_an_orphan() {
    let moved = AtomicU32::new(0);
    for_random_choices(CASES, |choices| {
        let history = History::any(choices);
        let findings = found(&history, choices);
        for (number, thing) in history.things.iter().enumerate() {
            let now = &history.now().places[number];
            if !matches!(now, Place::Seen { .. }) {
                continue;
            }
            if findings.orphans.iter().any(|it| it.identity == thing.identity()) {
                return Err(failed("rendered now, and called an orphan", &history, &findings));
            }
            moved.fetch_add(u32::from(history.past().any(|(_, it)| it.places[number] != *now)), Ordering::Relaxed);
        }
        Ok(())
    });
    assert!(moved.into_inner() > CASES, "too few objects moved between packs, profiles and versions");
}

#[test]
fn a_new_pack_that_cannot_be_rendered_lowers_everything_to_suspected() {
    let lowered = AtomicU32::new(0);
    for_random_choices(CASES, |choices| {
        let history = History::any(choices);
        let now = packs::hidden(&history, history.now());
        let is_new = |pack| history.past().all(|(_, state)| !packs::hidden(&history, state).contains(pack));
        if !now.iter().any(is_new) {
            return Ok(());
        }
        let findings = found(&history, choices);
        if findings.orphans.iter().any(|it| it.confidence != Confidence::Suspected) {
            return Err(failed("more than suspected although a pack is not seen", &history, &findings));
        }
        lowered.fetch_add(findings.orphans.len() as u32, Ordering::Relaxed);
        Ok(())
    });
    assert!(lowered.into_inner() > CASES / 20, "too few were lowered");
}
