//! What a change of the Kubernetes version is measured against.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    cluster::PackStatus,
    facts::{Facts, PackFacts, ProfileFacts},
    pack::Layer,
    version::Version,
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
    ways_back: Vec<Version>,
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
        below && self.is_in_flight && self.ways_back.iter().any(|it| version.compare(it) == Ordering::Equal)
    }
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
    let mut entries: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for status in before.pack_statuses() {
        if let Some(version) = version_of(status) {
            entries.entry(&status.name).or_default().push(Entry { status, version });
        }
    }
    let of_profile = |profile: &'a ProfileFacts<'a>| {
        let kubernetes = profile.packs.iter().filter(|pack| pack.is(Layer::Kubernetes));
        kubernetes.map(|pack| former(pack, profile.uid.as_deref(), entries.get(pack.name()))).collect::<Vec<_>>()
    };
    let mut formers: Vec<_> = before.profiles().iter().flat_map(of_profile).collect();
    mark_unreported(&mut formers, before, &entries);
    formers
}

/// An entry of `status.packs` with a readable version.
struct Entry<'a> {
    status: &'a PackStatus<'a>,
    version: Version,
}

/// A pack of the old spec and what is reported of it: by its own profile where an entry says so, a reconciled entry before
/// one in flight, the highest of several.
fn former<'a>(pack: &'a PackFacts<'a>, profile_uid: Option<&str>, entries: Option<&Vec<Entry<'_>>>) -> Former<'a> {
    let entries: &[Entry<'_>] = entries.map_or(&[], Vec::as_slice);
    let own = entries.iter().max_by_key(|it| {
        let own = profile_uid.is_some() && it.status.profile_uid.as_deref() == profile_uid;
        (own, it.status.is_reconciled(), it.version.rank())
    });
    let is_reconciled = own.is_some_and(|it| it.status.is_reconciled());
    let runs = entries.iter().filter(|it| it.status.is_reconciled()).chain(own);
    Former {
        name: pack.name(),
        desired: readable(pack),
        reported: own.map(|it| it.version.clone()),
        is_reconciled,
        is_in_flight: own.is_some() && !is_reconciled,
        ways_back: if is_reconciled { Vec::new() } else { runs.map(|it| it.version.clone()).collect() },
    }
}

/// Marks packs that nothing is reported of although the cluster does report its Kubernetes: of another Kubernetes pack
/// beside it, or of one that is no longer in the spec. Such a pack was renamed or added a moment ago and does not run yet;
/// without this each further rename would allow another minor version.
fn mark_unreported(formers: &mut [Former<'_>], before: &Facts<'_>, entries: &BTreeMap<&str, Vec<Entry<'_>>>) {
    let in_spec: BTreeSet<_> = before.packs().map(|pack| pack.name()).collect();
    let gone = entries.iter().filter(|(name, _)| !in_spec.contains(**name)).flat_map(|(_, entries)| entries);
    let gone: Vec<_> = gone.map(|it| it.version.clone()).collect();
    let beside: Vec<_> = formers.iter().filter_map(|it| it.reported.clone()).collect();
    for former in formers.iter_mut().filter(|it| it.reported.is_none()) {
        let Some(desired) = &former.desired else { continue };
        // Nothing tells an add-on that is gone from a Kubernetes pack that is gone, but its version: one minor off at most.
        let is_near = |it: &&Version| it.major == desired.major && it.minor.abs_diff(desired.minor) <= 1;
        let ways_back: Vec<_> = gone.iter().filter(is_near).chain(&beside).cloned().collect();
        former.is_in_flight = !ways_back.is_empty();
        former.ways_back = ways_back;
    }
}

fn version_of(status: &PackStatus<'_>) -> Option<Version> {
    status.version.as_deref()?.parse().ok()
}
