//! Words for what is scaled down.

use std::collections::BTreeSet;

use profile_core::{
    render::Identity,
    scale::{Tolerance, plan_back},
};

use super::{
    back::in_words,
    records::{Recorded, Records},
    scaling::{object, placed},
    target::{Place, Target, is_of_one},
};
use crate::{
    error::Error,
    store::{Document, KubernetesStore, Store},
};

/// An object that was scaled down and has its record still.
#[derive(Debug)]
pub(crate) struct StillDown {
    pub(super) identity: Identity,
    /// The object and what it was, in words.
    pub(crate) words: String,
    /// Why a scale-back would leave it as it is.
    pub(crate) refusal: Option<String>,
}

impl StillDown {
    /// The object as a command line names it.
    pub(crate) fn name(&self) -> String {
        object(&self.identity)
    }
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
            Ok(records) => still_down(workload, &records.of(cluster, |_| false), Tolerance::Nothing)
                .await
                .map_err(|it| it.to_string()),
            Err(reason) => Err(reason.clone()),
        });
    }
    down
}

/// What a scale-back would do with each: an agent, or somebody, may have scaled it up since.
pub(super) async fn still_down(
    store: &KubernetesStore,
    recorded: &[&Recorded],
    tolerance: Tolerance,
) -> Result<Vec<StillDown>, Error> {
    let mut down = Vec::new();
    for it in recorded {
        let place = Place { resource: it.resource.clone(), lever: store.lever(&it.resource).await? };
        let refusal = match Target::read(store, &place, &it.identity).await {
            Ok(None) => continue,
            // Who scales it, if anything does, is looked at by the scale-back.
            Ok(Some(target)) => match plan_back(&target.subject(), &[], tolerance) {
                Ok(plan) if plan.from == plan.to => Some("it is so again, and only its record is left".to_owned()),
                Ok(_) => None,
                Err(refusal) => Some(in_words(&refusal)),
            },
            Err(error) if is_of_one(&error) => Some(error.message),
            Err(error) => return Err(error),
        };
        down.push(StillDown { identity: it.identity.clone(), words: words(it), refusal });
    }
    Ok(down)
}

/// The object and what it was, in words.
fn words(recorded: &Recorded) -> String {
    let was = recorded.record.as_ref().map_or_else(|_| "its record cannot be read".to_owned(), |it| it.former.was());
    format!("{} ({was})", placed(&recorded.identity))
}
