//! Changes that wait for the agent to fetch them.

use serde_json::json;

use super::{Context, Outcome};
use crate::exchange::Answer;

/// `GET /v1/spectroclusters/{uid}/status/spcApply`
pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let staged = &context.cluster()?.status["spcApply"];
    Ok(Answer::json(200, &if staged.is_null() { json!({}) } else { staged.clone() }))
}

/// `POST /v1/spectroclusters/{uid}/status/spcApply`
pub(super) fn apply(context: &mut Context<'_>) -> Outcome {
    let uid = context.cluster()?.uid.clone();
    context.world.apply_staged(&uid);
    Ok(Answer::empty(202))
}
