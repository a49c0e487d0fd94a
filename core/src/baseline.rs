//! What a change of the Kubernetes version is measured against.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::{
    cluster::PackStatus,
    facts::{Facts, PackFacts, ProfileFacts},
    pack::Layer,
    version::{Releases, Version},
};

/// A Kubernetes pack as the cluster had it before the change.
#[derive(Clone, Debug)]
pub(crate) struct Former<'a> {
    pub(crate) name: &'a str,
    /// The version in the old spec, where it can be read.
    pub(crate) desired: Option<Version>,
    /// The version in `status.packs`, where there is a readable entry.
    pub(crate) reported: Option<Version>,
    /// Whether the reported version is what the cluster runs.
    pub(crate) is_reconciled: bool,
    /// Whether the cluster is known to be on its way to the desired version.
    pub(crate) is_in_flight: bool,
    /// While an upgrade is in flight: the versions that the cluster still runs, as far as it reports them.
    ways_back: WaysBack,
}

/// Versions to go back to. They are shared: every pack of a cluster may have all of them.
#[derive(Clone, Debug, Default)]
struct WaysBack {
    sets: Vec<Rc<Releases>>,
    /// What is reported under names that are gone; only what is near the desired version counts.
    gone: Option<Rc<Releases>>,
}

/// A Kubernetes pack whose (name, version) this change brings in.
#[derive(Clone, Debug)]
pub(crate) struct Move<'a> {
    pub(crate) pack: &'a PackFacts<'a>,
    /// The new version; `None` when it cannot be read.
    pub(crate) version: Option<Version>,
    /// What it is measured against; `None` when there was no Kubernetes pack, or none with a readable version.
    pub(crate) former: Option<Former<'a>>,
    /// Whether the cluster had a pack of this name before.
    pub(crate) is_paired: bool,
}

impl Former<'_> {
    /// The version that a new one may not fall below nor outrun.
    pub(crate) fn baseline(&self) -> Option<&Version> {
        let reported = self.reported.as_ref();
        if self.is_reconciled { reported.or(self.desired.as_ref()) } else { self.desired.as_ref().or(reported) }
    }

    /// Which of several is measured against: the highest baseline. Among equals an upgrade in flight counts first, because
    /// it allows less, and the rest keeps the order of packs from mattering.
    fn precedence(&self) -> impl Ord + use<> {
        let rank = |version: Option<&Version>| version.map(Version::rank);
        let (desired, reported) = (rank(self.desired.as_ref()), rank(self.reported.as_ref()));
        (rank(self.baseline()), self.is_in_flight, desired, reported)
    }

    /// Whether `version` is one that the cluster still runs while an upgrade is in flight, and below what was desired.
    pub(crate) fn is_way_back(&self, version: &Version) -> bool {
        let below = self.desired.as_ref().is_some_and(|desired| version.compare(desired) == Ordering::Less);
        below && self.is_in_flight && self.ways_back.hold(version, self.desired.as_ref())
    }
}

impl WaysBack {
    fn hold(&self, version: &Version, desired: Option<&Version>) -> bool {
        let is_near = desired.is_some_and(|it| is_near(version, it));
        let gone = self.gone.iter().filter(|_| is_near);
        self.sets.iter().chain(gone).any(|it| it.holds(version))
    }
}

/// Whether two versions are at most one minor apart.
fn is_near(one: &Version, other: &Version) -> bool {
    one.major == other.major && one.minor.abs_diff(other.minor) <= 1
}

/// The Kubernetes packs that this change brings in; none when it leaves the set of (name, version) alone.
///
/// Imported clusters have none: Palette does not manage their Kubernetes.
pub(crate) fn moves<'a>(before: &'a Facts<'a>, after: &'a Facts<'a>) -> Vec<Move<'a>> {
    if before.is_imported() {
        return Vec::new();
    }
    let formers = formers(before);
    let mut seen: BTreeSet<_> = before.layer(Layer::Kubernetes).map(identity).collect();
    // What each new pack is measured against is found once for each name, so that many packs take no longer than they must.
    let mut by_name: BTreeMap<_, Option<&Former<'a>>> = BTreeMap::new();
    for former in &formers {
        let best = by_name.entry(former.name).or_default();
        *best = highest([*best, Some(former)]);
    }
    let highest_of_all = highest(formers.iter().map(Some));
    let brought_in = after.layer(Layer::Kubernetes).filter(|pack| seen.insert(identity(pack)));
    brought_in
        .map(|pack| {
            let paired = by_name.get(pack.name());
            let former = paired.copied().unwrap_or(highest_of_all).cloned();
            Move { version: readable(pack), former, is_paired: paired.is_some(), pack }
        })
        .collect()
}

fn highest<'f, 'a>(formers: impl IntoIterator<Item = Option<&'f Former<'a>>>) -> Option<&'f Former<'a>> {
    formers.into_iter().flatten().filter(|it| it.baseline().is_some()).max_by_key(|it| it.precedence())
}

/// The version of a pack where it can be read for certain: a number that may have lost its zeros is not.
fn readable(pack: &PackFacts<'_>) -> Option<Version> {
    if pack.version_is_ambiguous_number() { None } else { pack.version()?.parse().ok() }
}

