//! What of a review is shown: without what is ignored, and without secrets unless they are asked for.

use std::{cell::RefCell, collections::BTreeMap};

use profile_core::{
    diff::{self, Change, Kind, Line},
    mask::{Context, MASK, Secrets},
    merge::{Override, Part, Resolution},
    profile::AttachedProfile,
};
use serde_json::{Value, json};

use super::{
    Review, ReviewArgs, Sides,
    ignore::{Ignored, Kept},
    verdict,
};

/// A review as every format shows it.
pub(crate) struct Shown {
    /// The profiles that are compared.
    pub(crate) profiles: Vec<ShownProfile>,
    /// The overrides.
    pub(crate) overrides: Vec<Override>,
    /// How many changes are left out.
    pub(crate) left_out: usize,
    /// What was to be left out and is not there.
    pub(crate) unmet: Vec<String>,
    /// Whether secrets are shown.
    pub(crate) secrets: Secrets,
}

/// One profile of it.
pub(crate) struct ShownProfile {
    /// What Current is.
    pub(crate) current_label: String,
    /// What Pending is.
    pub(crate) pending_label: String,
    /// All differences.
    pub(crate) changes: Vec<Change>,
    /// The texts that differ.
    pub(crate) texts: Vec<ShownText>,
}

/// One text that differs: the values of a pack, or a manifest of it.
pub(crate) struct ShownText {
    /// The pack's name.
    pub(crate) pack: String,
    /// The manifest's name, where it is one.
    pub(crate) manifest: Option<String>,
    /// What it is called: `pack NAME` or `pack NAME, manifest NAME`.
    pub(crate) name: String,
    /// All of its lines on both sides.
    pub(crate) lines: Vec<Line>,
}

impl Shown {
    /// What `args` shows of `review`.
    pub(crate) fn of(review: &Review, args: &ReviewArgs) -> Self {
        Self::with_texts(review, args, args.shows_texts())
    }

    fn with_texts(review: &Review, args: &ReviewArgs, has_texts: bool) -> Self {
        let ignored = Ignored::of(&args.ignore, review);
        let mut left_out = 0;
        let all: Vec<_> = review.sides.iter().map(|sides| Contexts::new(sides, &review.known)).collect();
        let mut profile = |(sides, contexts): (&Sides, &Contexts<'_>)| {
            let kept = ignored.apply(sides);
            left_out += kept.left_out;
            let mask = |change: Change| {
                let context = contexts.of(change.pack.as_deref());
                change.masked(&context, args.secrets())
            };
            ShownProfile {
                current_label: sides.current_label.clone(),
                pending_label: sides.pending_label.clone(),
                texts: if has_texts { texts(sides, &kept, contexts, args.secrets()) } else { Vec::new() },
                changes: kept.changes.into_iter().map(mask).collect(),
            }
        };
        let profiles = review.sides.iter().zip(&all).map(&mut profile).collect();
        let contexts = |it: &Override| {
            let contexts = all.iter().find(|contexts| contexts.pending.name() == it.profile);
            contexts.map_or_else(Context::default, |contexts| contexts.of(it.pack.as_deref()))
        };
        let kept = review.overrides.iter().filter(|it| !ignored.covers_override(it));
        let overrides = kept.map(|it| masked(it, &contexts(it), args.secrets())).collect();
        Self { profiles, overrides, left_out, unmet: ignored.unmet, secrets: args.secrets() }
    }

    /// A review without its texts, and what it comes to, whatever the cluster is called. The lines of the texts cost most
    /// and say what the changes say, but where these only say that there is something.
    pub(super) fn outcome(review: &Review, args: &ReviewArgs) -> (Self, Value) {
        let shown = Self::with_texts(review, args, false);
        let is_vague = |change: &&Change| matches!(change.kind, Kind::Format | Kind::Text);
        let vague: Vec<_> = shown.changes().filter(is_vague).filter_map(|it| it.pack.clone()).collect();
        let texts = review.sides.iter().flat_map(|sides| pairs(&sides.current(), &sides.pending()));
        let texts: Vec<_> = if vague.is_empty() {
            Vec::new()
        } else {
            texts.filter(|(text, ..)| vague.contains(&text.pack)).map(|(_, old, new)| (old, new)).collect()
        };
        let changes: Vec<_> = shown.changes().collect();
        let verdict = review.verdict.as_ref().map(verdict::json);
        let outcome = json!([changes, shown.overrides, texts, verdict, review.notes, review.repave]);
        (shown, outcome)
    }

    /// All changes of all profiles.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Change> {
        self.profiles.iter().flat_map(|profile| &profile.changes)
    }
}

/// Both sides, asked for what they know to be secret.
struct Contexts<'a> {
    current: AttachedProfile<'a>,
    pending: AttachedProfile<'a>,
    known: &'a Context,
    /// What was asked for already: a pack is asked for once for each of its changes and overrides.
    found: RefCell<BTreeMap<Option<String>, Context>>,
}

