//! Asks core and the reference about one change.

use std::collections::BTreeSet;

use profile_core::{
    cluster::Cluster,
    rules::{Policy, Verdict, check},
};
use serde_json::Value;

use crate::{
    reference::{Judgement, reference},
    world::World,
};

/// What core says about the change.
pub(crate) fn verdict(before: &Value, after: &Value) -> Verdict {
    check(&Cluster::new(before), &Cluster::new(after), &Policy::default())
}

/// What the reference says about the change, when core finds the same rules broken.
pub(crate) fn agreed(before: &World, after: &World) -> Result<Judgement, String> {
    let judgement = reference(before, after);
    let (before, after) = (before.document(), after.document());
    let verdict = verdict(&before, &after);
    let codes: BTreeSet<&str> = verdict.denied.iter().map(|violation| violation.code.as_str()).collect();
    if codes == judgement.broken {
        return Ok(judgement);
    }
    Err(format!("core finds {codes:?}, the reference {:?}\nbefore: {before}\nafter: {after}", judgement.broken))
}
