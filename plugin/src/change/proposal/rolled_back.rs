//! A rollback: what the cluster had, to the byte, and what it set since.

use profile_core::{
    base::Purpose,
    blame::value_at,
    cluster::Cluster,
    content,
    merge::{self, Override, Resolution, Verdict},
    profile::{self, AttachedProfile},
    revision::{Revision, Status, newest_deployed},
    rules::{self, Policy},
};
use serde_json::Value;

use super::{Draft, Proposal, draft::ProfileDraft};
use crate::{
    change::detach,
    error::{Error, Kind},
};

pub(super) fn draft(proposal: &Proposal, number: Option<u64>) -> Result<Draft, Error> {
    let (revision, is_before) = state(proposal, number)?;
    if is_before && revision.action == detach::ACTION {
        return Err(Error::refused(format!(
            "revision {} detached {}, and a rollback attaches nothing",
            revision.number, revision.from
        ))
        .hint("attach the profile in Palette, or go back to another revision by --to-revision; nothing was written"));
    }
    let document = if is_before { revision.before_document() } else { revision.after_document() };
    let restored = Cluster::new(&document);
    let cluster = proposal.cluster.cluster();
    let (mut profiles, mut notes) = (Vec::new(), Vec::new());
    let attached = cluster.profiles();
    for attached in &attached {
        let Some(former) = restored.profiles().into_iter().find(|it| it.name() == attached.name()) else {
            notes.push(format!("profile {:?} was not attached then, and stays as it is", attached.name()));
            continue;
        };
        let base = proposal.base_of(attached, Purpose::Switch)?;
        let mut overrides = lost(proposal, attached, &base, &document);
        let is_same = content::hash(attached.raw()) == content::hash(former.raw());
        if base.content.is_none() && !is_same && overrides.is_empty() {
            overrides = vec![unknown(attached, &proposal.decisions)];
        }
        let merged = merge::Merged { content: former.raw().clone(), overrides, ..nothing() };
        profiles.push(ProfileDraft {
            path: attached.path().to_owned(),
            current: attached.raw().clone(),
            from: profile::reference(&attached.name(), attached.version().as_deref()),
            to: profile::reference(&former.name(), former.version().as_deref()),
            taken: taken_then(revision, is_before, &former),
            base,
            merged,
        });
    }
    for former in restored.profiles() {
        if !attached.iter().any(|it| it.name() == former.name()) {
            notes.push(format!("profile {:?} was attached then and is not now: attach it in Palette", former.name()));
        }
    }
    if number.is_none() && !is_before {
        notes.push(format!(
            "revision {} is a rollback already: --to-revision names another one to go to",
            revision.number
        ));
    }
    let target = content::hash(&document);
    Ok(Draft { profiles, notes, target, ..Draft::default() })
}

/// The revision that is meant, and whether what stood before it is restored, or else what stood after it.
fn state(proposal: &Proposal, number: Option<u64>) -> Result<(&Revision, bool), Error> {
    let name = proposal.cluster.cluster().name().into_owned();
    let history = format!("look at `kubectl profile history {}{}`", proposal.cluster.words(), proposal.store.flags());
    let Some(number) = number else {
        let newest = newest_deployed(&proposal.revisions).ok_or_else(|| {
            Error::new(Kind::NotFound, format!("cluster {name:?} has no revision to roll back to")).hint(history)
        })?;
        // A rollback that is repeated, because it was cut off or ran over many clusters, must not undo itself.
        let is_done = newest.action == proposal.goal.action();
        return Ok((newest, !is_done));
    };
    let revision = proposal.revisions.iter().find(|it| it.number == number).ok_or_else(|| {
        Error::new(Kind::NotFound, format!("cluster {name:?} has no revision {number}")).hint(history.clone())
    })?;
    if revision.status != Status::Deployed {
        let message =
            format!("revision {number} of cluster {name:?} was never written: it is {}", revision.status.as_str());
        return Err(Error::usage(message).hint(history));
    }
    Ok((revision, false))
}

