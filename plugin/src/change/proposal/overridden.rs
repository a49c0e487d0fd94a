//! An override: own values of one pack of one cluster.

use profile_core::{
    base::Purpose,
    content, merge,
    profile::{self, AttachedProfile},
    retold,
    splice::{Node, Tree},
};
use serde_json::{Value, json};

use super::{Draft, PackEdit, PackReference, Proposal, draft::ProfileDraft};
use crate::{
    error::{Error, Kind},
    nearest,
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
    let values = edit.apply(&pack.values(), known.as_deref())?;
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
    if let Some(published) = &published {
        let own = base.own(attached);
        let before = AttachedProfile::new(&own, attached.path().to_owned());
        merged.overrides = retold::with_dropped(published, &before, merged.overrides);
    }
    merged.overrides.retain(|it| it.pack.as_deref() == Some(pack.name().as_ref()));
    let taken = base.taken(attached);
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
    let mut notes = unpublished(edit, known.as_deref());
    if !changes {
        let already = set_already(edit, known.as_deref(), &values);
        if edit.set.is_empty() || already.len() < edit.set.len() {
            notes.push(
                "the values stay as they are; what equals the published value is no override and follows the profile"
                    .into(),
            );
        }
        notes.extend(already);
    }
    Ok(Draft { profiles, notes, target, ..Draft::default() })
}

/// The attached profile and the place in it of the pack that is meant.
pub(super) fn found<'p, 'a>(
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

/// Paths that are set to what the cluster sets there already, and not to what is published.
fn set_already(edit: &PackEdit, published: Option<&str>, values: &str) -> Vec<String> {
    let published = published.and_then(|text| Tree::parse(text).ok());
    let own = Tree::parse(values).ok();
    let value = |tree: &Option<Tree<'_>>, path| tree.as_ref().and_then(|it| it.node(path)).map(Node::value);
    let paths = edit.set.iter().map(|it| &it.path);
    let paths = paths.filter(|path| value(&published, path) != value(&own, path));
    paths.map(|path| format!("{path} is set so already")).collect()
}

/// Paths that are set although nothing is published there: perhaps they are misspelt.
fn unpublished(edit: &PackEdit, published: Option<&str>) -> Vec<String> {
    let Some(tree) = published.and_then(|text| Tree::parse(text).ok()) else { return Vec::new() };
    let is_new = |path: &&profile_core::splice::Path| tree.node(path).is_none();
    let paths = edit.set.iter().map(|it| &it.path).filter(is_new);
    paths.map(|path| format!("nothing is published at {path}: it is new")).collect()
}