impl<'a> Contexts<'a> {
    fn new(sides: &'a Sides, known: &'a Context) -> Self {
        Self { current: sides.current(), pending: sides.pending(), known, found: RefCell::default() }
    }

    fn of(&self, pack: Option<&str>) -> Context {
        let mut found = self.found.borrow_mut();
        found.entry(pack.map(Into::into)).or_insert_with(|| self.look(pack)).clone()
    }

    fn look(&self, pack: Option<&str>) -> Context {
        let side = |profile: &AttachedProfile<'_>| {
            let packs = profile.packs();
            let named = packs.iter().filter(|it| Some(it.name().as_ref()) == pack).map(Context::of_pack);
            named.fold(Context::of_profile(profile), Context::and)
        };
        side(&self.current).and(side(&self.pending)).and(self.known.clone())
    }
}

/// The override without what may be secret.
pub(crate) fn masked(it: &Override, context: &Context, secrets: Secrets) -> Override {
    let steps: Vec<_> = it.path.split(['.', '[', ']']).collect();
    let is_secret = it.is_secret || matches!(&it.part, Part::Variable(name) if context.hides_variable(name));
    let value = |value: &Value| match secrets {
        Secrets::Hidden if is_secret && !value.is_null() => MASK.into(),
        _ => secrets.value(&steps, value, context),
    };
    let side = |side: &Option<Value>| side.as_ref().map(value);
    let resolution = it.resolution.clone().map(|resolution| match resolution {
        Resolution::Value(own) => Resolution::Value(value(&own)),
        Resolution::Override | Resolution::Profile => resolution,
    });
    Override { published: side(&it.published), own: side(&it.own), target: side(&it.target), resolution, ..it.clone() }
}

/// The texts of one side, under names of their own.
pub(super) struct Text {
    pub(super) pack: String,
    pub(super) manifest: Option<String>,
    pub(super) name: String,
    pub(super) text: String,
}

/// The values of each pack, and the manifests whose content is there.
pub(super) fn texts_of(side: &AttachedProfile<'_>) -> Vec<Text> {
    let mut texts: Vec<Text> = Vec::new();
    let mut add = |name: String, pack: &str, manifest: Option<String>, text: String| {
        // Packs can share a name; each is compared with the one at the same place among those.
        let same = |other: &&Text| other.name == name || other.name.starts_with(&format!("{name} #"));
        let count = texts.iter().filter(same).count();
        let name = if count == 0 { name } else { format!("{name} #{}", count + 1) };
        texts.push(Text { pack: pack.to_owned(), manifest, name, text });
    };
    for pack in side.packs() {
        let name = pack.name();
        add(format!("pack {name}"), &name, None, pack.values().into_owned());
        for manifest in pack.manifests() {
            let called = manifest.name.clone().into_owned();
            let content = manifest.content.unwrap_or_default().into_owned();
            add(format!("pack {name}, manifest {called}"), &name, Some(called), content);
        }
    }
    texts
}

/// The texts of both sides beside each other: those of Pending first, then what only Current has.
pub(super) fn pairs(current: &AttachedProfile<'_>, pending: &AttachedProfile<'_>) -> Vec<(Text, String, String)> {
    let (mut before, after) = (texts_of(current), texts_of(pending));
    let mut pairs: Vec<_> = after
        .into_iter()
        .map(|mut text| {
            let at = before.iter().position(|it| it.name == text.name);
            let old = at.map(|at| before.remove(at).text).unwrap_or_default();
            let new = std::mem::take(&mut text.text);
            (text, old, new)
        })
        .collect();
    pairs.extend(before.into_iter().map(|mut text| {
        let old = std::mem::take(&mut text.text);
        (text, old, String::new())
    }));
    pairs
}

fn texts(sides: &Sides, kept: &Kept, contexts: &Contexts<'_>, secrets: Secrets) -> Vec<ShownText> {
    // Where nothing of a text is left to show, its text is not shown, either.
    let is_told = |text: &Text| {
        kept.changes.iter().any(|change| match change.kind {
            Kind::ProfileAdded | Kind::ProfileRemoved => true,
            Kind::PackAdded | Kind::PackRemoved => change.pack.as_ref() == Some(&text.pack),
            Kind::Manifest => change.pack.as_ref() == Some(&text.pack) && change.path == text.manifest,
            Kind::Value | Kind::Format | Kind::Text | Kind::Presets => {
                change.pack.as_ref() == Some(&text.pack) && text.manifest.is_none()
            }
            _ => false,
        })
    };
    let pairs = pairs(&sides.current(), &kept.pending());
    let differing = pairs.into_iter().filter(|(text, old, new)| old != new && is_told(text));
    let shown = |(text, old, new): (Text, String, String)| {
        let lines = diff::lines(&old, &new, &contexts.of(Some(&text.pack)), secrets);
        ShownText { pack: text.pack, manifest: text.manifest, name: text.name, lines }
    };
    differing.map(shown).collect()
}
