//! An update: what is published today for the versions that are attached.

use profile_core::{base::Purpose, content, profile, switch};
use serde_json::json;

use super::{Draft, Proposal, draft::ProfileDraft, nothing_attached};
use crate::{
    error::{Error, Kind},
    selection,
};

pub(super) fn draft(proposal: &Proposal, only: Option<&str>) -> Result<Draft, Error> {
    let cluster = proposal.cluster.cluster();
    let attached = match only {
        Some(name) => vec![switch::attached(&cluster, name)?],
        None => cluster.profiles(),
    };
    if attached.is_empty() {
        return Err(nothing_attached(&proposal.cluster));
    }
    let mut profiles = Vec::new();
    let mut hashed = Vec::new();
    for attached in attached {
        let reference = profile::reference(&attached.name(), attached.version().as_deref());
        let published = selection::published_of(&proposal.profiles, &attached).map(|it| it.profile());
        let target = published.as_ref().and_then(|it| it.content()).ok_or_else(|| {
            let scope = proposal.store.scope_of(&proposal.cluster);
            Error::new(Kind::NotFound, format!("what is published for {reference} is not visible in {scope}"))
                .hint("without it nothing can be said about an edit of it")
        })?;
        let base = proposal.base_of(&attached, Purpose::Update)?;
        hashed.push(json!([target.raw(), base.content]));
        let (uid, version) = (attached.uid(), attached.version());
        let identity = (uid.as_deref(), version.as_deref());
        profiles.push(ProfileDraft::merged(&attached, base, &target, identity, &proposal.decisions));
    }
    let target = content::hash(&hashed.into());
    Ok(Draft { profiles, target, ..Draft::default() })
}
