//! What of a kind is set so that nothing runs: its replicas, its suspension, KEDA's pause.

use serde_json::{Value, json};

use super::{Setting, Subject, Write, scalers::PAUSED_REPLICAS};
use crate::field;

/// What of an object is set to stop it, and set back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lever {
    /// A number of replicas in the object itself: the path of its field.
    Replicas(Vec<String>),
    /// A number of replicas that only the `/scale` subresource tells and takes.
    Subresource,
    /// `spec.suspend`, which keeps a CronJob from starting Jobs.
    Suspend,
    /// KEDA's annotation that holds what a ScaledObject scales at a size.
    Pause,
}

/// Kubernetes' own kinds with `spec.replicas`, and what the API server writes where a manifest says nothing.
const WITH_REPLICAS: [(&str, &str); 4] =
    [("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("", "ReplicationController")];

impl Lever {
    /// The lever of a kind that is known without asking the cluster.
    pub fn of_kind(group: &str, kind: &str) -> Option<Self> {
        match (group, kind) {
            kind if WITH_REPLICAS.contains(&kind) => Self::of_path(".spec.replicas"),
            ("batch", "CronJob") => Some(Self::Suspend),
            ("keda.sh", "ScaledObject") => Some(Self::Pause),
            _ => None,
        }
    }

    /// The lever of a custom resource whose definition names the field, such as `.spec.replicas`; `None` where that is no
    /// plain path.
    pub fn of_path(path: &str) -> Option<Self> {
        let steps: Vec<_> = path.strip_prefix('.')?.split('.').map(str::to_owned).collect();
        let is_name = |it: &String| !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        (steps.len() > 1 && steps.iter().all(is_name)).then_some(Self::Replicas(steps))
    }

    /// Where the setting stands in the object, as `spec.replicas`; `None` where the object does not hold it.
    pub fn place(&self) -> Option<String> {
        match self {
            Self::Replicas(path) => Some(path.join(".")),
            Self::Suspend => Some("spec.suspend".to_owned()),
            Self::Pause | Self::Subresource => None,
        }
    }

    /// Where the lever of an object stands; `None` where neither the object nor its kind says so.
    pub(super) fn setting(&self, subject: &Subject<'_>) -> Option<Setting> {
        let live = subject.live;
        match self {
            Self::Replicas(path) => {
                let path: Vec<_> = path.iter().map(String::as_str).collect();
                let written = field::at(live, &path).and_then(Value::as_i64);
                let is_own = crate::render::Identity::of_live(live)
                    .is_some_and(|it| WITH_REPLICAS.contains(&(it.group.as_str(), it.kind.as_str())));
                written.or_else(|| is_own.then(|| super::replicas(live))).map(Setting::Replicas)
            }
            // A Scale leaves the number out where it is 0.
            Self::Subresource => {
                let number = field::at(subject.scale?, &["spec", "replicas"]);
                Some(Setting::Replicas(number.and_then(Value::as_i64).unwrap_or(0)))
            }
            Self::Suspend => {
                let suspend = field::at(live, &["spec", "suspend"]).and_then(Value::as_bool).unwrap_or(false);
                Some(Setting::Suspended(suspend))
            }
            Self::Pause => {
                let paused = field::at(live, &["metadata", "annotations", PAUSED_REPLICAS]).and_then(Value::as_str);
                Some(Setting::PausedAt(paused.map(str::to_owned)))
            }
        }
    }

    /// The patch of the object that sets it, with `metadata` for pins and our record. `None` where the object does not hold
    /// its setting.
    pub(super) fn patch(&self, setting: &Setting, mut metadata: Value) -> Option<Write> {
        let nested = |path: &[&str], value: Value| path.iter().rev().fold(value, |value, step| json!({ *step: value }));
        let mut patch = match (self, setting) {
            (Self::Replicas(path), Setting::Replicas(replicas)) => {
                nested(&path.iter().map(String::as_str).collect::<Vec<_>>(), json!(replicas))
            }
            (Self::Suspend, Setting::Suspended(suspended)) => nested(&["spec", "suspend"], json!(suspended)),
            (Self::Pause, Setting::PausedAt(replicas)) => {
                metadata["annotations"][PAUSED_REPLICAS] = json!(replicas);
                json!({})
            }
            _ => return None,
        };
        patch["metadata"] = metadata;
        Some(Write::Object(patch))
    }
}
