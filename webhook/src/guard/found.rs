//! What stands in the guard's configuration, as far as the webhook has a part in it.

use k8s_openapi::api::admissionregistration::v1::{
    RuleWithOperations, ValidatingWebhook, ValidatingWebhookConfiguration,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};

use super::Address;

/// The name of the webhook within the configuration.
pub(crate) const WEBHOOK: &str = "guard.kubectl-profile.dev";

/// The annotations by which cert-manager is asked to keep `caBundle`.
const INJECTOR: &str = "cert-manager.io/inject-";

/// The configuration as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(super) uid: String,
    /// Changes with each write.
    pub(super) version: String,
    /// Where the API server asks.
    pub(crate) address: Address,
    pub(super) rules: Vec<RuleWithOperations>,
    /// What the API server trusts there.
    pub(crate) bundle: Vec<CertificateDer<'static>>,
    /// Whether cert-manager was asked to keep `caBundle`.
    pub(super) is_injected: bool,
}

impl Found {
    /// Reads the parts that matter.
    ///
    /// # Errors
    ///
    /// When there is no webhook of ours in it, or it names no address.
    pub(crate) fn of(configuration: &ValidatingWebhookConfiguration) -> Result<Self, String> {
        let webhooks: &[ValidatingWebhook] = configuration.webhooks.as_deref().unwrap_or_default();
        let webhook = webhooks.iter().find(|it| it.name == WEBHOOK);
        let webhook = webhook.ok_or_else(|| format!("it has no webhook {WEBHOOK}"))?;
        let metadata = &configuration.metadata;
        let annotations = metadata.annotations.iter().flatten();
        let bundle = webhook.client_config.ca_bundle.as_ref().map(|it| it.0.as_slice()).unwrap_or_default();
        Ok(Self {
            uid: metadata.uid.clone().unwrap_or_default(),
            version: metadata.resource_version.clone().unwrap_or_default(),
            address: Address::of(&webhook.client_config)?,
            rules: webhook.rules.clone().unwrap_or_default(),
            bundle: CertificateDer::pem_slice_iter(bundle).filter_map(Result::ok).collect(),
            is_injected: annotations.into_iter().any(|(name, _)| name.starts_with(INJECTOR)),
        })
    }

    /// Whether the API server asks about what it is to ask about.
    pub(super) fn has_rules(&self) -> bool {
        self.rules == rules()
    }

    /// Whether all of these are trusted.
    pub(super) fn trusts(&self, certificates: &[CertificateDer<'_>]) -> bool {
        certificates.iter().all(|it| self.bundle.contains(it))
    }
}

/// What the API server is to ask about: updates of clusters, in both versions so that each arrives as it was made. Older Palette
/// serves only v1alpha1.
pub(crate) fn rules() -> Vec<RuleWithOperations> {
    let words = |words: &[&str]| Some(words.iter().map(|it| (*it).to_owned()).collect());
    vec![RuleWithOperations {
        api_groups: words(&["cluster.spectrocloud.com"]),
        api_versions: words(&["v1", "v1alpha1"]),
        operations: words(&["UPDATE"]),
        resources: words(&["spectroclusters"]),
        scope: Some("Namespaced".to_owned()),
    }]
}

/// The body of a server-side apply. The uid keeps it from making a configuration that is gone.
pub(super) fn body(name: &str, uid: &str, rules: Option<&[RuleWithOperations]>, bundle: Option<&Value>) -> Value {
    let mut webhook = json!({ "name": WEBHOOK });
    if let Some(rules) = rules {
        webhook["rules"] = json!(rules);
    }
    if let Some(bundle) = bundle {
        webhook["clientConfig"] = json!({ "caBundle": bundle });
    }
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name, "uid": uid},
        "webhooks": [webhook],
    })
}
