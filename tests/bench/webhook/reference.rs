//! Servers of the webhook's own HTTP and TLS that decide nothing.

use std::{convert::Infallible, fs, net::SocketAddr, path::Path, str::FromStr};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use profile_webhook::limits::LONGEST_RECORD;
use serde::de::IgnoredAny;
use tokio::{io::BufReader, net::TcpListener};
use tokio_rustls::TlsAcceptor;

use crate::{Failure, tls};

/// The first word of the command line of such a server.
pub(crate) const WORD: &str = "serve";
/// The file that says where it listens.
pub(crate) const PORT: &str = "port";

const ANSWER: &str = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"00000000-0000-4000-8000-000000000000","allowed":true}}"#;

/// What it does with a body before it answers.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// It reads it to its end.
    Constant,
    /// It walks through its JSON, too.
    Walking,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Walking => "walking",
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = [Self::Constant, Self::Walking].into_iter().find(|it| it.word() == word);
        found.ok_or_else(|| format!("there is no server {word:?}"))
    }
}

/// Serves until the process is ended.
pub(crate) fn serve(kind: Kind, directory: &Path) -> Result<(), Failure> {
    let acceptor = TlsAcceptor::from(tls::server(directory)?);
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        // A file is whole when it has its name.
        let (port, staged) = (directory.join(kind.word()).with_extension(PORT), directory.join(kind.word()));
        fs::write(&staged, listener.local_addr()?.to_string())?;
        fs::rename(staged, port)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // The webhook's own buffer.
                let stream = BufReader::with_capacity(LONGEST_RECORD, stream);
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let answer = service_fn(move |request| answer(kind, request));
                // A client that is done breaks its connection off.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    })
}

async fn answer(kind: Kind, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(|it| it.to_bytes()).unwrap_or_default();
    if matches!(kind, Kind::Walking) {
        let walked = serde_json::from_slice::<IgnoredAny>(&body);
        assert!(walked.is_ok(), "a body that is no JSON");
    }
    let mut response = Response::new(Full::from(ANSWER));
    response
        .headers_mut()
        .insert(hyper::header::CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}
