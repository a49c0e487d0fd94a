//! Own values that equal what is published today are no overrides any more.

use profile_core::{
    base::{Base, Purpose},
    content,
    merge::{self, Decisions, Override, Part, Resolution, Verdict},
    pack::Pack,
    profile::{self, AttachedProfile},
    revision::Taken,
    splice::{Node, Tree},
};
use serde_json::{Value, json};

use super::{Draft, PackReference, Proposal, draft::ProfileDraft, nothing_attached, overridden};
use crate::{
    error::{Error, Kind},
    selection,
};

pub(super) fn draft(proposal: &Proposal, only: Option<&PackReference>) -> Result<Draft, Error> {
    let cluster = proposal.cluster.cluster();
    let attached = cluster.profiles();
    if attached.is_empty() {
        return Err(nothing_attached(&proposal.cluster));
    }
    let meant = only.map(|pack| overridden::found(&attached, pack, &cluster.name())).transpose()?;
    let mut profiles = Vec::new();
    for attached in &attached {
        if meant.as_ref().is_some_and(|(profile, _)| profile.path() != attached.path()) {
            continue;
        }
        profiles.push(of_profile(proposal, attached, meant.as_ref().map(|(_, index)| *index))?);
    }
    let target = content::hash(&profiles.iter().map(|it| it.merged.content.clone()).collect());
    Ok(Draft { profiles, target, ..Draft::default() })
}

fn of_profile(proposal: &Proposal, attached: &AttachedProfile<'_>, only: Option<usize>) -> Result<ProfileDraft, Error> {
    let reference = profile::reference(&attached.name(), attached.version().as_deref());
    let published = selection::published_of(&proposal.profiles, attached).map(|it| it.profile());
    let today = published.as_ref().and_then(|it| it.content()).ok_or_else(|| {
        let scope = proposal.store.scope_of(&proposal.cluster);
        Error::new(Kind::NotFound, format!("what is published for {reference} is not visible in {scope}"))
    })?;
    let base = proposal.base_of(attached, Purpose::Switch)?;
    let mut taken = base.taken(attached);
    let mut after = attached.raw().clone();
    let mut cleared = Vec::new();
    for (index, pack) in attached.packs().iter().enumerate() {
        let published = today.packs().into_iter().find(|it| it.name() == pack.name());
        let Some(published) = published.filter(|_| only.is_none_or(|only| only == index)) else { continue };
        let Some(text) = without_redundant(pack, &published)? else {
            if only.is_some() {
                return Err(Error::refused(format!(
                    "pack {:?} does not hold what is published for {reference}",
                    pack.name()
                ))
                .hint("take the edit over first, by `kubectl profile update`; nothing was written"));
            }
            continue;
        };
        cleared.push(pack.name().into_owned());
        let is_overridden = text != published.values();
        after["packs"][index]["values"] = text.into();
        if let Some(flag) = after["packs"][index].get_mut("isValuesOverridden") {
            *flag = is_overridden.into();
        }
        // What equals today's text is an override no more only when that is the base from now on.
        if let Some(taken) = &mut taken {
            take(taken, pack, &published);
        }
    }
    let own = base.own(&AttachedProfile::new(&after, attached.path().to_owned()));
    let own = AttachedProfile::new(&own, attached.path().to_owned());
    let left = taken.as_ref().map(|taken| AttachedProfile::new(&taken.content, "published".into()));
    let left = left.map(|left| merge::merge(Some(&left), &own, &left, &proposal.decisions).overrides);
    let mut overrides = redundant(&base, attached, &today, &cleared);
    overrides.extend(left.unwrap_or_default());
    let merged = merge::Merged { content: after.clone(), overrides, notes: Vec::new() };
    Ok(ProfileDraft {
        path: attached.path().to_owned(),
        current: attached.raw().clone(),
        from: reference.clone(),
        to: reference,
        taken,
        merged,
        base,
    })
}

/// The overrides of the packs that are cleared which equal what is published today: they are given up.
fn redundant(
    base: &Base,
    attached: &AttachedProfile<'_>,
    today: &AttachedProfile<'_>,
    cleared: &[String],
) -> Vec<Override> {
    let Some(published) = &base.content else { return Vec::new() };
    let (published, own) = (AttachedProfile::new(published, "published".into()), base.own(attached));
    let own = AttachedProfile::new(&own, attached.path().to_owned());
    let all = merge::merge(Some(&published), &own, today, &Decisions::default()).overrides;
    let is_cleared = |it: &Override| {
        it.verdict == Verdict::Redundant
            && matches!(it.part, Part::Values | Part::Presets)
            && it.pack.as_ref().is_some_and(|pack| cleared.contains(pack))
    };
    let dropped = all.into_iter().filter(is_cleared);
    dropped.map(|it| Override { resolution: Some(Resolution::Profile), ..it }).collect()
}

/// The text of a pack as the published one with what is left of the overrides in it. `None` where that reads otherwise
/// than the cluster's own text does: then an edit of the author is not taken over yet.
fn without_redundant(pack: &Pack<'_>, published: &Pack<'_>) -> Result<Option<String>, Error> {
    let value = |text: &str| {
        let read = |error| Error::failed(format!("the values of pack {:?} cannot be read: {error}", pack.name()));
        Ok::<_, Error>(Tree::parse(text).map_err(read)?.root().map(Node::value))
    };
    let alone = |raw: &Value| json!({"packs": [raw]});
    let (own, today) = (alone(pack.raw()), alone(published.raw()));
    let of = |raw| AttachedProfile::new(raw, "pack".into());
    // With what is published today as the base, all that differs is the cluster's own, and all that is equal is not.
    let merged = merge::merge(Some(&of(&today)), &of(&own), &of(&today), &Decisions::default());
    let text = merged.content["packs"][0]["values"].as_str().unwrap_or_default().to_owned();
    Ok((value(&text)? == value(&pack.values())?).then_some(text))
}

/// Puts what is published for one pack into what a profile was taken from.
fn take(taken: &mut Taken, pack: &Pack<'_>, published: &Pack<'_>) {
    let packs = taken.content.get_mut("packs").and_then(Value::as_array_mut);
    let known = packs.and_then(|packs| packs.iter_mut().find(|it| it["name"].as_str() == Some(&pack.name())));
    if let Some(known) = known {
        *known = published.raw().clone();
    }
}
