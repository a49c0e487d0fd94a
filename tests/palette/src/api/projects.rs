//! Projects and cluster templates: names for uids.

use serde_json::{Value, json};

use super::{Context, Outcome};
use crate::exchange::Answer;

/// `GET /v1/dashboard/projects/metadata`
pub(super) fn metadata(context: &mut Context<'_>) -> Outcome {
    let name = context.request.query("name").filter(|name| !name.is_empty());
    let named = context.world.projects.iter().filter(|project| name.is_none_or(|name| project.name == name));
    let items: Vec<Value> =
        named.map(|project| json!({"metadata": {"name": project.name, "uid": project.uid}})).collect();
    Ok(Answer::json(200, &json!({"items": items})))
}

/// `GET /v1/users/info`
pub(super) fn user(_: &mut Context<'_>) -> Outcome {
    Ok(Answer::json(200, &json!({"orgName": "Example", "tenantUid": "t1", "userUid": "5f0000000000000000000001"})))
}

/// `GET /v1/projects/{uid}`
pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let uid = context.request.name("uid");
    let project = context.world.project(uid);
    let project = project.ok_or_else(|| Answer::error(404, "ResourceNotFound", &format!("no project '{uid}'")))?;
    Ok(Answer::json(200, &json!({"metadata": {"name": project.name, "uid": project.uid}})))
}

/// `GET /v1/clusterTemplates/{uid}`
pub(super) fn template(context: &mut Context<'_>) -> Outcome {
    let uid = context.request.name("uid");
    let template = context.world.templates.iter().find(|template| template.uid == uid);
    let template =
        template.ok_or_else(|| Answer::error(404, "ResourceNotFound", &format!("no cluster template '{uid}'")))?;
    Ok(Answer::json(200, &json!({"metadata": {"name": template.name, "uid": template.uid}})))
}
