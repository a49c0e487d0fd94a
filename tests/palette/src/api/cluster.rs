//! One cluster.

use serde_json::{Value, json};

use super::{Context, Outcome, render};
use crate::{
    exchange::{Answer, WithoutNull},
    world::Cluster,
};

/// The fields of `spec` that a document may have and the fake passes on.
const SPEC_FIELDS: [&str; 3] = ["clusterType", "cloudConfigRef", "clusterConfig"];

impl Context<'_> {
    /// The cluster that the path names.
    pub(super) fn cluster(&self) -> Result<&Cluster, Answer> {
        let uid = self.request.name("uid");
        let cluster = self.world.clusters.iter().find(|cluster| cluster.uid == uid);
        let seen = cluster.filter(|cluster| Some(cluster.project.as_str()) == self.request.project());
        seen.ok_or_else(|| Answer::error(404, "ResourceNotFound", &format!("no cluster '{uid}'")))
    }
}

/// `GET /v1/spectroclusters/{uid}`
pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let template = cluster.template.as_ref().map(|uid| json!({"uid": uid, "projectUid": cluster.project}));
    let mut document = json!({
        "apiVersion": "v1",
        "kind": "SpectroCluster",
        "metadata": render::cluster_metadata(cluster),
        "spec": {
            "cloudType": cluster.cloud_type,
            "clusterProfileTemplates": cluster.profiles.iter().map(render::attached).collect::<Vec<_>>(),
            "clusterTemplate": template,
        },
        "status": cluster.status,
    });
    for field in SPEC_FIELDS {
        document["spec"][field] = cluster.rest[field].clone();
    }
    Ok(Answer::json(200, &document.without_null()))
}

/// `GET /v1/spectroclusters/{uid}/status`
pub(super) fn status(context: &mut Context<'_>) -> Outcome {
    let state: Value = json!(context.cluster()?.state());
    Ok(Answer::json(200, &json!({"status": {"state": state}})))
}
