//! Whether the API server answers, how fast, and if not, why.

use std::time::Duration;

use profile_core::field;

use super::report::Check;
use crate::{
    error::{Error, Kind},
    store::KubernetesStore,
};

const NAME: &str = "reachability";

/// What the API server says of itself.
pub(super) struct Server {
    /// Its version as it writes it.
    pub(super) version: String,
    /// Major and minor, where they can be read.
    pub(super) numbers: Option<(u64, u64)>,
    /// Why it is not ready, where it says so.
    unready: Option<String>,
    /// How long the first answer took, with everything that opens a connection, and another one.
    took: (Duration, Duration),
}

/// Asks for the version, and whether it is ready.
///
/// # Errors
/// When no answer comes, or the credentials are not accepted.
pub(super) async fn ask(store: &KubernetesStore) -> Result<Server, Error> {
    let first = store.look("/version").await?;
    if first.code == 401 {
        return Err(Error::failed(format!("{} does not accept the credentials: {}", store.address(), first.refusal()))
            .hint("log in again, or look at the user of the context in the kubeconfig"));
    }
    let second = store.look("/version").await?;
    let ready = store.look("/readyz").await?;
    let number = |name| {
        let text = field::text(&first.document, &[name])?;
        // Vendors write `27+`.
        text.trim_end_matches('+').parse().ok()
    };
    let numbers = (|| Some((number("major")?, number("minor")?)))();
    Ok(Server {
        version: field::text(&first.document, &["gitVersion"]).unwrap_or_default().into_owned(),
        numbers,
        // Whoever may not ask for it knows as much as before.
        unready: (ready.code >= 500).then(|| ready.refusal()),
        took: (first.took, second.took),
    })
}

pub(super) fn check(store: &KubernetesStore, server: &Server) -> Check {
    let (first, second) = (millis(server.took.0), millis(server.took.1));
    let version = if server.version.is_empty() { "a server that does not tell its version" } else { &server.version };
    let says = format!("{version} at {} answers in {second} ms ({first} ms with the connection)", store.address());
    match &server.unready {
        Some(why) => Check::failed(NAME, format!("{says}, and is not ready: {why}"))
            .fix("`kubectl get --raw '/readyz?verbose'` names the part that is not ready"),
        None => Check::ok(NAME, says),
    }
}

/// Why there was no answer.
pub(super) fn failed(error: &Error) -> Check {
    let check = Check::failed(NAME, error.message.clone());
    match explanation(&error.message).map(str::to_owned).or_else(|| error.hints.first().cloned()) {
        Some(fix) => check.fix(fix),
        None if error.kind == Kind::TimedOut => check.fix("raise --request-timeout, or look at firewalls and VPN"),
        None => check,
    }
}

/// What a failure of the connection means, by the words of those who report it.
fn explanation(message: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 7] = [
        ("Connection refused", "nothing listens at that address: is the server running, and is the address right?"),
        ("failed to lookup address", "the name is not known here: is it spelled right, and is the VPN up?"),
        ("UnknownIssuer", "another CA signed the server's certificate: put that CA into the kubeconfig"),
        ("NotValidForName", "the server's certificate is for other names: set tls-server-name, or use its own name"),
        ("Expired", "the server's certificate has expired: renew it, and look at this machine's clock"),
        ("No route to host", "there is no way to that address: is the VPN up?"),
        ("Network is unreachable", "there is no way to that address: is the network up?"),
    ];
    KINDS.iter().find(|(word, _)| message.contains(word)).map(|(_, explanation)| *explanation)
}

/// Milliseconds with one decimal.
pub(super) fn millis(took: Duration) -> String {
    format!("{:.1}", took.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::{super::report::Finding, *};

    #[test]
    fn each_kind_of_failure_has_its_fix() {
        let fix = |message: &str| failed(&Error::new(Kind::Unreachable, message).hint("other")).fix.unwrap();
        assert!(fix("cannot get /version: Connection refused (os error 111)").contains("nothing listens"));
        assert!(fix("invalid peer certificate: UnknownIssuer").contains("another CA"));
        assert_eq!(fix("something else"), "other");
        assert_eq!(failed(&Error::failed("x")).finding, Finding::Failed);
    }

    #[test]
    fn milliseconds_have_one_decimal() {
        assert_eq!(millis(Duration::from_micros(1234)), "1.2");
    }
}
