//! Whether a change makes the nodes anew, and the approval of that.

use serde_json::{Value, json};

use super::{Context, Outcome, attach, render};
use crate::{
    exchange::{Answer, WithoutNull},
    world::{Reason, Replacement, repave},
};

/// `POST /v1/spectroclusters/{uid}/validate/repave`
pub(super) fn validate(context: &mut Context<'_>) -> Outcome {
    let before = context.cluster()?.clone();
    let entries = attach::entries(&context.request.json());
    let after = context.world.with_attached(&before.uid, &entries, Replacement::Named).map_err(attach::refusal)?;
    let reasons = repave::reasons(&before, &after);
    let answer =
        json!({"isRepaveRequired": !reasons.is_empty(), "reasons": reasons.iter().map(reason).collect::<Vec<_>>()});
    Ok(Answer::json(200, &answer.without_null()))
}

/// `GET /v1/spectroclusters/{uid}/repave/status`
pub(super) fn status(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let none = || Answer::error(404, "ResourceNotFound", &format!("no repave of '{}'", cluster.name));
    let repave = cluster.repave.as_ref().ok_or_else(none)?;
    let answer = json!({
        "metadata": {"name": cluster.name, "uid": cluster.uid},
        "spec": {
            "spectroClusterUid": cluster.uid, "source": "user",
            "reasons": repave.reasons.iter().map(reason).collect::<Vec<_>>(),
        },
        "status": {"state": repave.state, "repaveTransitionTime": repave.since},
    });
    Ok(Answer::json(200, &answer.without_null()))
}

/// `PATCH /v1/spectroclusters/{uid}/repave/approve`
pub(super) fn approve(context: &mut Context<'_>) -> Outcome {
    let uid = context.cluster()?.uid.clone();
    if context.world.approve_repave(&uid) {
        Ok(Answer::empty(204))
    } else {
        Err(Answer::error(400, "SpectroClusterRepaveNotPending", "no repave waits for an approval"))
    }
}

fn reason(reason: &Reason) -> Value {
    json!({
        "code": reason.code,
        "message": reason.message,
        "pack": {
            "current": reason.current.as_ref().map(render::pack),
            "target": reason.target.as_ref().map(render::pack),
            "diffConfigKeys": reason.keys,
        },
    })
}
