//! Whether the packs of a change fit together.

use serde_json::{Value, json};

use super::{Context, Outcome, attach};
use crate::{
    exchange::Answer,
    world::{PackError, Replacement},
};

/// `POST /v1/spectroclusters/{uid}/validate/packs`
pub(super) fn packs(context: &mut Context<'_>) -> Outcome {
    let uid = context.cluster()?.uid.clone();
    let entries = attach::entries(&context.request.json());
    let after = context.world.with_attached(&uid, &entries, Replacement::Named);
    let after = after.map_err(attach::refusal)?;
    let errors = context.cluster()?.pack_errors.clone();
    let profiles = entries.iter().filter_map(|entry| after.attached(&entry.uid)).map(|attached| {
        let results = attached.packs.iter().map(|pack| result(&pack.name, &errors));
        json!({"uid": attached.uid, "packs": {"results": results.collect::<Vec<_>>()}})
    });
    Ok(Answer::json(200, &json!({"profiles": profiles.collect::<Vec<_>>()})))
}

fn result(pack: &str, errors: &[PackError]) -> Value {
    let errors = errors.iter().filter(|error| error.pack == pack);
    let errors: Vec<Value> = errors.map(|error| json!({"code": error.code, "message": error.message})).collect();
    json!({"name": pack, "displayName": pack, "errors": errors})
}
