//! Kubeconfig files that carry their authority, certificate and key.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::{
    SandboxError,
    certificates::{Authority, Pair},
};

/// The text of a kubeconfig for `user`, with one context called `sandbox`.
pub(crate) fn text(server: &str, authority: &Authority, user: &str, pair: &Pair) -> Result<String, SandboxError> {
    let encoded = |pem: &str| BASE64_STANDARD.encode(pem);
    let document = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "sandbox",
        "clusters": [{
            "name": "sandbox",
            "cluster": {"server": server, "certificate-authority-data": encoded(authority.certificate())},
        }],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": user}}],
        "users": [{
            "name": user,
            "user": {
                "client-certificate-data": encoded(&pair.certificate),
                "client-key-data": encoded(&pair.key),
            },
        }],
    });
    serde_saphyr::to_string(&document).map_err(SandboxError::document("kubeconfig"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_library_reads_what_is_written() {
        let authority = Authority::create().unwrap();
        let pair = authority.client("jane", Some("viewers")).unwrap();
        let text = text("https://127.0.0.1:1", &authority, "jane", &pair).unwrap();
        let read = kube::config::Kubeconfig::from_yaml(&text).unwrap();
        assert_eq!(read.current_context.as_deref(), Some("sandbox"));
        assert_eq!(read.auth_infos[0].name, "jane");
    }
}
