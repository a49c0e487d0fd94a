//! Lists of profiles: of every version, and of every name.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Context, Outcome, pages, profile, render};
use crate::{
    exchange::Answer,
    world::{ProfileVersion, is_seen},
};

/// `GET /v1/dashboard/clusterprofiles/metadata`: every version is an item.
pub(super) fn metadata(context: &mut Context<'_>) -> Outcome {
    let project = context.request.project();
    let seen = context.world.profiles.iter().filter(|profile| is_seen(&profile.project, project));
    let item = |profile: &ProfileVersion| {
        json!({
            "metadata": {"name": profile.name, "uid": profile.uid},
            "spec": {"cloudType": profile.cloud_type, "version": profile.version},
        })
    };
    Ok(Answer::json(200, &json!({"items": seen.map(item).collect::<Vec<_>>()})))
}

/// `POST /v1/dashboard/clusterprofiles`: every name is an item, and is shown by its newest version.
pub(super) fn summaries(context: &mut Context<'_>) -> Outcome {
    let body = context.request.json();
    let filter = &body["filter"];
    if let Some(unknown) = unknown_filter(filter) {
        return Err(Answer::error(501, "NotImplemented", &format!("the fake cannot filter profiles by '{unknown}'")));
    }
    let project = context.request.project();
    let seen = || context.world.profiles.iter().filter(|profile| is_seen(&profile.project, project));
    let mut newest_of = HashMap::<&str, (_, &ProfileVersion)>::new();
    for profile in seen() {
        let order = profile.order();
        if newest_of.get(profile.name.as_str()).is_none_or(|(newest, _)| *newest <= order) {
            newest_of.insert(&profile.name, (order, profile));
        }
    }
    // A name stands where its first version that fits does.
    let fitting = seen().filter(|profile| fits(profile, filter));
    let mut newest: Vec<_> =
        fitting.filter_map(|profile| newest_of.remove(profile.name.as_str())).map(|(_, newest)| newest).collect();
    pages::sort(&mut newest, &body["sort"], |profile, field| match field {
        "profileName" => Some(profile.name.clone()),
        "profileType" => Some(profile.kind.clone()),
        "creationTimestamp" => Some(profile.created.clone()),
        "environment" => Some(profile.cloud_type.clone()),
        "lastModifiedTimestamp" => Some(profile.modified.clone()),
        _ => None,
    })?;
    pages::page(context, &newest, |profile| summary(context, profile))
}

fn summary(context: &Context<'_>, newest: &ProfileVersion) -> Value {
    let versions = context.world.versions_of(&newest.name, context.request.project());
    let users: Vec<Value> =
        context.world.users_of(&newest.uid).map(|cluster| json!({"name": cluster.name, "uid": cluster.uid})).collect();
    let content = json!({
        "cloudType": newest.cloud_type, "type": newest.kind,
        "packs": newest.packs.iter().map(render::pack_summary).collect::<Vec<_>>(),
    });
    let (draft, published) = if newest.published { (Value::Null, content) } else { (content, Value::Null) };
    json!({
        "metadata": render::profile_metadata(newest),
        "specSummary": {
            "draft": draft,
            "published": published,
            "version": newest.version,
            "versions": versions.iter().map(|other| profile::version(other)).collect::<Vec<_>>(),
        },
        "status": {
            "isPublished": newest.published,
            "inUseClusters": users,
            "inUseClusterUids": context.world.users_of(&newest.uid).map(|cluster| &cluster.uid).collect::<Vec<_>>(),
        },
    })
}

/// The first filter that is set and that the fake does not understand.
fn unknown_filter(filter: &Value) -> Option<&str> {
    let set = filter.as_object()?.iter().filter(|(_, value)| !value.is_null() && *value != &json!([]) && *value != "");
    let mut unknown = set.filter(|(name, _)| !matches!(name.as_str(), "profileName" | "profileType"));
    unknown.next().map(|(name, _)| name.as_str())
}

fn fits(profile: &ProfileVersion, filter: &Value) -> bool {
    let name = &filter["profileName"];
    let lower = |text: &str| if name["ignoreCase"] == true { text.to_lowercase() } else { text.to_owned() };
    let own = lower(&profile.name);
    let holds = |operator: &str, test: fn(&str, &str) -> bool| {
        let wanted = name[operator].as_str().filter(|wanted| !wanted.is_empty());
        wanted.is_none_or(|wanted| test(&own, &lower(wanted)))
    };
    let kinds = filter["profileType"].as_array().filter(|kinds| !kinds.is_empty());
    holds("eq", |own, wanted| own == wanted)
        && holds("ne", |own, wanted| own != wanted)
        && holds("contains", |own, wanted| own.contains(wanted))
        && holds("beginsWith", |own, wanted| own.starts_with(wanted))
        && kinds.is_none_or(|kinds| kinds.contains(&json!(profile.kind)))
}
