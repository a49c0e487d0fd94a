//! Lists of clusters.

use serde_json::{Value, json};

use super::{Context, Outcome, pages, render};
use crate::{
    exchange::{Answer, WithoutNull},
    world::Cluster,
};

/// `GET /v1/dashboard/spectroclusters/metadata`
pub(super) fn metadata(context: &mut Context<'_>) -> Outcome {
    let clusters = of_project(context);
    let items: Vec<Value> = clusters.iter().map(|cluster| render::cluster_metadata(cluster).without_null()).collect();
    Ok(Answer::json(200, &json!({"items": items})))
}

/// `POST /v1/dashboard/spectroclusters/search`
pub(super) fn search(context: &mut Context<'_>) -> Outcome {
    let body = context.request.json();
    let filter = &body["filter"];
    let mut clusters = Vec::new();
    for cluster in of_project(context) {
        if fits(cluster, filter)? {
            clusters.push(cluster);
        }
    }
    pages::sort(&mut clusters, &body["sort"], |cluster, field| match field {
        "clusterName" => Some(cluster.name.clone()),
        "clusterState" => Some(cluster.state().to_owned()),
        "creationTimestamp" => Some(cluster.created.clone()),
        "environment" => Some(cluster.cloud_type.clone()),
        "lastModifiedTimestamp" => Some(cluster.modified.clone()),
        _ => None,
    })?;
    pages::page(context, &clusters, |cluster| summary(context, cluster))
}

/// `GET /v1/dashboard/spectroclusters/repaveStatus`
pub(super) fn by_repave(context: &mut Context<'_>) -> Outcome {
    let wanted = context.request.query("repaveState").unwrap_or("Pending");
    let mut clusters = of_project(context);
    clusters.retain(|cluster| cluster.status["repave"]["state"] == wanted);
    pages::page(context, &clusters, |cluster| summary(context, cluster))
}

fn of_project<'a>(context: &'a Context<'_>) -> Vec<&'a Cluster> {
    let project = context.request.project();
    context.world.clusters.iter().filter(|cluster| Some(cluster.project.as_str()) == project).collect()
}

fn summary(context: &Context<'_>, cluster: &Cluster) -> Value {
    let project = context.world.project(&cluster.project);
    let health = cluster.status["health"]["state"].as_str().unwrap_or("Healthy");
    json!({
        "metadata": render::cluster_metadata(cluster),
        "specSummary": {
            "cloudConfig": {"cloudType": cluster.cloud_type, "uid": cluster.rest["cloudConfigRef"]["uid"]},
            "clusterProfileTemplates": cluster.profiles.iter().map(render::attached_summary).collect::<Vec<_>>(),
            "projectMeta": project.map(|project| json!({"name": project.name, "uid": project.uid})),
        },
        "status": {
            "state": cluster.state(),
            "health": {"state": health},
            "notifications": {"isAvailable": context.world.open_notifications(&cluster.uid).next().is_some()},
            "repave": cluster.status["repave"],
        },
    })
}

/// Whether a cluster is in what a filter describes: groups of conditions, joined by `and` or `or`.
fn fits(cluster: &Cluster, filter: &Value) -> Result<bool, Answer> {
    let groups = filter["filterGroups"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut results = Vec::new();
    for group in groups {
        let filters = group["filters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let filters = filters.iter().map(|item| item_fits(cluster, item)).collect::<Result<Vec<bool>, Answer>>()?;
        results.push(joined(&group["conjunction"], &filters));
    }
    Ok(joined(&filter["conjunction"], &results))
}

fn joined(conjunction: &Value, results: &[bool]) -> bool {
    results.is_empty() || if conjunction == "or" { results.contains(&true) } else { !results.contains(&false) }
}

fn item_fits(cluster: &Cluster, item: &Value) -> Result<bool, Answer> {
    let condition = &item["condition"];
    match item["property"].as_str() {
        Some("isDeleted") => Ok(condition["bool"]["value"] == json!(cluster.state() == "Deleted")),
        Some("clusterName") => text_fits(&cluster.name, &condition["string"]),
        Some("clusterState") => text_fits(cluster.state(), &condition["string"]),
        Some("environment") => text_fits(&cluster.cloud_type, &condition["string"]),
        Some("projectUid") => text_fits(&cluster.project, &condition["string"]),
        other => {
            let message = format!("the fake cannot search clusters by '{}'", other.unwrap_or_default());
            Err(Answer::error(501, "NotImplemented", &message))
        }
    }
}

fn text_fits(own: &str, condition: &Value) -> Result<bool, Answer> {
    let lower = |text: &str| if condition["ignoreCase"] == true { text.to_lowercase() } else { text.to_owned() };
    let test: fn(&str, &str) -> bool = match condition["operator"].as_str() {
        Some("eq") => |own, wanted| own == wanted,
        Some("contains") => |own, wanted| own.contains(wanted),
        Some("beginsWith") => |own, wanted| own.starts_with(wanted),
        _ => return Err(Answer::error(400, "InvalidFilter", "a string condition needs an operator")),
    };
    let wanted = condition["match"]["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let results = wanted.iter().map(|wanted| test(&lower(own), &lower(wanted.as_str().unwrap_or_default())));
    let fits = joined(&condition["match"]["conjunction"], &results.collect::<Vec<_>>());
    Ok(fits != (condition["negation"] == true))
}
