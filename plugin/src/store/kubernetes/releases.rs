//! Helm's records of its releases: Secrets or ConfigMaps, listed by their labels and read one by one.

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, stream};
use kube::core::{params::ListParams, request::Request};
use profile_core::{
    field,
    render::{Kept, Record, Records, Release},
};
use serde_json::Value;

use super::{KubernetesStore, PAGE};
use crate::error::{Error, Kind};

/// Requests that are under way at once.
const PARALLEL: usize = 8;
/// What Helm's drivers put on each record.
const SELECTOR: &str = "owner=helm";

/// One of the drivers whose records are objects: kind, plural, and what selects Helm's own among them.
#[derive(Clone, Copy)]
struct Driver {
    kind: &'static str,
    plural: &'static str,
    fields: Option<&'static str>,
}

/// Helm's default, and what `HELM_DRIVER=configmap` chooses. A third one keeps records in a database, which nobody sees here.
const DRIVERS: [Driver; 2] = [
    Driver { kind: "Secret", plural: "secrets", fields: Some("type=helm.sh/release.v1") },
    Driver { kind: "ConfigMap", plural: "configmaps", fields: None },
];

/// A record that was listed, and where it is.
struct Listed {
    driver: Driver,
    object: String,
    release: Release,
    status: String,
}

impl KubernetesStore {
    /// The revisions of all releases, and the records of those that are `wanted`. What cannot be seen is said.
    ///
    /// `namespaces` are looked at where the user may not list everywhere.
    pub(crate) async fn helm_records(
        &self,
        namespaces: &[String],
        wanted: impl Fn(&Release) -> bool,
    ) -> Result<Records, Error> {
        let mut records = Records::default();
        let mut listed: Vec<Listed> = Vec::new();
        for driver in DRIVERS {
            for found in self.listed(driver, namespaces, &mut records.not_visible).await? {
                // Whoever changed the driver has both; a release lives on in one of them.
                if !listed.iter().any(|known| known.release == found.release) {
                    listed.push(found);
                }
            }
        }
        let reads = listed.into_iter().map(|it| {
            let is_wanted = wanted(&it.release);
            async move {
                let record = if is_wanted { Some(self.record(&it).await) } else { None };
                Kept { release: it.release, status: it.status, record }
            }
        });
        records.kept = stream::iter(reads.collect::<Vec<_>>()).buffered(PARALLEL).collect().await;
        Ok(records)
    }

    /// The API versions that the server serves, as `helm template` takes them.
    pub(crate) async fn api_versions(&self) -> Result<Vec<String>, Error> {
        let groups = self.send("get", "the API groups", Request::new("/apis").list(&ListParams::default())).await?;
        let versions = field::items(&groups, &["groups"]).flat_map(|(_, group)| field::items(group, &["versions"]));
        let names = versions.filter_map(|(_, version)| field::text(version, &["groupVersion"]).map(Into::into));
        Ok(["v1".to_owned()].into_iter().chain(names).collect())
    }