fn identity<'f>(pack: &'f PackFacts<'_>) -> (&'f str, Option<&'f str>) {
    (pack.name(), pack.version())
}

fn formers<'a>(before: &'a Facts<'a>) -> Vec<Former<'a>> {
    // A name may be that of several packs: it counts when one of them is a Kubernetes pack, or when all of them are gone.
    let mut in_spec: BTreeMap<&str, bool> = BTreeMap::new();
    for pack in before.packs() {
        *in_spec.entry(pack.name()).or_default() |= pack.is(Layer::Kubernetes);
    }
    let mut reports: BTreeMap<&str, Reports<'_>> = BTreeMap::new();
    for status in before.pack_statuses().iter().filter(|it| *in_spec.get(&*it.name).unwrap_or(&true)) {
        if let Some(version) = version_of(status) {
            reports.entry(&status.name).or_default().take(status, version);
        }
    }
    let of_profile = |profile: &'a ProfileFacts<'a>| {
        let kubernetes = profile.packs.iter().filter(|pack| pack.is(Layer::Kubernetes));
        kubernetes.map(|pack| former(pack, profile.uid.as_deref(), reports.get(pack.name()))).collect::<Vec<_>>()
    };
    let mut formers: Vec<_> = before.profiles().iter().flat_map(of_profile).collect();
    mark_unreported(&mut formers, &in_spec, &reports);
    formers
}

/// An entry of `status.packs` with a readable version.
#[derive(Clone)]
struct Entry {
    is_reconciled: bool,
    version: Version,
}

/// The entries of one name, gone through once: a cluster may have thousands of them and of packs of that name.
#[derive(Default)]
struct Reports<'a> {
    best: Option<Entry>,
    best_of_profiles: BTreeMap<&'a str, Entry>,
    all: Releases,
    reconciled: Rc<Releases>,
}

impl<'a> Reports<'a> {
    fn take(&mut self, status: &'a PackStatus<'a>, version: Version) {
        let entry = Entry { is_reconciled: status.is_reconciled(), version };
        self.all.insert(&entry.version);
        if entry.is_reconciled {
            Rc::make_mut(&mut self.reconciled).insert(&entry.version);
        }
        if let Some(uid) = status.profile_uid.as_deref() {
            let best = self.best_of_profiles.entry(uid).or_insert_with(|| entry.clone());
            entry.replaces(best);
        }
        match &mut self.best {
            Some(best) => entry.replaces(best),
            none => *none = Some(entry),
        }
    }
}

impl Entry {
    /// Takes the place of `best` where it counts as much: a reconciled entry before one in flight, then the highest.
    fn replaces(&self, best: &mut Self) {
        let rank = |it: &Self| (it.is_reconciled, it.version.rank());
        if rank(self) >= rank(best) {
            best.clone_from(self);
        }
    }
}

/// A pack of the old spec and what is reported of it: by its own profile where an entry says so, else the best of all.
fn former<'a>(pack: &'a PackFacts<'a>, profile_uid: Option<&str>, reports: Option<&Reports<'_>>) -> Former<'a> {
    let own = reports.and_then(|it| {
        let of_profile = profile_uid.and_then(|uid| it.best_of_profiles.get(uid));
        of_profile.or(it.best.as_ref())
    });
    let is_reconciled = own.is_some_and(|it| it.is_reconciled);
    let mut ways_back = WaysBack::default();
    if let (Some(own), Some(reports), false) = (own, reports, is_reconciled) {
        let mut itself = Releases::default();
        itself.insert(&own.version);
        ways_back.sets = vec![Rc::clone(&reports.reconciled), Rc::new(itself)];
    }
    Former {
        name: pack.name(),
        desired: readable(pack),
        reported: own.map(|it| it.version.clone()),
        is_reconciled,
        is_in_flight: own.is_some() && !is_reconciled,
        ways_back,
    }
}

/// Marks packs that nothing is reported of although the cluster does report its Kubernetes: of another Kubernetes pack
/// beside it, or of one that is no longer in the spec. Such a pack was renamed or added a moment ago and does not run yet;
/// without this each further rename would allow another minor version.
fn mark_unreported(formers: &mut [Former<'_>], in_spec: &BTreeMap<&str, bool>, reports: &BTreeMap<&str, Reports<'_>>) {
    let (mut gone, mut beside) = (Releases::default(), Releases::default());
    reports.iter().filter(|(name, _)| !in_spec.contains_key(**name)).for_each(|(_, it)| gone.extend(&it.all));
    formers.iter().filter_map(|it| it.reported.as_ref()).for_each(|it| beside.insert(it));
    let (gone, beside) = (Rc::new(gone), Rc::new(beside));
    for former in formers.iter_mut().filter(|it| it.reported.is_none()) {
        let Some(desired) = &former.desired else { continue };
        // Nothing tells an add-on that is gone from a Kubernetes pack that is gone, but its version: one minor off at most.
        former.is_in_flight = gone.has_near(desired) || !beside.is_empty();
        former.ways_back = WaysBack { sets: vec![Rc::clone(&beside)], gone: Some(Rc::clone(&gone)) };
    }
}

fn version_of(status: &PackStatus<'_>) -> Option<Version> {
    status.version.as_deref()?.parse().ok()
}
