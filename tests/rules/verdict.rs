//! Asks core and the reference about one change.

use std::collections::BTreeSet;

use profile_core::{
    allowance,
    cluster::Cluster,
    facts::{Facts, Reader},
    json::Cursor,
    rules::{Policy, Verdict, check, judge},
};
use profile_oracle::reference::{Judgement, reference};
use serde_json::Value;

use crate::world::World;

/// What core says about the change, the same by the documents and by their text.
pub(crate) fn verdict(before: &Value, after: &Value) -> Verdict {
    let of_documents = check(&Cluster::new(before), &Cluster::new(after), &Policy::default());
    if before.is_object() && after.is_object() {
        let (old, new) = (before.to_string(), after.to_string());
        let mut reader = Reader::default();
        // As the API server writes them.
        Cursor::whole(new.as_bytes(), |cursor| reader.after(cursor)).expect("it is an object");
        Cursor::whole(old.as_bytes(), |cursor| reader.before(cursor)).expect("it is an object");
        let (Some(old), Some(new)) = reader.into_facts() else { unreachable!("both were read") };
        assert_eq!(old, Facts::of(&Cluster::new(before)));
        assert_eq!(new, Facts::of(&Cluster::new(after)).into());
        let other_content = || allowance::other_content(&Cluster::new(before), &Cluster::new(after));
        assert_eq!(judge(&old, new.facts(), &other_content, &Policy::default()), of_documents);
    }
    of_documents
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
