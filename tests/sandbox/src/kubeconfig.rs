//! Kubeconfig files that carry their authority, certificate and key.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    SandboxError,
    certificates::{Authority, Pair},
};

/// The text of a kubeconfig for `user`, with one context called `sandbox`.
pub(crate) fn text(server: &str, authority: &Authority, user: &str, pair: &Pair) -> Result<String, SandboxError> {
    let encoded = |pem: &str| BASE64_STANDARD.encode(pem);
    let credentials = json!({
        "client-certificate-data": encoded(&pair.certificate),
        "client-key-data": encoded(&pair.key),
    });
    document(server, authority, &json!({"cluster": "sandbox", "user": user}), &credentials)
}

/// The same for whoever has a token, in a namespace of theirs.
pub(crate) fn with_token(
    server: &str,
    authority: &Authority,
    user: &str,
    token: &str,
    namespace: &str,
) -> Result<String, SandboxError> {
    let context = json!({"cluster": "sandbox", "user": user, "namespace": namespace});
    document(server, authority, &context, &json!({ "token": token }))
}

fn document(server: &str, authority: &Authority, context: &Value, credentials: &Value) -> Result<String, SandboxError> {
    let trusted = BASE64_STANDARD.encode(authority.certificate());
    let document = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "sandbox",
        "clusters": [{"name": "sandbox", "cluster": {"server": server, "certificate-authority-data": trusted}}],
        "contexts": [{"name": "sandbox", "context": context}],
        "users": [{"name": context["user"], "user": credentials}],
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
