//! What a change does that is allowed and should be known all the same.

use std::collections::BTreeSet;

use crate::{
    baseline::Move,
    facts::Facts,
    pack::Layer,
    rules::{Notice, shortened},
};

/// The notices about the Kubernetes packs that a change brings in.
pub(crate) fn of(before: &Facts<'_>, after: &Facts<'_>, moves: &[Move<'_>]) -> Vec<Notice> {
    let kept: BTreeSet<_> = after.layer(Layer::Kubernetes).map(|pack| pack.name()).collect();
    let gone = before.layer(Layer::Kubernetes).map(|pack| pack.name()).find(|name| !kept.contains(name));
    moves.iter().flat_map(|it| [distribution_change(it, gone), way_back(it)]).flatten().collect()
}

fn distribution_change(it: &Move<'_>, gone: Option<&str>) -> Option<Notice> {
    let (old, new) = (gone.filter(|_| !it.is_paired)?, it.pack.name());
    let message = format!(
        "the Kubernetes distribution changes from pack {} to pack {}; check that it can be moved in place",
        shortened(old),
        shortened(new)
    );
    Some(Notice { field: format!("{}.name", it.pack.path()), message })
}

fn way_back(it: &Move<'_>) -> Option<Notice> {
    let (version, former) = (it.version.as_ref()?, it.former.as_ref()?);
    let desired = former.desired.as_ref().filter(|_| former.is_way_back(version))?;
    let message = format!(
        "Kubernetes goes back to {version} while the upgrade to {desired} is in flight; some nodes may run {desired}"
    );
    Some(Notice { field: it.pack.version_path(), message })
}
