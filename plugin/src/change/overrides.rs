//! What a cluster sets itself is never dropped unasked.

use profile_core::{
    diff::Change,
    profile::{self, AttachedProfile},
    revision::{Revision, Status},
    switch,
};

use crate::{
    commands::Target,
    error::{Error, Kind},
    selection,
};

/// Refuses when the cluster's copy differs from what was published when it took it, unless the user gives that up. Gives
/// the places that are dropped.
///
/// Carrying overrides over takes a merge, and until there is one the only honest answer is to stop.
pub(crate) fn refuse(target: &Target, revisions: &[Revision], drops: bool) -> Result<Vec<String>, Error> {
    let cluster = target.cluster.cluster();
    let attached = switch::attached(&cluster, &target.version.profile().name())?;
    let reference = profile::reference(&attached.name(), attached.version().as_deref());
    // Only the newest switch tells what this cluster took: an older record of the same version may be of another content.
    let newest = revisions.iter().rev().find(|it| it.status == Status::Deployed);
    let recorded = newest.and_then(|it| it.base_of(&attached));
    let recorded = recorded.map(|raw| AttachedProfile::new(raw, "published".into()));
    let published = selection::published_of(&target.profiles, &attached);
    let base = recorded.or_else(|| published.and_then(|it| it.profile().content()));
    let Some(base) = base else {
        if drops {
            return Ok(vec![format!("all that differs from {reference}, which is not visible")]);
        }
        return Err(Error::new(
            Kind::DecisionNeeded,
            format!(
                "what is published for {reference} is not visible, so overrides of cluster {:?} cannot be told",
                cluster.name()
            ),
        )
        .hint("--overrides=drop gives up whatever the cluster sets itself; nothing was written"));
    };
    let places: Vec<_> = switch::overrides(&attached, &base).iter().map(Change::title).collect();
    if places.is_empty() || drops {
        return Ok(places);
    }
    let lines: Vec<_> = places.iter().map(|place| format!("\n  {place}")).collect();
    let message = format!(
        "cluster {:?} differs from what is published for {reference}, and a switch would lose that:{}",
        cluster.name(),
        lines.concat()
    );
    Err(Error::new(Kind::DecisionNeeded, message)
        .hint(format!("look at it by `kubectl profile diff {}`", target.cluster.words()))
        .hint("--overrides=drop gives it up; nothing was written"))
}
