//! Asks the API server about the webhook's own few objects: never for long, and with errors that say what to do next.

use std::{error::Error, time::Duration};

use tokio::time;

/// Time that the API server has for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// By which name the webhook owns what it writes.
pub(crate) const MANAGER: &str = "kubectl-profile-webhook";

/// Why something that the webhook keeps could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskingError {
    /// It is shipped, and somebody took it away.
    #[error("{what} is not there; the webhook creates nothing: install it with `kubectl apply -k manifests/`")]
    Missing {
        /// Its kind and name.
        what: String,
    },
    /// The webhook's ServiceAccount lacks a right.
    #[error(
        "{what}: the API server does not let the webhook {verb} it; its rights are shipped in manifests/webhook: {message}"
    )]
    Forbidden {
        /// Its kind and name.
        what: String,
        /// What was tried.
        verb: &'static str,
        /// What the API server said.
        message: String,
    },
    /// Somebody wrote it since it was read.
    #[error("{what} was written by somebody else meanwhile; it is read again")]
    Outrun {
        /// Its kind and name.
        what: String,
    },
    /// Others own fields of it.
    #[error("{what}: {owners}")]
    Owned {
        /// Its kind and name.
        what: String,
        /// Who owns what, as the API server tells it.
        owners: String,
        /// The paths of the fields.
        fields: Vec<String>,
    },
    /// The API server said no for another reason.
    #[error("{what}: the API server refuses to let it be {verb}: {message}")]
    Refused {
        /// Its kind and name.
        what: String,
        /// What was tried.
        verb: &'static str,
        /// What the API server said.
        message: String,
    },
    /// No answer came.
    #[error("{what}: the API server does not answer as it should: {reason}")]
    Unanswered {
        /// Its kind and name.
        what: String,
        /// What came instead.
        reason: String,
    },
}

/// Waits for the answer to a request about one object.
pub(crate) async fn ask<T>(
    what: &str,
    verb: &'static str,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<T, AskingError> {
    let what = what.to_owned();
    let status = match time::timeout(PATIENCE, request).await {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(kube::Error::Api(status))) => status,
        // What is wrong with it may quote it, and it may be a Secret.
        Ok(Err(kube::Error::SerdeError(_))) => {
            return Err(AskingError::Unanswered { what, reason: "what it answers cannot be read".to_owned() });
        }
        Ok(Err(error)) => return Err(AskingError::Unanswered { what, reason: reason(&error) }),
        Err(_) => return Err(AskingError::Unanswered { what, reason: format!("not within {PATIENCE:?}") }),
    };
    let causes = status.details.as_ref().map(|it| it.causes.as_slice()).unwrap_or_default();
    let owned: Vec<_> = causes.iter().filter(|it| it.reason == "FieldManagerConflict").collect();
    let message = status.message.clone();
    Err(match status.code {
        404 => AskingError::Missing { what },
        403 => AskingError::Forbidden { what, verb, message },
        409 if owned.is_empty() => AskingError::Outrun { what },
        409 => AskingError::Owned {
            what,
            owners: owned.iter().map(|it| format!("{}: {}", it.field, it.message)).collect::<Vec<_>>().join(", "),
            fields: owned.iter().map(|it| it.field.clone()).collect(),
        },
        // What stands before the API server, and what it says itself while it starts or is full.
        429 | 500.. => AskingError::Unanswered { what, reason: message },
        _ => AskingError::Refused { what, verb, message },
    })
}

/// An error with all that is behind it, on one line: by itself the client's says only that a service failed.
fn reason(error: &(dyn Error + 'static)) -> String {
    let mut parts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        // Many repeat what is behind them.
        if !parts.iter().any(|it| it.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}
