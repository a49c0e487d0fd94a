//! How long the guard's certificates are good for: the CAs that the API server trusts, and the one that is served.

mod served;
mod validity;

use std::{net::IpAddr, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use profile_core::field;
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use serde_json::Value;

use super::{
    guard::{Guard, LOOK, service},
    report::Check,
};
use crate::store::KubernetesStore;
use served::Chain;

const AUTHORITY: &str = "certificate's CA";
const SERVED: &str = "certificate";
/// Days before the end from which it is said of what lives long.
const SOON: i64 = 14;
/// The part of a lifetime that is left when it is said of what lives shortly: who renews by himself does so before.
const LAST: i64 = 4;
/// The seconds of a day.
const DAY: i64 = 24 * 60 * 60;
/// The Secrets that the webhook's pods serve from: the one that it keeps itself, and the one that cert-manager keeps for it.
const SECRETS: [&str; 2] = ["profile-webhook-certificates", "profile-webhook-tls"];
const RENEW: &str =
    "renew it, put the new CA beside the old one into caBundle until all pods serve the new certificate";

pub(super) async fn check(store: &KubernetesStore, guard: &Guard) -> Vec<Check> {
    let hidden = |why: &str| [AUTHORITY, SERVED].map(|name| Check::not_visible(name, why)).into();
    let webhook = match guard {
        Guard::Absent => return hidden("no guard is installed"),
        Guard::Hidden(why) => return hidden(why),
        Guard::Found(_) => guard.webhook(),
    };
    let Some(webhook) = webhook else { return hidden("the guard asks about no clusters") };
    let now = Timestamp::now();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let bundle = match bundle(webhook) {
        Ok(bundle) => bundle,
        Err(why) => {
            return vec![
                Check::failed(AUTHORITY, why).fix(LOOK),
                Check::not_visible(SERVED, "there is no CA to hold it against"),
            ];
        }
    };
    let leaf = match leaf(store, webhook, Arc::clone(&provider)).await {
        Ok((chain, name, place)) => judge(&chain, &name, &place, &bundle, provider, now),
        Err(why) => Check::not_visible(SERVED, why),
    };
    vec![authorities(&bundle, now), leaf]
}

/// The CAs that the API server trusts.
fn bundle(webhook: &Value) -> Result<Chain, String> {
    let text = field::text(webhook, &["clientConfig", "caBundle"]).ok_or("there is no caBundle")?;
    let pem = STANDARD.decode(text.as_bytes()).map_err(|_| "caBundle is no base64")?;
    certificates(&pem).ok_or_else(|| "caBundle holds no certificate in PEM".into())
}

fn certificates(pem: &[u8]) -> Option<Chain> {
    let all: Result<Chain, _> = CertificateDer::pem_slice_iter(pem).collect();
    all.ok().filter(|it| !it.is_empty())
}

/// The certificate that is served, the name that it must be for, and where it was seen; or why it is not visible.
async fn leaf(
    store: &KubernetesStore,
    webhook: &Value,
    provider: Arc<CryptoProvider>,
) -> Result<(Chain, String, String), String> {
    if let Some(url) = field::text(webhook, &["clientConfig", "url"]) {
        let (host, port) = address(&url, store.address())?;
        let chain = served::at(&host, port, provider).await;
        let chain = chain.map_err(|why| format!("{url} is not visible from here: {why}"))?;
        return Ok((chain, host, format!("served at {url}")));
    }
    let (namespace, name) = service(webhook).ok_or("the guard names neither a service nor a url")?;
    let mut reasons = Vec::new();
    for secret in SECRETS {
        match kept(store, &namespace, secret).await {
            Ok(chain) => {
                let place = format!("in Secret {secret} in namespace {namespace}");
                return Ok((chain, format!("{name}.{namespace}.svc"), place));
            }
            Err(why) => reasons.push(format!("{secret}: {why}")),
        }
    }
    let reasons = reasons.join("; ");
    Err(format!("the service is not visible from here, and its Secret in namespace {namespace} neither: {reasons}"))
}

/// The certificates in a Secret. The key beside them is nobody's business here.
async fn kept(store: &KubernetesStore, namespace: &str, secret: &str) -> Result<Chain, String> {
    let path = format!("/api/v1/namespaces/{namespace}/secrets/{secret}");
    let answer = store.look(&path).await.map_err(|error| error.message)?;
    if !answer.is_success() {
        return Err(answer.refusal());
    }
    let text = field::text(&answer.document, &["data", "tls.crt"]).ok_or("it has no tls.crt")?;
    let pem = STANDARD.decode(text.as_bytes()).map_err(|_| "its tls.crt is no base64")?;
    certificates(&pem).ok_or_else(|| "its tls.crt holds no certificate".into())
}

/// Host and port of a URL, where it means the same here as to the API server.
fn address(url: &str, server: &str) -> Result<(String, u16), String> {
    let host_of = |url: &str| {
        let url: http::Uri = url.parse().ok()?;
        let host = url.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some((host, url.port_u16().unwrap_or(443)))
    };
    let is_loopback = |host: &str| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback());
    let (host, port) = host_of(url).ok_or_else(|| format!("{url:?} is no address"))?;
    let is_beside_us = host_of(server).is_some_and(|(server, _)| is_loopback(&server));
    if is_loopback(&host) && !is_beside_us {
        return Err(format!("{url} is on the machine of the API server, and not visible from here"));
    }
    Ok((host, port))
}

