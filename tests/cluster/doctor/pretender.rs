//! A guard that lets everything pass, and remembers what it was asked.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use profile_sandbox::certificates::Authority;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_rustls::TlsAcceptor;

/// A server of one test. Dropping it closes every connection.
pub(super) struct Pretender {
    url: String,
    authority: String,
    asked: Arc<Mutex<Vec<Value>>>,
    _runtime: Runtime,
}

impl Pretender {
    /// Starts one that says `warnings` with each yes.
    pub(super) fn start(warnings: &[&str]) -> Self {
        let authority = Authority::create().unwrap();
        let pair = authority.serving(&["127.0.0.1"]).unwrap();
        let chain = vec![CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let url = format!("https://{}/validate", listener.local_addr().unwrap());
        let asked = Arc::default();
        let warnings = warnings.iter().map(|it| (*it).to_owned()).collect();
        runtime.spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&asked), warnings));
        Self { url, authority: authority.certificate().to_owned(), asked, _runtime: runtime }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The CA that signed its certificate, in PEM.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// The requests of the reviews that came so far.
    pub(super) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, asked: Arc<Mutex<Vec<Value>>>, warnings: Vec<String>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, asked, warnings) = (tls.clone(), Arc::clone(&asked), warnings.clone());
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(|request| answer(request, Arc::clone(&asked), warnings.clone()));
            // Whoever only looks at the certificate sends nothing.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    asked: Arc<Mutex<Vec<Value>>>,
    warnings: Vec<String>,
) -> io::Result<Response<Full<Bytes>>> {
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let review: Value = serde_json::from_slice(&body)?;
    let response = json!({"uid": review["request"]["uid"], "allowed": true, "warnings": warnings});
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(review["request"].clone());
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response});
    let answer = Response::builder().header("content-type", "application/json");
    answer.body(Full::new(review.to_string().into())).map_err(io::Error::other)
}
