//! An override: own values of one pack of one cluster.

use profile_core::{
    base::Purpose,
    content, merge,
    pack::Pack,
    profile::{self, AttachedProfile},
    splice::Tree,
};
use serde_json::{Value, json};

use super::{Draft, PackEdit, PackReference, Proposal, draft::ProfileDraft};
use crate::{
    error::{Error, Kind},
    nearest, selection,
};

pub(super) fn draft(proposal: &Proposal, reference: &PackReference, edit: &PackEdit) -> Result<Draft, Error> {
    let cluster = proposal.cluster.cluster();
    let profiles = cluster.profiles();
    let (attached, index) = found(&profiles, reference, &cluster.name())?;
    let base = proposal.base_of(attached, Purpose::Switch)?;
    let pack = attached.packs().swap_remove(index);
    let published = base.content.as_ref().map(|raw| AttachedProfile::new(raw, "published".into()));
    let published_pack = published.as_ref().and_then(|it| it.packs().into_iter().find(|it| it.name() == pack.name()));
    let own = base.own(attached);
    let flag = own["packs"][index].get("isValuesOverridden").and_then(Value::as_bool);
    let known = published_pack.as_ref().map(|it| it.values().into_owned());
    let known = if flag == Some(false) { Some(pack.values().into_owned()) } else { known };
    let values = if edit.drops_redundant {
        without_redundant(proposal, attached, &pack)?
    } else {
        edit.apply(&pack.values(), known.as_deref())?
    };
    let mut after = attached.raw().clone();
    let target = &mut after["packs"][index];
    let changes = target["values"].as_str().unwrap_or_default() != values;
    target["values"] = values.clone().into();
    if changes && target.get("isValuesOverridden").is_some() {
        // Palette's flag would say of our own write that there is nothing of the cluster's in it.
        let is_overridden = known.as_deref() != Some(values.as_str());
        target["isValuesOverridden"] = is_overridden.into();
    }
    let view = AttachedProfile::new(&after, attached.path().to_owned());
    let own = base.own(&view);
    let own = AttachedProfile::new(&own, attached.path().to_owned());
    // Against the base itself every override is kept: what comes out is the list of them.
    let against = published.as_ref().unwrap_or(&own);
    let mut merged = merge::merge(published.as_ref(), &own, against, &proposal.decisions);
    merged.content = after.clone();
    merged.overrides.retain(|it| it.pack.as_deref() == Some(pack.name().as_ref()));
    let mut taken = base.taken(attached);
    if edit.drops_redundant
        && let Some(taken) = &mut taken
    {
        // What equals today's text is an override no more only when that is the base from now on.
        take_today(&mut taken.content, proposal, attached, &pack);
    }
    let name = profile::reference(&attached.name(), attached.version().as_deref());
    let profiles = vec![ProfileDraft {
        path: attached.path().to_owned(),
        current: attached.raw().clone(),
        from: name.clone(),
        to: name,
        taken,
        merged,
        base,
    }];
    let target = content::hash(&json!([values]));
    let notes = unpublished(edit, known.as_deref());
    Ok(Draft { profiles, notes, target, ..Draft::default() })
}

/// The attached profile and the place in it of the pack that is meant.
fn found<'p, 'a>(
    profiles: &'p [AttachedProfile<'a>],
    reference: &PackReference,
    cluster: &str,
) -> Result<(&'p AttachedProfile<'a>, usize), Error> {
    let mut meant = Vec::new();
    let mut names = Vec::new();
    for attached in profiles {
        for (index, pack) in attached.packs().iter().enumerate() {
            names.push(pack.name().into_owned());
            let is_profile = reference.profile.as_deref().is_none_or(|name| attached.name() == name);
            if is_profile && pack.name() == reference.pack.as_str() {
                meant.push((attached, index));
            }
        }
    }
    match meant.as_slice() {
        [one] => Ok(*one),
        [] => {
            let error =
                Error::new(Kind::NotFound, format!("cluster {cluster:?} has no pack {:?}", reference.to_string()));
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            Err(nearest::hint(&reference.pack, &names).into_iter().fold(error, Error::hint))
        }
        several => {
            let places: Vec<_> = several.iter().map(|(it, _)| format!("{}/{}", it.name(), reference.pack)).collect();
            Err(Error::usage(format!("cluster {cluster:?} has {} packs {:?}", several.len(), reference.to_string()))
                .hint(format!("name one: {}", places.join(", "))))
        }
    }
}

/// Puts what is published today for one pack into what a profile was taken from.
fn take_today(content: &mut Value, proposal: &Proposal, attached: &AttachedProfile<'_>, pack: &Pack<'_>) {
    let published = selection::published_of(&proposal.profiles, attached).map(|it| it.profile());
    let today = published.as_ref().and_then(|it| it.packs().into_iter().find(|it| it.name() == pack.name()));
    let packs = content.get_mut("packs").and_then(Value::as_array_mut);
    let known = packs.and_then(|packs| packs.iter_mut().find(|it| it["name"].as_str() == Some(&pack.name())));
    if let (Some(known), Some(today)) = (known, today) {
        *known = today.raw().clone();
    }
}

/// The text of a pack without own values that equal what is published today: the published text with what is left of the
/// overrides. It must read as the cluster's own text does, or an update is pending.
fn without_redundant(proposal: &Proposal, attached: &AttachedProfile<'_>, pack: &Pack<'_>) -> Result<String, Error> {
    let reference = profile::reference(&attached.name(), attached.version().as_deref());
    let published = selection::published_of(&proposal.profiles, attached).map(|it| it.profile());
    let content = published.as_ref().and_then(|it| it.content());
    let today = content.as_ref().and_then(|it| it.packs().into_iter().find(|it| it.name() == pack.name()));
    let today = today.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("pack {:?} is not visible in what is published for {reference}", pack.name()),
        )
    })?;
    let value = |text: &str| {
        let read = |error| Error::failed(format!("the values of pack {:?} cannot be read: {error}", pack.name()));
        Ok::<_, Error>(Tree::parse(text).map_err(read)?.root().map(profile_core::splice::Node::value))
    };
    let packs = |raw: &Value| json!({"name": attached.name(), "packs": [raw]});
    let (own, today) = (packs(pack.raw()), packs(today.raw()));
    let of = |raw| AttachedProfile::new(raw, "override".into());
    // With what is published today as the base, all that differs is the cluster's own, and all that is equal is not.
    let merged = merge::merge(Some(&of(&today)), &of(&own), &of(&today), &proposal.decisions);
    let text = merged.content["packs"][0]["values"].as_str().unwrap_or_default().to_owned();
    if value(&text)? != value(&pack.values())? {
        return Err(Error::refused(format!(
            "the values of pack {:?} cannot be rewritten over {reference}",
            pack.name()
        ))
        .hint("take over what is published first, by `kubectl profile update`; nothing was written"));
    }
    Ok(text)
}

/// Paths that are set although nothing is published there: perhaps they are misspelt.
fn unpublished(edit: &PackEdit, published: Option<&str>) -> Vec<String> {
    let Some(tree) = published.and_then(|text| Tree::parse(text).ok()) else { return Vec::new() };
    let is_new = |path: &&profile_core::splice::Path| tree.node(path).is_none();
    let paths = edit.set.iter().map(|it| &it.path).filter(is_new);
    paths.map(|path| format!("nothing is published at {path}: it is new")).collect()
}
