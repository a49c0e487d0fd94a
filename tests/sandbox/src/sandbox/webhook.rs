//! The webhook process of a sandbox, to be killed, stopped and started again.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::Sandbox;
use crate::{
    SandboxError,
    protocol::{Request, WebhookPlace, WebhookRequest},
    shipped::{NAMESPACE, SECRET},
};

/// The real webhook program, run by the sandbox's supervisor on loopback.
#[derive(Clone, Copy)]
pub struct LocalWebhook<'a> {
    sandbox: &'a Sandbox,
    place: &'a WebhookPlace,
}

impl Sandbox {
    /// The webhook, where the sandbox was started with one.
    pub fn webhook(&self) -> Result<LocalWebhook<'_>, SandboxError> {
        let place = self.webhook_place();
        let place =
            place.ok_or_else(|| SandboxError::Supervisor("this sandbox was started without a webhook".into()))?;
        Ok(LocalWebhook { sandbox: self, place })
    }

    pub(crate) fn webhook_place(&self) -> Option<&WebhookPlace> {
        self.ready.webhook.as_ref()
    }
}

impl LocalWebhook<'_> {
    /// The address that takes reviews.
    pub fn url(&self) -> &str {
        &self.place.url
    }

    /// The certificates of the webhook's own authorities that may be trusted, in PEM.
    pub fn authority(&self) -> Result<String, SandboxError> {
        let secret = self.sandbox.get_json("secret", NAMESPACE, SECRET)?;
        let text = secret["data"]["trusted.crt"].as_str().unwrap_or_default();
        let pem = BASE64_STANDARD.decode(text).map_err(SandboxError::document(SECRET))?;
        String::from_utf8(pem).map_err(SandboxError::document(SECRET))
    }

    /// Kills it, as a crash would.
    pub fn kill(&self) -> Result<(), SandboxError> {
        self.sandbox.supervised.ask(Request::Webhook(WebhookRequest::Kill))
    }

    /// Stops it with SIGTERM, as Kubernetes stops a pod, and waits for its end.
    pub fn stop(&self) -> Result<(), SandboxError> {
        self.sandbox.supervised.ask(Request::Webhook(WebhookRequest::Stop))
    }

    /// Starts it again at the same address, unless it runs, and waits until it is ready.
    pub fn start(&self) -> Result<(), SandboxError> {
        self.sandbox.supervised.ask(Request::Webhook(WebhookRequest::Start))
    }
}
