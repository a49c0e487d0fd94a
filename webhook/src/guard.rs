//! Completes the guard: puts the rules, and the certificates to trust, into the configuration by which the API server asks.
//!
//! It is shipped without either, and so matches nothing: no write waits for a webhook that is not there yet. Both are added
//! once the webhook has answered at the very address that stands in it. One that was taken away is never made again.

mod address;
mod completer;
mod found;
pub(crate) mod probe;
pub(crate) mod report;

use std::sync::Arc;

use k8s_openapi::{ByteString, api::admissionregistration::v1::ValidatingWebhookConfiguration};
use kube::{
    Api, Client,
    api::{Patch, PatchParams},
};
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use tracing::{info, warn};

pub(crate) use address::Address;
pub(crate) use address::service_host;
pub(crate) use completer::Completer;
pub(crate) use found::Found;

use crate::{
    asking::{AskingError, MANAGER, ask},
    authority::bundle,
    metrics::{Metrics, Object},
};
use found::{body, rules};

/// How the guard fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fares {
    /// The API server asks about every update of a cluster, and takes the webhook's certificate.
    Complete,
    /// The same, and somebody should know this.
    CompleteBut(String),
    /// It does not ask yet, for this reason.
    Lacks(String),
}

/// What the webhook puts into the guard, beside the rules.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trust<'a> {
    /// The certificates of its own authorities.
    Own(&'a [CertificateDer<'static>]),
    /// Nothing: somebody else keeps what is trusted.
    Foreign,
}

/// The guard's configuration on the API server.
pub(crate) struct Guard {
    api: Api<ValidatingWebhookConfiguration>,
    name: String,
    what: String,
    /// Whether clients have to show a certificate, so that the webhook itself cannot ask anything.
    asks_clients: bool,
    metrics: Arc<Metrics>,
    /// What others would not let be written, as it was then: it is not tried again until something changes.
    declined: Option<(String, Value, Fares)>,
}

impl Guard {
    pub(crate) fn new(client: Client, name: String, asks_clients: bool, metrics: Arc<Metrics>) -> Self {
        let what = format!("ValidatingWebhookConfiguration {name}");
        Self { api: Api::all(client), name, what, asks_clients, metrics, declined: None }
    }

    /// Reads it; `None` where it is not installed.
    ///
    /// # Errors
    ///
    /// When no answer comes, or what stands there is of another shape.
    pub(crate) async fn read(&self) -> Result<Option<Found>, AskingError> {
        let Some(found) = ask(&self.what, "get", self.api.get_opt(&self.name)).await? else { return Ok(None) };
        let refused = |message| AskingError::Refused { what: self.what.clone(), verb: "completed", message };
        Found::of(&found).map(Some).map_err(refused)
    }

    /// How it stands, without a change.
    pub(crate) fn fares(found: &Found, trust: Trust<'_>) -> Fares {
        let trusts = match trust {
            Trust::Own(certificates) => found.trusts(certificates),
            Trust::Foreign => !found.bundle.is_empty(),
        };
        match (found.has_rules(), trusts) {
            (true, true) => Fares::Complete,
            (true, false) => Fares::Lacks("its caBundle does not trust the webhook's CA".into()),
            (false, _) => Fares::Lacks("it does not have the webhook's rules".into()),
        }
    }

    /// Puts in what is missing, once the webhook answers where the API server will ask.
    ///
    /// Fields that others own are left to them; but where what others put into `caBundle` would keep the API server from
    /// taking the certificate of a webhook that answers there, every write would be refused: then it is taken over.
    ///
    /// # Errors
    ///
    /// When the API server does not answer, or does not let it be done.
    pub(crate) async fn complete(&mut self, found: &Found, trust: Trust<'_>) -> Result<Fares, AskingError> {
        let is_exact = match trust {
            Trust::Own(certificates) => found.trusts(certificates) && found.bundle.len() == certificates.len(),
            Trust::Foreign => true,
        };
        if is_exact && found.has_rules() {
            return Ok(Self::fares(found, trust));
        }
        let (trusted, pem) = match trust {
            Trust::Own(certificates) => (certificates, Some(json!(ByteString(bundle(certificates).into_bytes())))),
            Trust::Foreign => (found.bundle.as_slice(), None),
        };
        if trusted.is_empty() {
            return Ok(Fares::Lacks("its caBundle is still empty: whoever is to fill it has not done so".into()));
        }
        let wanted = body(&self.name, &found.uid, Some(&rules()), pem.as_ref());
        if let Some((version, tried, fares)) = &self.declined
            && (version, tried) == (&found.version, &wanted)
        {
            return Ok(fares.clone());
        }
        if let Err(why) = probe::answers(&found.address, trusted, self.asks_clients).await {
            let Address { host, port } = &found.address;
            return Ok(Fares::Lacks(format!("the webhook does not answer at {host}:{port} as it should: {why}")));
        }
        match self.apply(&wanted, false).await {
            Ok(()) => {
                info!(
                    guard = self.name,
                    trusted = trusted.len(),
                    "the guard has the webhook's rules and trusts its CA"
                );
                Ok(Fares::Complete)
            }
            Err(AskingError::Owned { owners, fields, .. }) => {
                let fares = self.beside_others(found, trust, pem.as_ref(), &fields, owners).await?;
                self.declined = Some((found.version.clone(), wanted, fares.clone()));
                Ok(fares)
            }
            Err(error) => Err(error),
        }
    }

    /// The same where others own some of the fields.
    async fn beside_others(
        &self,
        found: &Found,
        trust: Trust<'_>,
        bundle: Option<&Value>,
        fields: &[String],
        owners: String,
    ) -> Result<Fares, AskingError> {
        let is_owned = |name: &str| fields.iter().any(|field| field.ends_with(name));
        let own_rules = rules();
        // What stands there may be said again by anybody.
        let rules = if is_owned("rules") { found.rules.as_slice() } else { own_rules.as_slice() };
        let is_needed = matches!(trust, Trust::Own(certificates) if !found.trusts(certificates));
        if is_needed && !found.is_injected {
            warn!(
                guard = self.name,
                owners, "caBundle is taken over, or the API server would not take the certificate"
            );
            self.apply(&body(&self.name, &found.uid, Some(rules), bundle), true).await?;
        } else if !is_owned("rules") {
            self.apply(&body(&self.name, &found.uid, Some(rules), None), false).await?;
        }
        Ok(if is_owned("rules") {
            Fares::Lacks(format!("its rules are others', who do not ask about all that they should: {owners}"))
        } else if is_needed && found.is_injected {
            Fares::Lacks(format!("its caBundle is cert-manager's by its annotation, which has to go: {owners}"))
        } else if is_needed {
            Fares::Complete
        } else {
            Fares::CompleteBut(format!("others trust more in its caBundle: {owners}"))
        })
    }

    async fn apply(&self, body: &Value, force: bool) -> Result<(), AskingError> {
        let mut params = PatchParams::apply(MANAGER);
        params.force = force;
        let written = ask(&self.what, "patch", self.api.patch(&self.name, &params, &Patch::Apply(body))).await;
        self.metrics.authority().wrote(Object::Configuration, &written);
        written.map(drop)
    }
}
