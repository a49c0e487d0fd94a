//! What the API server is told about us in headers, for its audit log: the program, the command, and which run it was.

use std::{env, sync::LazyLock};

use http::{HeaderName, HeaderValue};

/// What kubectl itself heeds to leave the headers of its command out.
const SWITCH: &str = "KUBECTL_COMMAND_HEADERS";

/// One name for all requests of this process.
static SESSION: LazyLock<String> = LazyLock::new(session);

/// The headers of each request of the command `verb`. Never an argument: those name what is the user's.
pub(super) fn headers(verb: &str) -> Vec<(HeaderName, HeaderValue)> {
    let command = if verb.is_empty() { "kubectl profile".into() } else { format!("kubectl profile {verb}") };
    let mut all = vec![(http::header::USER_AGENT, user_agent())];
    if is_told(env::var(SWITCH).ok().as_deref()) {
        all.push((HeaderName::from_static("kubectl-command"), command));
        all.push((HeaderName::from_static("kubectl-session"), SESSION.clone()));
    }
    all.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?))).collect()
}

fn is_told(switch: Option<&str>) -> bool {
    !switch.is_some_and(|it| ["false", "f", "0"].contains(&it.to_ascii_lowercase().as_str()))
}

/// `kubectl-profile/VERSION (OS/ARCHITECTURE)`, in Go's words for both, as every client of Kubernetes has it.
fn user_agent() -> String {
    let system = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    let architecture = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("kubectl-profile/{} ({system}/{architecture})", env!("CARGO_PKG_VERSION"))
}

/// A random UUID (version 4).
fn session() -> String {
    let mut bytes = [0; 16];
    // Where the system has no randomness there is no TLS either; a session of zeros then harms nobody.
    let _ = rustls::crypto::aws_lc_rs::default_provider().secure_random.fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = |part: &[u8]| part.iter().map(|it| format!("{it:02x}")).collect::<String>();
    [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]].map(hex).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_a_random_uuid() {
        let one = session();
        let lengths: Vec<_> = one.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{one}");
        assert_eq!(&one[14..15], "4", "{one}");
        assert!("89ab".contains(&one[19..20]), "{one}");
        assert_ne!(one, session());
    }

    #[test]
    fn the_command_is_told_unless_kubectls_switch_is_off() {
        for (switch, expected) in [(None, true), (Some("true"), true), (Some("FALSE"), false), (Some("0"), false)] {
            assert_eq!(is_told(switch), expected, "{switch:?}");
        }
    }
}
