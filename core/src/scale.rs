//! Decides what to write to scale a workload to zero, and back to the size it had.
//!
//! Nothing but the size and our record changes, both in one patch. The record on the object is the truth about its former
//! size and is written once: no second scale-down overwrites it.

mod availability;
mod back;
mod down;
mod record;
mod refusal;

use serde_json::Value;

pub use self::{
    availability::availability,
    back::plan_back,
    down::{Down, Occasion, plan_down},
    record::Record,
    refusal::Refusal,
};
use crate::{field, render::Identity};

/// One write: what it does, and to which state of which object.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The object.
    pub identity: Identity,
    /// The replicas that it has.
    pub from: i64,
    /// The replicas that it gets.
    pub to: i64,
    /// The JSON merge patch. It names uid and resourceVersion, so it fails when the object is another or has changed.
    pub patch: Value,
    /// What the user should know before saying yes.
    pub notices: Vec<String>,
}

/// The identity of a workload that has a size: a Deployment or a StatefulSet.
fn scalable(live: &Value) -> Result<Identity, Refusal> {
    let identity = Identity::of_live(live).ok_or(Refusal::NotAnObject)?;
    if ["Deployment", "StatefulSet"].iter().any(|kind| identity.is("apps", kind)) {
        Ok(identity)
    } else {
        Err(Refusal::NotScalable(identity))
    }
}

/// The replicas that a workload asks for. The API server writes 1 where a manifest says nothing.
fn replicas(live: &Value) -> i64 {
    field::at(live, &["spec", "replicas"]).and_then(Value::as_i64).unwrap_or(1)
}

/// The uid and resourceVersion that a patch is pinned to.
fn pins(live: &Value, identity: &Identity) -> Result<(String, String), Refusal> {
    let pin = |name| field::text(live, &["metadata", name]).map(std::borrow::Cow::into_owned);
    pin("uid").zip(pin("resourceVersion")).ok_or_else(|| Refusal::NotLive(identity.clone()))
}

#[cfg(test)]
mod tests;
