//! `[CLUSTER] PROFILE@VERSION`, as several commands take it, read from the store.

use profile_core::switch;
use serde_json::Value;

use crate::{
    cli::Global,
    error::Error,
    reference::{self, Reference},
    selection,
    store::{Document, Store},
};

/// A cluster, the version it may be switched to, and what it would be then.
pub(crate) struct Target {
    pub(crate) store: Store,
    pub(crate) cluster: Document,
    pub(crate) profiles: Vec<Document>,
    pub(crate) version: Document,
    pub(crate) reference: Reference,
    /// The cluster document after the switch.
    pub(crate) pending: Value,
}

/// Splits the words into a cluster, which may be left out, and a profile version, which comes last.
pub(crate) fn words(words: &[String]) -> Result<(Option<&str>, Reference), Error> {
    let (last, rest) =
        words.split_last().ok_or_else(|| Error::usage("name a profile version, like hello-universe@1.1.0"))?;
    let reference = reference::with_version(last).map_err(Error::usage)?;
    match rest {
        [] => Ok((None, reference)),
        [cluster] => Ok((Some(cluster), reference)),
        _ => Err(Error::usage(format!("{} words before {last:?}, and one cluster is meant", rest.len()))),
    }
}

impl Target {
    /// Reads what `[CLUSTER] PROFILE@VERSION` names.
    pub(crate) async fn read(global: &Global, given: &[String]) -> Result<Self, Error> {
        let (cluster, reference) = words(given)?;
        let store = Store::open(global).await?;
        let cluster = selection::cluster(&store, cluster).await?;
        let profiles = store.profiles(cluster.cluster().namespace().as_deref()).await?;
        let version = selection::version(&profiles, &reference, &store.scope_of(&cluster))?.clone();
        let pending = switch::pending(&cluster.cluster(), &version.profile())?;
        Ok(Self { store, cluster, profiles, version, reference, pending })
    }

    /// Reads the cluster and the profiles again.
    pub(crate) async fn refresh(&mut self) -> Result<(), Error> {
        self.cluster = self.store.reread(&self.cluster).await?;
        self.profiles = self.store.profiles(self.cluster.cluster().namespace().as_deref()).await?;
        self.version =
            selection::version(&self.profiles, &self.reference, &self.store.scope_of(&self.cluster))?.clone();
        self.pending = switch::pending(&self.cluster.cluster(), &self.version.profile())?;
        Ok(())
    }
}

/// A template manages the cluster: its version is changed there, and a change here would be undone.
pub(crate) fn refuse_template(cluster: &Document) -> Result<(), Error> {
    let view = cluster.cluster();
    match view.cluster_template() {
        None => Ok(()),
        Some(template) => {
            Err(Error::refused(format!("cluster {:?} is managed by cluster template {template:?}", view.name()))
                .hint("change the profile version in the template"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_may_be_left_out() {
        let of = |list: &[&str]| {
            let owned: Vec<_> = list.iter().map(|it| (*it).to_owned()).collect();
            words(&owned)
                .map(|(cluster, reference)| (cluster.map(str::to_owned), reference.profile))
                .map_err(|error| error.message)
        };
        assert_eq!(of(&["p@1.0.0"]), Ok((None, "p".into())));
        assert_eq!(of(&["c", "p@1.0.0"]), Ok((Some("c".into()), "p".into())));
        assert!(of(&[]).is_err());
        assert!(of(&["c", "p"]).unwrap_err().contains("no version"));
        assert!(of(&["a", "b", "p@1.0.0"]).unwrap_err().contains("one cluster"));
    }
}
