//! What Palette says before a write, and about repaves that wait.

use http::Method;
use profile_core::field;
use serde_json::Value;

use super::{PaletteStore, client::segment, entities};
use crate::{
    error::{Error, Kind},
    review::judgement::{Judgement, Reason},
    store::Document,
};

/// A repave of a cluster (`v1SpectroClusterRepave`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repave {
    /// `Pending`, `Approved` or `Reverted`.
    pub(crate) state: String,
    /// Who asked for it.
    pub(crate) source: String,
    /// What Palette says of it.
    pub(crate) message: String,
    pub(crate) reasons: Vec<Reason>,
}

impl Repave {
    /// Whether it waits for approval.
    pub(crate) fn is_pending(&self) -> bool {
        self.state.trim().eq_ignore_ascii_case("pending")
    }
}

impl PaletteStore {
    /// Asks for Palette's own judgement of a change. What is not answered is said, and is no yes.
    pub(crate) async fn judge(&self, before: &Document, after: &Value) -> Judgement {
        let body = entities::profiles(&before.value, after);
        let base = format!("/v1/spectroclusters/{}", segment(&before.cluster().uid().unwrap_or_default()));
        let (packs, repave) = (format!("{base}/validate/packs"), format!("{base}/validate/repave"));
        let (packs, repave) = tokio::join!(
            self.client.ask(&packs, &body, "have the packs validated"),
            self.client.ask(&repave, &body, "have the repave foreseen"),
        );
        Judgement::of(packs.map_err(|error| error.message), repave.map_err(|error| error.message))
    }

    /// The repave of a cluster; nothing where none was ever asked for.
    pub(crate) async fn repave(&self, cluster: &Document) -> Result<Option<Repave>, Error> {
        let uid = segment(&cluster.cluster().uid().unwrap_or_default());
        let what = format!("read the repave of cluster {:?}", cluster.cluster().name());
        match self.client.get(&format!("/v1/spectroclusters/{uid}/repave/status"), &what).await {
            Ok(answer) => {
                let text = |path: &[&str]| field::text(&answer, path).unwrap_or_default().into_owned();
                let state = text(&["status", "state"]);
                Ok((!state.is_empty()).then(|| Repave {
                    state,
                    source: text(&["spec", "source"]),
                    message: text(&["status", "message"]),
                    reasons: Reason::read(&answer, &["spec", "reasons"]),
                }))
            }
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Approves the repave that waits. After a failure the repave itself tells whether it was.
    pub(crate) async fn approve_repave(&self, cluster: &Document) -> Result<(), Error> {
        let uid = segment(&cluster.cluster().uid().unwrap_or_default());
        let what = format!("approve the repave of cluster {:?}", cluster.cluster().name());
        crate::interrupt::writes();
        let path = format!("/v1/spectroclusters/{uid}/repave/approve");
        let Err(error) = self.client.write(Method::PATCH, &path, None, &what).await else { return Ok(()) };
        match self.repave(cluster).await {
            Ok(Some(now)) if !now.is_pending() => Ok(()),
            Ok(_) => Err(error.hint("the repave waits still")),
            Err(_) => Err(error.hint("whether it is approved is not known; look at `kubectl profile status`")),
        }
    }

    /// Whether a cluster has downloaded a change and waits for a yes before it installs it.
    pub(crate) async fn waits_to_install(&self, cluster: &Document) -> Result<bool, Error> {
        let uid = segment(&cluster.cluster().uid().unwrap_or_default());
        let what = format!("read what cluster {:?} has to install", cluster.cluster().name());
        let answer = self.client.get(&format!("/v1/spectroclusters/{uid}/status/spcApply"), &what).await?;
        Ok(waits_to_install(&answer))
    }

    /// Lets a cluster install what it downloaded. After a failure its own status tells whether it may.
    pub(crate) async fn install(&self, cluster: &Document) -> Result<(), Error> {
        let uid = segment(&cluster.cluster().uid().unwrap_or_default());
        let what = format!("let cluster {:?} install what it downloaded", cluster.cluster().name());
        crate::interrupt::writes();
        let path = format!("/v1/spectroclusters/{uid}/status/spcApply");
        let Err(error) = self.client.write(Method::POST, &path, None, &what).await else { return Ok(()) };
        match self.waits_to_install(cluster).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(error.hint("it waits still")),
            Err(_) => Err(error.hint("whether it may is not known; run this again to see")),
        }
    }

    /// Why Palette offers an update of a cluster: what each open notification says (`v1Notification`), in words.
    pub(crate) async fn causes_of_update(&self, cluster: &Document) -> Result<Vec<String>, Error> {
        let open = self.notifications(cluster).await?;
        Ok(open.iter().map(cause).collect())
    }

    /// The notifications of a cluster that are not done.
    pub(super) async fn notifications(&self, cluster: &Document) -> Result<Vec<Value>, Error> {
        let uid = segment(&cluster.cluster().uid().unwrap_or_default());
        let what = format!("read the notifications of cluster {:?}", cluster.cluster().name());
        let path = format!("/v1/notifications/spectrocluster/{uid}?isDone=false");
        let answer = self.client.get(&path, &what).await?;
        let is_open = |it: &&Value| field::at(it, &["action", "isDone"]) != Some(&Value::Bool(true));
        Ok(field::items(&answer, &["items"]).map(|(_, it)| it).filter(is_open).cloned().collect())
    }
}

/// Whether what Palette says of a change (`v1SpcApply`) is that it was downloaded and waits for a yes before it is installed.
pub(crate) fn waits_to_install(apply: &Value) -> bool {
    let is_later = field::text(apply, &["actionType"]).is_some_and(|it| it == "DownloadAndInstallLater");
    is_later && apply.get("canBeApplied") != Some(&Value::Bool(true))
}

/// Whether a notification offers an update, and does not only tell something.
pub(super) fn offers_update(notification: &Value) -> bool {
    let action = field::text(notification, &["action", "actionType"]).unwrap_or_default();
    !["", "NotifyActionNone"].contains(&action.as_ref())
}

/// What a notification says, by its type and the action that it wants.
fn cause(notification: &Value) -> String {
    let text = |path: &[&str]| field::text(notification, path).unwrap_or_default().into_owned();
    let (kind, action, message) =
        (text(&["type"]), text(&["action", "actionType"]), text(&["action", "actionMessage"]));
    let cause = match (kind.as_str(), action.as_str()) {
        ("NotificationPackRegistryUpdate", _) | (_, "NotifyActionPackRegistryUpdate") => {
            "a registry moved a pack: its tag stands for another version now"
        }
        (_, "NotifyActionClusterProfileUpdate" | "NotifyActionPacksUpdate") | ("NotificationPackUpdate", _) => {
            "the profile version was edited"
        }
        _ => "Palette offers an update",
    };
    if message.is_empty() { cause.to_owned() } else { format!("{cause} ({message})") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cause_is_told_by_type_and_action() {
        let of = |kind: &str, action: &str| {
            cause(&json!({"type": kind, "action": {"actionType": action, "actionMessage": "m"}}))
        };
        assert!(
            of("NotificationPackUpdate", "NotifyActionClusterProfileUpdate")
                .starts_with("the profile version was edited (m)")
        );
        assert!(
            of("NotificationPackRegistryUpdate", "NotifyActionPackRegistryUpdate")
                .starts_with("a registry moved a pack")
        );
        assert!(of("NotificationNone", "NotifyActionNone").starts_with("Palette offers an update"));
    }
}
