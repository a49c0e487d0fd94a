//! Which version of Palette's API is served: the first list finds it out, and asks nothing before it.

use std::sync::{Arc, Mutex, PoisonError};

use kube::core::{params::ListParams, request::Request};
use profile_core::field;

use super::{GROUP, KubernetesStore};
use crate::error::{Error, Kind};

/// The versions that Palette serves, the preferred one first. Up to 4.9.27 there is only `v1alpha1`.
pub(crate) const VERSIONS: [&str; 2] = ["v1", "v1alpha1"];

/// The version that each kind was found in, by the kind's plural.
#[derive(Clone, Default)]
pub(super) struct Found(Arc<Mutex<Vec<(String, &'static str)>>>);

impl Found {
    fn of(&self, plural: &str) -> Option<&'static str> {
        // A list that grows is whole at every time, whoever panicked beside it.
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.iter().find(|(it, _)| it == plural).map(|(_, version)| *version)
    }

    fn remember(&self, plural: &str, version: &'static str) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !found.iter().any(|(it, _)| it == plural) {
            found.push((plural.to_owned(), version));
        }
    }
}

impl KubernetesStore {
    /// Lists a kind of Palette's in the first version that is served: `ask` gets the version. A list of what is there is never
    /// `NotFound`, not even in a namespace that is not, so that it tells of a version that is not served.
    pub(super) async fn in_served_version<T>(
        &self,
        plural: &str,
        ask: impl AsyncFn(&'static str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some(version) = self.found.of(plural) {
            return ask(version).await;
        }
        let mut not_found = None;
        for version in VERSIONS {
            match ask(version).await {
                Ok(answer) => {
                    self.found.remember(plural, version);
                    return Ok(answer);
                }
                Err(error) if error.kind == Kind::NotFound => drop(not_found.get_or_insert(error)),
                // Who has no right to a kind is told so before anybody looks whether there is such a kind.
                Err(error) if error.kind == Kind::Forbidden => return Err(self.unless_not_installed(error).await),
                Err(error) => return Err(error),
            }
        }
        Err(match not_found {
            Some(error) => self.unless_not_installed(error).await,
            None => self.not_installed(),
        })
    }

    /// Where the objects of a kind of Palette's are, in the version that is served. Where none was listed yet, it is asked for.
    pub(super) async fn served_url(&self, plural: &str, namespace: Option<&str>) -> Result<String, Error> {
        let version = match self.found.of(plural) {
            Some(version) => version,
            None => {
                let version = self.served_version().await?.ok_or_else(|| self.not_installed())?;
                self.found.remember(plural, version);
                version
            }
        };
        Ok(url(version, plural, namespace))
    }

    /// The error, or where nothing of Palette's is served that instead: it is the reason.
    async fn unless_not_installed(&self, error: Error) -> Error {
        // Whatever else may be wrong with this question, the error that was there before says more.
        if let Ok(None) = self.served_version().await { self.not_installed() } else { error }
    }

    /// The preferred version of those in which the group is served; `None` where it is served in none.
    async fn served_version(&self) -> Result<Option<&'static str>, Error> {
        let request = Request::new(format!("/apis/{GROUP}")).list(&ListParams::default());
        let group = match self.send("get", "the API group", request).await {
            Ok(group) => group,
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let served: Vec<_> =
            field::items(&group, &["versions"]).filter_map(|(_, it)| field::text(it, &["version"])).collect();
        Ok(VERSIONS.into_iter().find(|version| served.iter().any(|it| it == version)))
    }

    fn not_installed(&self) -> Error {
        Error::failed(format!(
            "the API server of context {:?} does not serve {GROUP} as v1 or v1alpha1",
            self.context()
        ))
        .hint(
            "is this the right context? A Palette cluster has these CRDs, and a sandbox gets them from manifests/crds",
        )
        .hint("--store palette works on Palette's own API")
    }
}

/// Where the objects of a kind of Palette's are, in one version.
pub(super) fn url(version: &str, plural: &str, namespace: Option<&str>) -> String {
    let place = namespace.map(|namespace| format!("namespaces/{namespace}/")).unwrap_or_default();
    format!("/apis/{GROUP}/{version}/{place}{plural}")
}