    /// The records of one driver, everywhere or, where that is forbidden, in the namespaces that matter.
    async fn listed(
        &self,
        driver: Driver,
        namespaces: &[String],
        not_visible: &mut Vec<String>,
    ) -> Result<Vec<Listed>, Error> {
        match self.listed_in(driver, None).await {
            Err(error) if error.kind == Kind::Forbidden => {}
            listed => return listed,
        }
        let mut all = Vec::new();
        for namespace in namespaces {
            match self.listed_in(driver, Some(namespace)).await {
                Ok(listed) => all.extend(listed),
                Err(error) if error.kind == Kind::Forbidden => {
                    not_visible.push(format!("you may not list {} in namespace {namespace}", driver.plural));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn listed_in(&self, driver: Driver, namespace: Option<&str>) -> Result<Vec<Listed>, Error> {
        let mut params = ListParams {
            limit: Some(PAGE),
            label_selector: Some(SELECTOR.into()),
            field_selector: driver.fields.map(Into::into),
            ..ListParams::default()
        };
        let mut listed = Vec::new();
        loop {
            let request = Request::new(url(driver, namespace)).list_metadata(&params);
            let page = self.send("list", driver.plural, request).await?;
            listed.extend(field::items(&page, &["items"]).filter_map(|(_, item)| Listed::of(driver, item)));
            params.continue_token = field::text(&page, &["metadata", "continue"]).map(Into::into);
            if params.continue_token.is_none() {
                return Ok(listed);
            }
        }
    }

    async fn record(&self, listed: &Listed) -> Result<Record, String> {
        let Listed { driver, object, release, .. } = listed;
        let request = Request::new(url(*driver, Some(&release.namespace))).get(object, &Default::default());
        let document = self.send("get", driver.plural, request).await.map_err(|error| error.to_string())?;
        let record = read(*driver, &document).map_err(|error| format!("{} {object}: {error}", driver.kind))?;
        // Its manifest counts for the release that its labels name: somebody may have copied or changed the object.
        if record.release != *release {
            return Err(format!("{} {object} says that it is of {}", driver.kind, record.release));
        }
        Ok(record)
    }
}

impl Listed {
    fn of(driver: Driver, item: &Value) -> Option<Self> {
        let label = |name| field::text(item, &["metadata", "labels", name]);
        let revision = label("version")?.parse().ok()?;
        let namespace = field::text(item, &["metadata", "namespace"])?.into_owned();
        let release = Release { namespace, name: label("name")?.into_owned(), revision: Some(revision) };
        let object = field::text(item, &["metadata", "name"])?.into_owned();
        Some(Self { driver, object, release, status: label("status").unwrap_or_default().into_owned() })
    }
}

fn read(driver: Driver, document: &Value) -> Result<Record, String> {
    let stored = field::text(document, &["data", "release"]).unwrap_or_default();
    let decoded = match driver.kind {
        "Secret" => STANDARD.decode(stored.as_bytes()).map_err(|error| error.to_string())?,
        _ => stored.into_owned().into_bytes(),
    };
    Record::decode(&decoded).map_err(|error| error.to_string())
}

fn url(driver: Driver, namespace: Option<&str>) -> String {
    let place = namespace.map(|it| format!("namespaces/{it}/")).unwrap_or_default();
    format!("/api/v1/{place}{}", driver.plural)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_known_by_the_labels_of_helm() {
        let labels = json!({"owner": "helm", "name": "shop-web", "version": "3", "status": "deployed"});
        let item =
            json!({"metadata": {"name": "sh.helm.release.v1.shop-web.v3", "namespace": "shop", "labels": labels}});
        let listed = Listed::of(DRIVERS[0], &item).unwrap();
        assert_eq!(listed.release.to_string(), "Helm release shop-web in namespace shop, revision 3");
        assert_eq!(listed.status, "deployed");
        for label in ["name", "version"] {
            let mut other = item.clone();
            other["metadata"]["labels"][label] = json!(null);
            assert!(Listed::of(DRIVERS[0], &other).is_none(), "{label}");
        }
    }

    #[test]
    fn both_drivers_are_decoded_and_errors_say_what_is_wrong() {
        let release = json!({"name": "a", "version": 1, "chart": {"metadata": {"name": "a", "version": "1"}}});
        let stored = STANDARD.encode(release.to_string());
        let config_map = json!({"data": {"release": stored}});
        let secret = json!({"data": {"release": STANDARD.encode(&stored)}});
        assert_eq!(read(DRIVERS[0], &secret).unwrap(), read(DRIVERS[1], &config_map).unwrap());
        assert!(read(DRIVERS[0], &config_map).is_err());
        assert_eq!(read(DRIVERS[1], &json!({})).unwrap_err(), "it holds no `release`");
    }
}
