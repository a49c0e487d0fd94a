//! What a change of the Kubernetes version is measured against.

use std::{borrow::Cow, cmp::Ordering, collections::BTreeSet};

use crate::{
    cluster::{Cluster, PackStatus},
    pack::{Layer, Pack},
    profile::AttachedProfile,
    version::Version,
};

/// A Kubernetes pack as the cluster had it before the change.
#[derive(Clone, Debug)]
pub(crate) struct Former<'a> {
    pub(crate) name: Cow<'a, str>,
    /// The version in the old spec, where it can be read.
    pub(crate) desired: Option<Version>,
    /// The version in `status.packs`, where there is a readable entry.
    pub(crate) reported: Option<Version>,
    /// Whether the reported version is what the cluster runs; otherwise an upgrade is in flight.
    pub(crate) is_reconciled: bool,
}

/// A Kubernetes pack whose (name, version) this change brings in.
#[derive(Clone, Debug)]
pub(crate) struct Move<'a> {
    pub(crate) pack: Pack<'a>,
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
        (rank(self.baseline()), self.in_flight().is_some(), desired, reported)
    }

    /// The version that is on its way out or in, while an upgrade is in flight.
    pub(crate) fn in_flight(&self) -> Option<&Version> {
        self.reported.as_ref().filter(|_| !self.is_reconciled)
    }

    /// Whether `version` is the one that an upgrade in flight reports, and below what was desired: the way back.
    pub(crate) fn is_way_back(&self, version: &Version) -> bool {
        let below = self.desired.as_ref().is_some_and(|desired| version.compare(desired) == Ordering::Less);
        below && self.in_flight().is_some_and(|reported| version.compare(reported) == Ordering::Equal)
    }
}

/// The Kubernetes packs that this change brings in; none when it leaves the set of (name, version) alone.
///
/// Imported clusters have none: Palette does not manage their Kubernetes.
pub(crate) fn moves<'a>(before: &Cluster<'a>, after: &Cluster<'a>) -> Vec<Move<'a>> {
    if before.is_imported() {
        return Vec::new();
    }
    let former = formers(before);
    let mut seen: BTreeSet<_> = before.layer(Layer::Kubernetes).iter().map(identity).collect();
    let names: BTreeSet<_> = former.iter().map(|former| former.name.clone()).collect();
    let brought_in = after.layer(Layer::Kubernetes).into_iter().filter(|pack| seen.insert(identity(pack)));
    brought_in
        .map(|pack| {
            let is_paired = names.contains(&pack.name());
            let candidates = former.iter().filter(|former| !is_paired || former.name == pack.name());
            let former = candidates.filter(|it| it.baseline().is_some()).max_by_key(|it| it.precedence());
            Move { version: readable(&pack), former: former.cloned(), is_paired, pack }
        })
        .collect()
}

/// The version of a pack where it can be read for certain: a number that may have lost its zeros is not.
pub(crate) fn readable(pack: &Pack<'_>) -> Option<Version> {
    if pack.version_is_ambiguous_number() { None } else { pack.version()?.parse().ok() }
}

fn identity<'a>(pack: &Pack<'a>) -> (Cow<'a, str>, Option<Cow<'a, str>>) {
    (pack.name(), pack.version())
}

fn formers<'a>(before: &Cluster<'a>) -> Vec<Former<'a>> {
    let statuses = before.pack_statuses();
    let packs = |profile: &AttachedProfile<'a>| {
        let uid = profile.uid();
        profile
            .packs()
            .into_iter()
            .filter(|pack| pack.is(Layer::Kubernetes))
            .map(move |pack| (uid.clone(), pack))
            .collect::<Vec<_>>()
    };
    let former = |(uid, pack): (Option<Cow<'a, str>>, Pack<'a>)| {
        let status = status_of(&statuses, &pack, uid.as_deref());
        Former {
            name: pack.name(),
            desired: readable(&pack),
            is_reconciled: status.is_some_and(PackStatus::is_reconciled),
            reported: status.and_then(version_of),
        }
    };
    before.profiles().iter().flat_map(packs).map(former).collect()
}

/// The entry of a pack: from its own profile where one says so, a reconciled one before one in flight.
fn status_of<'s, 'a>(
    statuses: &'s [PackStatus<'a>],
    pack: &Pack<'a>,
    profile_uid: Option<&str>,
) -> Option<&'s PackStatus<'a>> {
    let named = statuses.iter().filter(|status| status.name == pack.name());
    named
        .filter_map(|status| version_of(status).map(|version| (status, version.rank())))
        .max_by_key(|(status, rank)| {
            let own = profile_uid.is_some() && status.profile_uid.as_deref() == profile_uid;
            (own, status.is_reconciled(), rank.clone())
        })
        .map(|(status, _)| status)
}

fn version_of(status: &PackStatus<'_>) -> Option<Version> {
    status.version.as_deref()?.parse().ok()
}
