//! A switch: another version of an attached profile.

use profile_core::{
    base::Purpose,
    content,
    switch::{self, SwitchError},
};
use serde_json::json;

use super::{Draft, Proposal, draft::ProfileDraft};
use crate::{error::Error, reference::Reference, selection, store::Document};

pub(super) fn draft(proposal: &Proposal, reference: &Reference) -> Result<Draft, Error> {
    let scope = proposal.store.scope_of(&proposal.cluster);
    let version = selection::version(&proposal.profiles, reference, &scope)?.profile();
    let cluster = proposal.cluster.cluster();
    let attached = switch::attached(&cluster, &version.name())?;
    let target = version.content().ok_or_else(|| SwitchError::NotPublished { reference: version.reference() })?;
    let published = selection::published_of(&proposal.profiles, &attached).map(Document::profile);
    let base = proposal.base_of(&attached, Purpose::of(published.as_ref(), &target))?;
    let hash = content::hash(&json!([target.raw(), base.content]));
    let (uid, number) = (version.uid(), version.version());
    let draft =
        ProfileDraft::merged(&attached, base, &target, (uid.as_deref(), number.as_deref()), &proposal.decisions);
    let profiles = vec![draft];
    Ok(Draft { profiles, target: hash, ..Draft::default() })
}
