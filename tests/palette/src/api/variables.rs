//! Values of variables on a cluster.

use serde_json::{Value, json};

use super::{Context, Outcome, attach};
use crate::{
    exchange::Answer,
    world::{Attach, Attached, World, variables},
};

/// `GET /v1/spectroclusters/{uid}/variables`
pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let items = cluster
        .profiles
        .iter()
        .map(|attached| json!({"profileUid": attached.uid, "variables": with_values(context.world, attached)}));
    Ok(Answer::json(200, &items.collect::<Value>()))
}

/// The definitions with the values; what is sensitive is masked.
fn with_values(world: &World, attached: &Attached) -> Vec<Value> {
    let defined = world.profile(&attached.uid).map(|profile| profile.variables.as_slice()).unwrap_or_default();
    let variables = defined.iter().map(|definition| {
        let mut variable = definition.clone();
        let value = attached.variable(definition["name"].as_str().unwrap_or_default());
        let value = value.or(definition["defaultValue"].as_str()).unwrap_or_default();
        let is_masked = definition["isSensitive"] == true && !value.is_empty();
        variable["value"] = json!(if is_masked { variables::MASK } else { value });
        variable
    });
    variables.collect()
}

/// `PATCH /v1/spectroclusters/{uid}/variables`
pub(super) fn patch(context: &mut Context<'_>) -> Outcome {
    let uid = context.cluster()?.uid.clone();
    let body = context.request.json();
    let entries = body.as_array().into_iter().flatten().map(|entry| Attach {
        uid: entry["profileUid"].as_str().unwrap_or_default().to_owned(),
        variables: variables::read(&entry["variables"]),
        ..Attach::default()
    });
    let entries: Vec<Attach> = entries.collect();
    context.world.set_variables(&uid, &entries).map_err(attach::refusal)?;
    Ok(Answer::empty(204))
}
