//! What Palette lists: clusters and versions of profiles, by their names and by summaries. No list takes a request for each of
//! its items, but for the few that it leaves out.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use profile_core::field;
use serde_json::{Value, json};
use tokio::{sync::OnceCell, time::Instant};

use super::{FRESH, PaletteStore, TOGETHER, client::segment, document, documents, pages};
use crate::{
    error::{Error, Kind},
    store::Document,
};

/// How many versions are read one by one where a list leaves them out: beyond that they stand there by their names.
const FEW: usize = 24;

/// The names of all versions, for which several may ask at a time, which then wait for one answer.
pub(super) type Names = (Instant, Rc<OnceCell<Rc<Vec<Value>>>>);

impl PaletteStore {
    pub(super) async fn cluster_names(&self) -> Result<Vec<Value>, Error> {
        let mut answer = self.client.get("/v1/dashboard/spectroclusters/metadata", "list clusters").await?;
        Ok(items(&mut answer)?.iter().map(documents::cluster_name).collect())
    }

    pub(super) async fn cluster_summaries(&self) -> Result<Vec<Value>, Error> {
        let is_there = json!({"property": "isDeleted", "type": "bool", "condition": {"bool": {"value": false}}});
        let group = json!({"conjunction": "and", "filters": [is_there]});
        let body = json!({"filter": {"conjunction": "and", "filterGroups": [group]}, "sort": []});
        let versions = async {
            let names = self.version_names().await?;
            let of = |it: &Value| {
                let uid = field::text(it, &["metadata", "uid"])?.into_owned();
                Some((uid, field::text(it, &["spec", "version"])?.into_owned()))
            };
            Ok::<BTreeMap<_, _>, Error>(names.iter().filter_map(of).collect())
        };
        let pages = self.pages("/v1/dashboard/spectroclusters/search", &body, "list clusters", |it| {
            let is_deleted = field::text(it, &["status", "state"]).is_some_and(|it| it.eq_ignore_ascii_case("deleted"));
            (!is_deleted).then(|| documents::cluster_summary(it))
        });
        let (versions, mut clusters) = tokio::try_join!(versions, pages)?;
        for cluster in &mut clusters {
            documents::put_versions(cluster, &versions);
        }
        Ok(clusters)
    }

    /// The names of all versions.
    pub(super) async fn version_names(&self) -> Result<Rc<Vec<Value>>, Error> {
        let cell = {
            let mut names = self.names.borrow_mut();
            let known = names.take_if(|(at, _)| at.elapsed() < FRESH);
            let (_, cell) = names.insert(known.unwrap_or_else(|| (Instant::now(), Rc::default())));
            Rc::clone(cell)
        };
        let read = async || {
            let mut answer = self.client.get("/v1/dashboard/clusterprofiles/metadata", "list profiles").await?;
            Ok::<_, Error>(Rc::new(items(&mut answer)?))
        };
        cell.get_or_try_init(read).await.cloned()
    }

    /// The versions as a list of summaries shows them; those that it leaves out by their names.
    pub(crate) async fn profile_summaries(&self) -> Result<Vec<Document>, Error> {
        let body = json!({"filter": {}, "sort": []});
        let pages = self
            .pages("/v1/dashboard/clusterprofiles", &body, "list profiles", |it| Some(documents::profile_summary(it)));
        let (names, mut all) = tokio::try_join!(self.version_names(), pages)?;
        let known: BTreeSet<_> =
            all.iter().filter_map(|it| Some(field::text(it, &["metadata", "uid"])?.into_owned())).collect();
        let is_new =
            |it: &&Value| field::text(it, &["metadata", "uid"]).is_some_and(|uid| !known.contains(uid.as_ref()));
        let missing: Vec<_> = names.iter().filter(is_new).collect();
        if missing.len() > FEW {
            all.extend(missing.into_iter().map(documents::named));
        } else {
            let read = stream::iter(missing.into_iter().map(|it| self.listed(it))).buffered(TOGETHER);
            all.extend(read.try_collect::<Vec<_>>().await?);
        }
        Ok(all.into_iter().map(document).collect())
    }

    /// A version that a list of summaries leaves out.
    async fn listed(&self, name: &Value) -> Result<Value, Error> {
        let uid = field::text(name, &["metadata", "uid"]).unwrap_or_default();
        let path = format!("/v1/clusterprofiles/{}", segment(&uid));
        match self.client.get(&path, &format!("read the profile version with uid {uid}")).await {
            Ok(profile) => Ok(documents::profile_listed(&profile)),
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Forbidden) => Ok(documents::named(name)),
            Err(error) => Err(error),
        }
    }

    /// All items of a list in pages that `take` takes.
    async fn pages(
        &self,
        path: &str,
        body: &Value,
        what: &str,
        take: impl Fn(&Value) -> Option<Value>,
    ) -> Result<Vec<Value>, Error> {
        pages::all(async |query| self.client.ask(&format!("{path}?{query}"), body, what).await, take).await
    }
}

/// Takes the items out of an answer that is a list, or a page of one: what is no list is not an empty one.
pub(super) fn items(answer: &mut Value) -> Result<Vec<Value>, Error> {
    match answer.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(Error::new(Kind::Unanswered, "Palette's answer is no list: it has no items")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_an_answer_that_is_no_list() {
        for mut answer in [json!({}), json!({"items": {"a": 1}}), json!([]), Value::Null] {
            assert!(items(&mut answer).is_err());
        }
        assert!(items(&mut json!({"items": null})).unwrap().is_empty());
        assert_eq!(items(&mut json!({"items": [1, {"a": 2}]})).unwrap(), [json!(1), json!({"a": 2})]);
    }
}
