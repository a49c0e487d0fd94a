//! Words for what is scaled down.

use std::collections::BTreeSet;

use profile_core::scale::{Tolerance, plan_back};

use super::{
    records::{Recorded, Records},
    scaling::placed,
    target::{Place, Target, is_of_one},
};
use crate::{
    error::Error,
    store::{Document, KubernetesStore, Store},
};

/// An object that was scaled down and has its record still.
pub(crate) struct StillDown {
    /// The object and what it was, in words.
    pub(crate) words: String,
    /// Why a scale-back would leave it as it is.
    pub(crate) refusal: Option<String>,
}

/// What is scaled down for each of some clusters of one store, or why that is not visible. The requests grow with the servers,
/// with the kinds that can be stopped and with what is scaled down, and not with the clusters.
pub(crate) async fn scaled_down(store: &Store, clusters: &[&Document]) -> Vec<Result<Vec<StillDown>, String>> {
    let mut read: Vec<(KubernetesStore, Result<Records, String>)> = Vec::new();
    let mut down = Vec::new();
    for cluster in clusters {
        let workload = match store.live(cluster).await {
            Ok(Some(workload)) => workload,
            // Files hold no live objects, of which nothing is to be said.
            Ok(None) => {
                down.push(Ok(Vec::new()));
                continue;
            }
            Err(error) => {
                down.push(Err(error.to_string()));
                continue;
            }
        };
        let known = match read.iter().position(|(it, _)| it.is_same_connection(&workload)) {
            Some(known) => known,
            None => {
                let records = match Records::read(&workload, &BTreeSet::new()).await {
                    Ok(records) if records.not_visible.is_empty() => Ok(records),
                    Ok(records) => Err(records.not_visible.join("; ")),
                    Err(error) => Err(error.to_string()),
                };
                read.push((workload, records));
                read.len() - 1
            }
        };
        let (workload, records) = &read[known];
        down.push(match records {
            Ok(records) => still_down(workload, &records.of(cluster, |_| false)).await.map_err(|it| it.to_string()),
            Err(reason) => Err(reason.clone()),
        });
    }
    down
}

/// What a scale-back would do with each: an agent, or somebody, may have scaled it up since.
async fn still_down(store: &KubernetesStore, recorded: &[&Recorded]) -> Result<Vec<StillDown>, Error> {
    let mut down = Vec::new();
    for it in recorded {
        let Some(words) = words(it) else { continue };
        let place = Place { resource: it.resource.clone(), lever: store.lever(&it.resource).await? };
        let refusal = match Target::read(store, &place, &it.identity).await {
            Ok(None) => continue,
            // Who scales it, if anything does, is looked at by the scale-back.
            Ok(Some(target)) => {
                plan_back(&target.subject(), &[], Tolerance::Nothing).err().map(|refusal| refusal.to_string())
            }
            Err(error) if is_of_one(&error) => Some(error.message),
            Err(error) => return Err(error),
        };
        down.push(StillDown { words, refusal });
    }
    Ok(down)
}

/// The object and what it was, in words.
pub(super) fn words(recorded: &Recorded) -> Option<String> {
    let record = recorded.record.as_ref().ok()?;
    Some(format!("{} ({})", placed(&recorded.identity), record.former.was()))
}
