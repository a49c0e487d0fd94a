//! Plans a scale-down to zero.

use serde_json::{Value, json};

use super::{
    Lever, Plan, Record, Refusal, Setting, Subject, Write,
    obstacles::{notices, obstacle},
    pinned, pins,
    refusal::Sizes,
    scalers,
};
use crate::annotations;

/// Why and when a scale-down happens: what the record keeps.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The time, in RFC 3339.
    pub now: &'a str,
    /// The reason that the user gave.
    pub reason: Option<&'a str>,
    /// The revision that left the workload behind.
    pub revision: Option<u64>,
    /// The cluster, as `NAMESPACE/NAME`: two clusters may have one name.
    pub cluster: &'a str,
}

/// What a scale-down comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Down {
    /// A write is needed.
    Scale(Plan),
    /// We stopped it before, and it still stands: nothing to write.
    AlreadyDown(Record),
    /// It stands, but not by us: nothing to write, and nothing of ours to go back to.
    AlreadyZero,
}

/// Plans to stop an object. `scalers` are the autoscalers and ScaledObjects of its namespace.
///
/// An object that carries our record and runs again was scaled up by hand, or the run that wrote the record was killed. At the
/// recorded size nothing is lost by going down once more: the record stays as it is, the plan sets the size alone. At another
/// size it is not clear which of the two sizes is to come back, so that is refused, unless KEDA has set it.
///
/// # Errors
/// When the object is not ours to scale, when scaling would delete data, or when someone else would undo it.
pub fn plan_down(subject: &Subject<'_>, scalers: &[Value], occasion: &Occasion<'_>) -> Result<Down, Refusal> {
    let live = subject.live;
    let (identity, lever, from) = subject.read()?;
    let (uid, mut metadata) = pinned(live, &identity)?;
    let record = Record::of(live).map_err(|reason| Refusal::UnreadableRecord { object: identity.clone(), reason })?;
    if let Some(record) = record.as_ref().filter(|record| record.uid != uid) {
        return Err(Refusal::AnotherObject { object: identity, recorded: record.uid.clone() });
    }
    let record = match record {
        Some(record) if from.is_stopped() => return Ok(Down::AlreadyDown(record)),
        Some(record) if record.former != from && !scalers::keda_decides(&identity, scalers) => {
            let sizes = Box::new(Sizes { recorded: record.former, now: from });
            return Err(Refusal::ScaledSince { object: identity, sizes });
        }
        known => known,
    };
    if let Some(refusal) = obstacle(live, &identity, scalers) {
        return Err(refusal);
    }
    if from.is_stopped() {
        return Ok(Down::AlreadyZero);
    }
    let to = from.stopped();
    let notices = notices(live, &identity, scalers);
    let mut plan = Plan { identity, to: to.clone(), write: scale(&metadata), then: None, notices, from };
    if record.is_none() {
        let record = Record {
            former: plan.from.clone(),
            at: occasion.now.to_owned(),
            reason: occasion.reason.map(str::to_owned),
            revision: occasion.revision,
            cluster: occasion.cluster.to_owned(),
            uid,
            fields: pins::fields(live, lever, &plan.from),
        };
        metadata["annotations"] = json!({annotations::SCALED_DOWN: record.text()});
    }
    match lever.patch(&to, metadata.clone()) {
        Some(write) => plan.write = write,
        // The record goes first: a size without a record could not be found again.
        None if record.is_none() => {
            plan.then = Some(plan.write);
            plan.write = Write::Object(json!({ "metadata": metadata }));
        }
        None => {}
    }
    Ok(Down::Scale(plan))
}

/// A write of zero replicas to `/scale`.
fn scale(metadata: &Value) -> Write {
    to_scale(metadata, &Setting::Replicas(0))
}

/// A write of a size to `/scale`.
pub(super) fn to_scale(metadata: &Value, setting: &Setting) -> Write {
    let replicas = if let Setting::Replicas(replicas) = setting { *replicas } else { 0 };
    Write::Scale(json!({"metadata": metadata, "spec": {"replicas": replicas}}))
}

impl Lever {
    /// Whether pods are gone once it stands at zero. A CronJob's running Jobs go on, and KEDA has no pods.
    pub fn ends_pods(&self) -> bool {
        matches!(self, Self::Replicas(_) | Self::Subresource)
    }
}
