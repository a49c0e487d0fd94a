//! Decides what to write to scale a workload to zero, and back to the size it had.
//!
//! Nothing but the size and our record changes, in one patch wherever the object itself holds its size. The record on the
//! object is the truth about its former size and is written once: no second scale-down overwrites it.

mod availability;
mod back;
mod down;
mod lever;
mod obstacles;
mod pins;
mod record;
mod refusal;
mod scalers;
mod setting;

use serde_json::{Value, json};

pub use self::{
    availability::availability,
    back::{Tolerance, plan_back},
    down::{Down, Occasion, plan_down},
    lever::Lever,
    pins::{Change, moved},
    record::Record,
    refusal::{Changed, Refusal, Sizes},
    scalers::{is_same as scalers_are_same, is_target_of, pausing},
    setting::Setting,
};
use crate::{field, render::Identity};

/// A live object and what of it is set.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The object as the API server has it.
    pub live: &'a Value,
    /// What of it is set; `None` where its kind has no such thing.
    pub lever: Option<&'a Lever>,
    /// Its `/scale` subresource, where only that tells its size.
    pub scale: Option<&'a Value>,
}

/// A JSON merge patch. It names uid and resourceVersion, so it fails when the object is another or has changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Of the object itself.
    Object(Value),
    /// Of its `/scale` subresource.
    Scale(Value),
}

/// One write: what it does, and to which state of which object.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The object.
    pub identity: Identity,
    /// Where its lever stands.
    pub from: Setting,
    /// Where it is to stand.
    pub to: Setting,
    /// What is written.
    pub write: Write,
    /// What has to follow, as far as the present state tells. It is planned anew once the first write stands, so that a run
    /// that was killed between the two is continued in the same way.
    pub then: Option<Write>,
    /// What the user should know before saying yes.
    pub notices: Vec<String>,
}

impl Subject<'_> {
    /// What the object is, what of it is set, and where that stands.
    fn read(&self) -> Result<(Identity, &Lever, Setting), Refusal> {
        let identity = Identity::of_live(self.live).ok_or(Refusal::NotAnObject)?;
        let lever = self.lever.ok_or_else(|| Refusal::NotScalable(identity.clone()))?;
        if field::text(self.live, &["metadata", "deletionTimestamp"]).is_some() {
            let finalizers = field::items(self.live, &["metadata", "finalizers"]);
            let finalizers = finalizers.filter_map(|(_, it)| it.as_str().map(str::to_owned)).collect();
            return Err(Refusal::BeingDeleted { object: identity, finalizers });
        }
        let setting = lever.setting(self).ok_or_else(|| Refusal::NoSize {
            object: identity.clone(),
            place: lever.place().unwrap_or_else(|| "/scale".to_owned()),
        })?;
        Ok((identity, lever, setting))
    }
}

/// The replicas that a workload asks for. The API server writes 1 where a manifest says nothing.
fn replicas(live: &Value) -> i64 {
    field::at(live, &["spec", "replicas"]).and_then(Value::as_i64).unwrap_or(1)
}

/// The uid and resourceVersion that a patch is pinned to, as the patch's metadata.
fn pinned(live: &Value, identity: &Identity) -> Result<(String, Value), Refusal> {
    let pin = |name| field::text(live, &["metadata", name]).map(std::borrow::Cow::into_owned);
    let (uid, version) = pin("uid").zip(pin("resourceVersion")).ok_or_else(|| Refusal::NotLive(identity.clone()))?;
    let metadata = json!({"uid": &uid, "resourceVersion": version});
    Ok((uid, metadata))
}

#[cfg(test)]
mod tests;
