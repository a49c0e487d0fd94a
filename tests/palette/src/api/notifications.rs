//! Notifications of a cluster.

use serde_json::{Value, json};

use super::{Context, Outcome, pages};
use crate::{
    exchange::Answer,
    world::{Notification, World},
};

/// `GET /v1/notifications/{objectKind}/{objectUid}`
pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let (kind, uid) = (context.request.name("objectKind"), context.request.name("objectUid"));
    if let Some(unknown) = ["fields", "filters", "orderBy"].iter().find(|name| context.request.query(name).is_some()) {
        return Err(Answer::error(501, "NotImplemented", &format!("the fake does not know the query '{unknown}'")));
    }
    let done = context.request.query("isDone");
    let mut notifications: Vec<&Notification> = Vec::new();
    if kind == "spectrocluster" {
        let of_cluster = context.world.notifications.iter().filter(|notification| notification.cluster == uid);
        notifications.extend(of_cluster.filter(|notification| match done {
            Some("true") => notification.done,
            Some("false") => !notification.done,
            _ => true,
        }));
    }
    pages::page(context, &notifications, |notification| item(context.world, notification))
}

fn item(world: &World, notification: &Notification) -> Value {
    let cluster = world.cluster(&notification.cluster).map(|cluster| cluster.name.as_str());
    json!({
        "metadata": {
            "name": notification.uid, "uid": notification.uid, "creationTimestamp": notification.created,
        },
        "type": "NotificationPackUpdate",
        "action": {
            "actionType": "NotifyActionClusterProfileUpdate", "actionMessage": notification.message,
            "ack": notification.done, "isDone": notification.done, "isInfo": false,
            "events": {notification.profile.clone(): {}},
        },
        "relatedObject": {"kind": "spectrocluster", "name": cluster, "uid": notification.cluster},
        "source": {"component": "clusterprofile"},
    })
}
