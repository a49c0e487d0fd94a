//! Plans the way back to what an object was before it was stopped.

use serde_json::{Value, json};

use super::{
    Plan, Record, Refusal, Subject, Write,
    down::to_scale,
    pinned, pins,
    refusal::{Changed, Sizes},
    scalers,
};
use crate::annotations;

/// What may have changed since an object was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tolerance {
    /// Nothing.
    Nothing,
    /// Its specification, but not its size: the user has seen what.
    Specification,
    /// Both: it is rendered again, so whoever applies it says what it is.
    Everything,
}

/// Plans to set an object back to what its record says, and to remove the record, in one patch where the object itself holds
/// its size. An object that stands where it stood before only loses the record: the run that stopped it was killed.
///
/// # Errors
/// When the object carries no record of ours that fits it, or when someone changed it since.
pub fn plan_back(subject: &Subject<'_>, scalers: &[Value], tolerance: Tolerance) -> Result<Plan, Refusal> {
    let live = subject.live;
    let (identity, lever, from) = subject.read()?;
    let (uid, mut metadata) = pinned(live, &identity)?;
    let record = match Record::of(live) {
        Ok(Some(record)) => record,
        Ok(None) => return Err(Refusal::NoRecord(identity)),
        Err(reason) => return Err(Refusal::UnreadableRecord { object: identity, reason }),
    };
    if record.uid != uid {
        return Err(Refusal::AnotherObject { object: identity, recorded: record.uid });
    }
    let is_other_lever = std::mem::discriminant(&record.former) != std::mem::discriminant(&from);
    if is_other_lever {
        let reason = format!("it tells of `{}`, which this object does not have", record.former.name());
        return Err(Refusal::UnreadableRecord { object: identity, reason });
    }
    let mut notices = Vec::new();
    let mut to = record.former.clone();
    if !from.is_stopped() && from != record.former {
        if tolerance < Tolerance::Everything && !scalers::keda_decides(&identity, scalers) {
            let sizes = Box::new(Sizes { recorded: record.former, now: from });
            return Err(Refusal::ScaledSince { object: identity, sizes });
        }
        to = from.clone();
    }
    if from == to {
        notices.push(format!("it runs at {} {from} already, so only the record is removed", from.name()));
    }
    if tolerance < Tolerance::Specification && !record.fields.is_empty() {
        let fields = pins::changes(&record.fields, live, lever, (&record.former, &from));
        if !fields.is_empty() {
            let by = pins::last_writer(live, &record.at);
            let changed = Box::new(Changed { at: record.at, fields, by });
            return Err(Refusal::ChangedSince { object: identity, changed });
        }
    }
    // In a merge patch null removes.
    let scale = (from != to).then(|| to_scale(&metadata, &to));
    metadata["annotations"] = json!({annotations::SCALED_DOWN: null});
    let unrecorded = Write::Object(json!({ "metadata": &metadata }));
    let (write, then) = match (lever.patch(&to, metadata), scale) {
        (Some(write), Some(_)) => (write, None),
        // The record goes last: without it a size that was not written could not be found again.
        (None, Some(scale)) => (scale, Some(unrecorded)),
        (_, None) => (unrecorded, None),
    };
    Ok(Plan { identity, from, to, write, then, notices })
}
