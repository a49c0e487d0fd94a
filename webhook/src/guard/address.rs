//! Where the API server asks, as its configuration names it.

use hyper::Uri;
use k8s_openapi::api::admissionregistration::v1::WebhookClientConfig;

/// The port of HTTPS, which the API server takes where none is named.
const PORT: u16 = 443;

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The host name, or an IP address without brackets: what the certificate has to be for.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
}

impl Address {
    /// Reads it from the configuration of a webhook.
    ///
    /// # Errors
    ///
    /// When it names neither a Service nor a URL that has a host.
    pub(crate) fn of(client: &WebhookClientConfig) -> Result<Self, String> {
        if let Some(service) = &client.service {
            let port = service.port.map_or(Some(PORT), |it| u16::try_from(it).ok());
            let port = port.ok_or_else(|| format!("port {:?} of its service is no port", service.port))?;
            return Ok(Self { host: service_host(&service.name, &service.namespace), port });
        }
        let url = client.url.as_deref().ok_or("it names neither a service nor a url")?;
        let uri: Uri = url.parse().map_err(|error| format!("its url {url:?} cannot be read: {error}"))?;
        let host = uri.host().ok_or_else(|| format!("its url {url:?} names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port: uri.port_u16().unwrap_or(PORT) })
    }
}

/// The name by which the API server asks a Service.
pub(crate) fn service_host(name: &str, namespace: &str) -> String {
    format!("{name}.{namespace}.svc")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn address(client: Value) -> Result<(String, u16), String> {
        let client = serde_json::from_value(client).unwrap();
        Address::of(&client).map(|it| (it.host, it.port))
    }

    #[test]
    fn a_service_is_asked_by_its_name_in_the_cluster() {
        let service =
            |port: Value| json!({"service": {"name": "w", "namespace": "n", "path": "/validate", "port": port}});
        assert_eq!(address(service(Value::Null)), Ok(("w.n.svc".into(), 443)));
        assert_eq!(address(service(json!(8443))), Ok(("w.n.svc".into(), 8443)));
        assert!(address(service(json!(-1))).unwrap_err().contains("-1"));
    }

    #[test]
    fn a_url_is_asked_at_its_host() {
        let url = |url: &str| address(json!({ "url": url }));
        assert_eq!(url("https://127.0.0.1:8443/validate"), Ok(("127.0.0.1".into(), 8443)));
        assert_eq!(url("https://[::1]:1/validate"), Ok(("::1".into(), 1)));
        assert_eq!(url("https://guard.example.com/x"), Ok(("guard.example.com".into(), 443)));
        assert!(url("/validate").unwrap_err().contains("no host"));
        assert!(address(json!({})).unwrap_err().contains("neither a service nor a url"));
    }
}