/// The overrides of today that the restored text does not hold.
fn lost(
    proposal: &Proposal,
    attached: &AttachedProfile<'_>,
    base: &profile_core::base::Base,
    restored: &Value,
) -> Vec<Override> {
    let own = base.own(attached);
    let own = AttachedProfile::new(&own, attached.path().to_owned());
    let published = base.content.as_ref().map(|raw| AttachedProfile::new(raw, "published".into()));
    let Some(published) = published else { return Vec::new() };
    let decisions = merge::Decisions::default();
    let overrides_of =
        |own: &AttachedProfile<'_>| merge::merge(Some(&published), own, &published, &decisions).overrides;
    let overrides = overrides_of(&own);
    let restored = Cluster::new(restored);
    // What differs from the same base in the same way was there then, too, and so was what stood there with the same value:
    // against today's base a list in another order is one value.
    let former = restored.profiles().into_iter().find(|it| it.name() == attached.name());
    let former = former.map(|it| base.own(&it)).unwrap_or_default();
    let held = overrides_of(&AttachedProfile::new(&former, attached.path().to_owned()));
    let is_held = |it: &Override| held.iter().any(|held| held.own == it.own && held.place() == it.place());
    let is_there = |it: &Override| it.own.is_some() && value_at(&restored, it) == it.own;
    let is_lost = |it: &Override| it.verdict != Verdict::CommentLost && !is_held(it) && !is_there(it);
    overrides
        .into_iter()
        .filter(is_lost)
        .map(|it| {
            let target = value_at(&restored, &it);
            let it = Override { verdict: Verdict::Lost, target, ..it };
            let resolution = accepted(&it, &proposal.decisions);
            Override { resolution, ..it }
        })
        .collect()
}

fn accepted(it: &Override, decisions: &merge::Decisions) -> Option<Resolution> {
    decisions.accepts_loss(it).then_some(Resolution::Profile)
}

/// The one entry for a profile of which it is not known what the cluster set itself.
fn unknown(attached: &AttachedProfile<'_>, decisions: &merge::Decisions) -> Override {
    let it = Override {
        profile: attached.name().into_owned(),
        pack: None,
        part: merge::Part::Values,
        path: String::new(),
        verdict: Verdict::UnknownBase,
        published: None,
        own: None,
        target: None,
        resolution: None,
        preset: None,
        is_secret: false,
        refused: None,
    };
    let accepts = decisions.accepts_loss(&it) || decisions.on_conflict == Some(merge::Side::Profile);
    Override { resolution: accepts.then_some(Resolution::Profile), ..it }
}

/// What the restored profile was taken from, where a revision recorded it.
fn taken_then(
    revision: &Revision,
    is_before: bool,
    former: &AttachedProfile<'_>,
) -> Option<profile_core::revision::Taken> {
    let recorded = if is_before { &revision.bases } else { &revision.taken };
    let of = |it: &&profile_core::revision::Taken| {
        it.profile == former.name() && it.version.as_deref() == former.version().as_deref()
    };
    recorded.iter().find(of).cloned()
}

/// Which kept states the rules would let this cluster go back to, in words.
pub(crate) fn allowed(proposal: &Proposal) -> Vec<String> {
    let current = proposal.cluster.cluster();
    let mut words = Vec::new();
    let deployed = proposal.revisions.iter().filter(|it| it.status == Status::Deployed);
    for revision in deployed {
        let mut document = proposal.cluster.value.clone();
        document["spec"]["clusterProfileTemplates"] = revision.after.clone();
        let differs = revision.after != profile_core::switch::templates(&proposal.cluster.value);
        if differs && rules::check(&current, &Cluster::new(&document), &Policy::default()).denied.is_empty() {
            words.push(format!("--to-revision {} ({})", revision.number, revision.to));
        }
    }
    words
}

fn nothing() -> merge::Merged {
    merge::Merged { content: Value::Null, overrides: Vec::new(), notes: Vec::new() }
}
