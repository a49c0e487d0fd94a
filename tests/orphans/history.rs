//! A random history of a cluster: what rendered which object when, what of it is kept, and what is live at the end.

use crate::{
    choices::Choices,
    things::{Claim, NAMESPACES, Thing},
};

/// What renders an object at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Nowhere,
    /// A pack whose manifests are seen, under one of the kind's versions.
    Seen {
        profile: usize,
        pack: usize,
        version: usize,
    },
    /// A pack that cannot be rendered: nobody knows that it renders this.
    Hidden {
        pack: usize,
    },
}

/// How a former state is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Revision,
    Published,
    Forgotten,
}

/// What became of an object that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Palette leaves what it applied.
    Stays,
    /// A user deleted it.
    Deleted,
    /// A user deleted it, and somebody made another one of the same name since.
    MadeAnew,
}

/// One time between two switches.
pub(crate) struct State {
    /// The place of each object.
    pub(crate) places: Vec<Place>,
    pub(crate) kept: Kept,
    /// The namespace that each pack names.
    pub(crate) namespaces: [&'static str; 3],
    /// Packs that cannot be rendered and hold nothing of what we look at are attached, too.
    pub(crate) empty_hidden: [bool; 2],
}

/// All of it; the last state is the present one.
pub(crate) struct History {
    pub(crate) things: Vec<Thing>,
    pub(crate) states: Vec<State>,
    pub(crate) fates: Vec<Fate>,
    pub(crate) claims: Vec<Claim>,
}

impl History {
    pub(crate) fn any(choices: &mut Choices) -> Self {
        let things = Thing::some(choices);
        let has_hidden = choices.chance(35);
        let mut states: Vec<State> = Vec::new();
        for _ in 0..2 + choices.below(3) {
            let places = (0..things.len()).map(|thing| {
                let before = states.last().map(|state| state.places[thing].clone());
                let place = match choices.below(10) {
                    0..=2 => Place::Nowhere,
                    3 | 4 if has_hidden => Place::Hidden { pack: choices.below(2) },
                    _ => Place::Seen { profile: choices.below(2), pack: choices.below(3), version: choices.below(3) },
                };
                before.filter(|_| choices.chance(45)).unwrap_or(place)
            });
            let places = places.collect();
            let kept =
                choices.one_of(&[Kept::Revision, Kept::Revision, Kept::Revision, Kept::Published, Kept::Forgotten]);
            let namespaces = [(); 3].map(|()| choices.one_of(&NAMESPACES));
            let empty_hidden = [(); 2].map(|()| has_hidden && choices.chance(30));
            states.push(State { places, kept, namespaces, empty_hidden });
        }
        let fate = |choices: &mut Choices| match choices.below(10) {
            0 => Fate::Deleted,
            1 => Fate::MadeAnew,
            _ => Fate::Stays,
        };
        let fates = things.iter().map(|_| fate(choices)).collect();
        let claims = things.iter().map(|_| Claim::any(choices)).collect();
        Self { things, states, fates, claims }
    }

    /// The present state.
    pub(crate) fn now(&self) -> &State {
        &self.states[self.states.len() - 1]
    }

    /// The former states with their numbers, the newest first.
    pub(crate) fn past(&self) -> impl Iterator<Item = (usize, &State)> {
        self.states[..self.states.len() - 1].iter().enumerate().rev()
    }

    /// When a former state began, where revisions keep that.
    pub(crate) fn since(&self, number: usize) -> Option<String> {
        let is_kept = |number: usize| self.states[number].kept == Kept::Revision;
        number.checked_sub(1).filter(|before| is_kept(*before) && is_kept(number)).map(|_| began(number))
    }

    /// When an object that is live was created; `None` where there is none.
    pub(crate) fn created(&self, thing: usize) -> Option<String> {
        let first = self.states.iter().position(|state| state.places[thing] != Place::Nowhere)?;
        match self.fates[thing] {
            Fate::Stays => Some(began(first)),
            // What is rendered now the agent makes again.
            Fate::Deleted if self.now().places[thing] != Place::Nowhere => Some(began(9)),
            Fate::Deleted => None,
            Fate::MadeAnew => Some(began(9)),
        }
    }
}

/// When a state began. The one before it ended then.
pub(crate) fn began(state: usize) -> String {
    format!("2026-01-1{state}T00:00:00Z")
}
