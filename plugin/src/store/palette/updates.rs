//! What Palette knows of a cluster's copy beside the copy itself: which packs are as they were published, and what an update
//! of it would bring.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use profile_core::{field, profile::AttachedProfile};
use serde_json::Value;

use super::{PaletteStore, TOGETHER, client::segment, documents, questions::offers_update};
use crate::{
    error::{Error, Kind},
    selection,
    store::Document,
};

impl PaletteStore {
    /// Puts what Palette knows of a cluster's copy into its document, where no revision recorded what it was taken from:
    /// whether an update is offered, and of the packs that differ from what is published today whether it says that nothing is
    /// overridden (`isValuesOverridden`, `isOverridden`). `is_known` tells of which profiles a revision did.
    pub(crate) async fn flagged(
        &self,
        cluster: &Document,
        profiles: &[Document],
        is_known: impl Fn(&AttachedProfile<'_>) -> bool,
    ) -> Result<Document, Error> {
        let view = cluster.cluster();
        let mut asked = BTreeSet::new();
        for attached in view.profiles().iter().filter(|it| !is_known(it)) {
            let Some(uid) = attached.uid() else { continue };
            let published = selection::published_of(profiles, attached).and_then(|it| it.profile().content());
            let packs = published.map(|it| it.packs()).unwrap_or_default();
            for own in attached.packs() {
                let today = packs.iter().find(|it| it.name() == own.name());
                let is_same = today.is_some_and(|it| it.values() == own.values() && it.manifests() == own.manifests());
                if !is_same {
                    asked.insert((uid.clone().into_owned(), own.name().into_owned()));
                }
            }
        }
        let is_offered = match view.profiles().iter().all(&is_known) {
            true => false,
            false => self.notifications(cluster).await?.iter().any(offers_update),
        };
        let ask = |(uid, pack): (String, String)| async move {
            let config = self.config(cluster, &uid, &pack).await?;
            Ok::<_, Error>((uid, pack, config))
        };
        let answers: Vec<_> = stream::iter(asked).map(ask).buffered(TOGETHER).try_collect().await?;
        let mut flagged = cluster.clone();
        if is_offered {
            // A notification speaks of the cluster, and this of the profiles.
            let updates = self.updates(cluster).await?;
            let uids = updates.iter().filter_map(|it| Some(field::text(it, &["uid"])?.into_owned()));
            documents::put_offers(&mut flagged.value, &uids.collect::<Vec<_>>());
        }
        for (uid, pack, config) in answers {
            documents::put_flags(&mut flagged.value, (&uid, &pack), &config);
        }
        Ok(flagged)
    }

    /// `v1PackConfigSpec` of one pack of a cluster; null where it is not told.
    async fn config(&self, cluster: &Document, profile: &str, pack: &str) -> Result<Value, Error> {
        let view = cluster.cluster();
        let (uid, profile, name) = (segment(&view.uid().unwrap_or_default()), segment(profile), segment(pack));
        let path = format!("/v1/spectroclusters/{uid}/profiles/{profile}/packs/{name}/config");
        let what = format!("read whether pack {pack:?} of cluster {:?} is overridden", view.name());
        match self.client.get(&path, &what).await {
            Ok(answer) => {
                let mut specs = field::items(&answer, &["items"]).filter_map(|(_, it)| it.get("spec"));
                let is_it = |it: &&Value| field::text(it, &["name"]).is_some_and(|it| it == pack);
                Ok(specs.find(is_it).cloned().unwrap_or_default())
            }
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Forbidden) => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }

    /// Puts what Palette would bring by an update of `cluster` in the place of what is published: where a registry moved a
    /// tag, the pack has another version there, and the profile itself was not edited.
    pub(crate) async fn put_updates(&self, cluster: &Document, profiles: &mut [Document]) -> Result<(), Error> {
        for pending in &self.updates(cluster).await? {
            let uid = field::text(pending, &["uid"]);
            let published = profiles.iter_mut().find(|it| uid.is_some() && it.profile().uid() == uid);
            if let Some(published) = published {
                documents::put_update(&mut published.value, pending);
            }
        }
        Ok(())
    }

    /// The profiles of a cluster as an update would bring them (`v1SpectroClusterProfileUpdates`).
    async fn updates(&self, cluster: &Document) -> Result<Vec<Value>, Error> {
        let uid = segment(&cluster.cluster().uid().unwrap_or_default());
        let what = format!("read the pending update of cluster {:?}", cluster.cluster().name());
        let answer = self.client.get(&format!("/v1/spectroclusters/{uid}/profileUpdates"), &what).await?;
        Ok(field::items(&answer, &["profiles"]).map(|(_, it)| it.clone()).collect())
    }
}