/// How long a certificate is good for.
struct Left {
    /// In whole days; negative where it has ended.
    days: i64,
    last: Timestamp,
    has_begun: bool,
    /// Whether it ought to have been renewed.
    is_soon: bool,
}

fn left(certificate: &[u8], now: Timestamp) -> Option<Left> {
    let (first, last) = validity::of(certificate)?;
    let seconds = last.duration_since(now).as_secs();
    let whole = last.duration_since(first).as_secs();
    let is_soon = seconds < (SOON * DAY).min(whole / LAST);
    Some(Left { days: seconds.div_euclid(DAY), last, has_begun: first <= now, is_soon })
}

fn told(days: i64, last: Timestamp) -> String {
    let date = last.strftime("%Y-%m-%d");
    if days < 0 { format!("expired on {date}") } else { format!("{days} days left, until {date}") }
}

/// The CAs of the bundle: while a new one comes in there are two, and one that is good is enough.
fn authorities(bundle: &[CertificateDer<'_>], now: Timestamp) -> Check {
    let mut parts = Vec::new();
    let (mut good, mut soon, mut bad) = (0, 0, 0);
    for (index, certificate) in bundle.iter().enumerate() {
        let which = if bundle.len() > 1 { format!("CA {} of {}: ", index + 1, bundle.len()) } else { String::new() };
        parts.push(
            which
                + &match left(certificate, now) {
                    None => {
                        bad += 1;
                        "cannot be read".into()
                    }
                    Some(Left { has_begun: false, .. }) => {
                        bad += 1;
                        "not valid yet".into()
                    }
                    Some(Left { days, last, is_soon, .. }) => {
                        let count = match (days, is_soon) {
                            (..0, _) => &mut bad,
                            (_, true) => &mut soon,
                            (_, false) => &mut good,
                        };
                        *count += 1;
                        told(days, last)
                    }
                },
        );
    }
    let says = parts.join("; ");
    if good + soon == 0 {
        Check::failed(AUTHORITY, says).fix(RENEW)
    } else if good == 0 {
        Check::warning(AUTHORITY, says).fix(RENEW)
    } else if bad > 0 {
        Check::warning(AUTHORITY, says).fix("take the CA that is no longer good out of caBundle")
    } else {
        Check::ok(AUTHORITY, says)
    }
}

/// The served certificate: as the API server does, against the CAs of the bundle and the name that it asks.
fn judge(
    chain: &[CertificateDer<'_>],
    name: &str,
    place: &str,
    bundle: &[CertificateDer<'_>],
    provider: Arc<CryptoProvider>,
    now: Timestamp,
) -> Check {
    let Some((leaf, others)) = chain.split_first() else { return Check::not_visible(SERVED, "none is served") };
    let Some(Left { days, last, is_soon, .. }) = left(leaf, now) else {
        return Check::failed(SERVED, format!("the certificate {place} cannot be read")).fix(RENEW);
    };
    let says = format!("{place}: {}", told(days, last));
    if let Err(why) = trusted(leaf, others, name, bundle, provider, now) {
        return Check::failed(SERVED, format!("{says}; the API server does not take it: {why}")).fix(RENEW);
    }
    if is_soon { Check::warning(SERVED, says).fix(RENEW) } else { Check::ok(SERVED, says) }
}

fn trusted(
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    name: &str,
    bundle: &[CertificateDer<'_>],
    provider: Arc<CryptoProvider>,
    now: Timestamp,
) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(bundle.iter().map(|it| it.clone().into_owned()));
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    let verifier = verifier.map_err(|error| error.to_string())?;
    let name = ServerName::try_from(name.to_owned()).map_err(|_| format!("{name:?} is no name of a server"))?;
    let since = std::time::Duration::from_secs(now.as_second().try_into().unwrap_or_default());
    let verified = verifier.verify_server_cert(leaf, others, &name, &[], UnixTime::since_unix_epoch(since));
    verified.map(|_| ()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
