//! Sends a request again, to Prism, and reads its judgement.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use super::PrismError;
use crate::exchange::Request;

/// Headers of a connection and not of a request.
const OF_CONNECTION: [&str; 5] = ["host", "connection", "content-length", "transfer-encoding", "accept-encoding"];

/// What Prism says is wrong with a request.
pub(super) fn judge(prism: SocketAddr, request: &Request) -> Result<Vec<String>, PrismError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(PrismError::io("start a runtime"))?;
    let (status, body) = runtime.block_on(send(prism, request)).map_err(PrismError::Judgement)?;
    let place = format!("{} {}", request.method, request.target());
    read(status, &body).map_err(|what| PrismError::Judgement(format!("{place}: {what}")))
}

async fn send(prism: SocketAddr, request: &Request) -> Result<(u16, Value), String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let mut builder = hyper::Request::builder().method(request.method.as_str()).uri(request.target());
    builder = builder.header("host", prism.to_string());
    for (name, value) in request.headers.iter().filter(|(name, _)| !OF_CONNECTION.contains(&name.as_str())) {
        builder = builder.header(name, value);
    }
    let replayed = builder.body(Full::new(request.body.clone())).map_err(|error| text(&error))?;
    let stream = tokio::net::TcpStream::connect(prism).await.map_err(|error| text(&error))?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| text(&error))?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(replayed).await.map_err(|error| text(&error))?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.map_err(|error| text(&error))?.to_bytes();
    connection.abort();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// Prism answers with an example where it finds nothing wrong, else with a problem document.
fn read(status: u16, body: &Value) -> Result<Vec<String>, String> {
    let kind = body["type"].as_str().and_then(|kind| kind.split_once("prism/errors#"));
    let Some((_, kind)) = kind else {
        return if status < 500 { Ok(Vec::new()) } else { Err(format!("status {status}")) };
    };
    let detail = body["detail"].as_str().unwrap_or_default();
    match (kind, body["validation"].as_array()) {
        ("UNPROCESSABLE_ENTITY", Some(problems)) => {
            let errors = problems.iter().filter(|problem| problem["severity"] == "Error");
            Ok(errors.map(|problem| problem["message"].as_str().unwrap_or(detail).to_owned()).collect())
        }
        ("NO_PATH_MATCHED_ERROR" | "NO_METHOD_MATCHED_ERROR" | "INVALID_CONTENT_TYPE", _) => {
            Ok(vec![detail.to_owned()])
        }
        _ => Err(format!("{kind}: {detail}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problem(kind: &str) -> Value {
        json!({"type": format!("https://stoplight.io/prism/errors#{kind}"), "detail": "what it is"})
    }

    #[test]
    fn only_errors_are_violations() {
        let mut body = problem("UNPROCESSABLE_ENTITY");
        body["validation"] = json!([{"severity": "Error", "message": "a"}, {"severity": "Warning", "message": "b"}]);
        assert_eq!(read(422, &body), Ok(vec!["a".to_owned()]));
        assert_eq!(read(404, &problem("NO_PATH_MATCHED_ERROR")), Ok(vec!["what it is".to_owned()]));
        assert_eq!(read(200, &json!({"items": []})), Ok(Vec::new()));
    }

    #[test]
    fn trouble_of_prism_itself_is_no_judgement() {
        assert_eq!(read(500, &Value::Null), Err("status 500".to_owned()));
        assert_eq!(read(500, &problem("UNKNOWN")), Err("UNKNOWN: what it is".to_owned()));
    }
}
