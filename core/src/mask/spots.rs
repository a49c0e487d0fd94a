//! Finds secrets by their own look: user information in URLs, credentials of HTTP, and private keys.

use super::MASK;

/// How the base64 of `-----BEGIN` starts, and how that of a certificate goes on.
const ENCODED: (&str, &str) = ("LS0tLS1CRUdJTi", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR");

/// The line with `***` for the user information of each URL. A user without a password, as in `ssh://git@host`, is shown
/// unless the URL is one of HTTP, where the user is a token as a rule.
pub(super) fn without_user_information(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let is_http = before.ends_with("http://") || before.ends_with("https://");
        let run = &after[..after.find([' ', '\t', '"', '\'', '<', '>', '`', '|']).unwrap_or(after.len())];
        // A new URL behind a comma has user information of its own.
        let run = &run[..run.find("://").unwrap_or(run.len())];
        let authority = &run[..run.find(['/', '?', '#']).unwrap_or(run.len())];
        let port = authority.rsplit_once(':').map(|(_, port)| port);
        let is_host = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()));
        // A password can hold the letters that end an authority, too.
        let user = match authority.rfind('@') {
            Some(at) => Some(at),
            None if !is_host => run.rfind('@'),
            None => None,
        };
        rest = match user.filter(|at| is_http || after[..*at].contains(':')) {
            Some(at) => {
                shown.push_str(MASK);
                &after[at..]
            }
            None => after,
        };
    }
    shown + rest
}

/// Schemes of the HTTP header `Authorization`, in small letters.
const SCHEMES: [&str; 6] = ["bearer", "basic", "token", "digest", "apikey", "negotiate"];

/// The line with `***` for the credential behind a scheme of HTTP: all of it where the line names the header, else what does
/// not look like a word of a sentence.
pub(super) fn without_credentials(line: &str) -> String {
    let plain = line.to_ascii_lowercase();
    let header = plain.find("authorization").map(|at| at + "authorization".len());
    let found = SCHEMES.iter().filter_map(|scheme| {
        let (at, _) = plain.match_indices(scheme).find(|(at, _)| {
            let starts = !plain[..*at].ends_with(|before: char| before.is_alphanumeric() || "-_.".contains(before));
            let start = *at + scheme.len();
            let credential = credential(&line[start..]);
            let is_named = header.is_some_and(|header| {
                *at >= header && plain[header..*at].chars().all(|it| " \t\"':=\\,".contains(it)) && header < *at
            });
            let is_made =
                *scheme == "bearer" && (credential.len() >= 16 || credential.contains(|it: char| it.is_ascii_digit()));
            starts && !credential.is_empty() && credential != MASK && (is_named || is_made)
        })?;
        let start = at + scheme.len() + line[at + scheme.len()..].len() - line[at + scheme.len()..].trim_start().len();
        Some((start, start + credential(&line[at + scheme.len()..]).len()))
    });
    let Some((start, end)) = found.min() else { return line.to_owned() };
    format!("{}{MASK}{}", &line[..start], without_credentials(&line[end..]))
}

/// The word behind a scheme; empty where no space stands between.
fn credential(rest: &str) -> &str {
    let word = rest.trim_start();
    // What a template puts in its place is no secret yet.
    if !rest.starts_with([' ', '\t']) || word.starts_with("{{") {
        return "";
    }
    &word[..word.find([' ', '\t', '"', '\'', ',', '}', ']', '\\', '`', ';', '#']).unwrap_or(word.len())]
}

/// Where a private key starts in a line, and whether it goes on in the next lines.
pub(super) fn private_key(line: &str) -> Option<(usize, bool)> {
    let pem = line.match_indices("-----BEGIN").map(|(at, _)| at).find(|at| line[*at..].contains("PRIVATE KEY"));
    let encoded = || line.match_indices(ENCODED.0).map(|(at, _)| at).find(|at| !line[*at..].starts_with(ENCODED.1));
    pem.map(|at| (at, !ends_key(&line[at..]))).or_else(|| encoded().map(|at| (at, false)))
}

/// Whether a key that started before ends in this line.
pub(super) fn ends_key(line: &str) -> bool {
    line.contains("-----END")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_information_is_hidden_and_the_host_is_shown() {
        for (line, expected) in [
            ("url: https://user:pw@host/x", "url: https://***@host/x"),
            ("a: postgres://u:p@w@h:5432/db, b: redis://:p@h", "a: postgres://***@h:5432/db, b: redis://***@h"),
            ("https://abc@host", "https://***@host"),
            ("x: amqp://u:p/w#1@host", "x: amqp://***@host"),
            ("git: ssh://git@host/a", "git: ssh://git@host/a"),
            ("https://host:8443/a@v1", "https://host:8443/a@v1"),
            ("ü://ü:ü@ü", "ü://***@ü"),
        ] {
            assert_eq!(without_user_information(line), expected);
        }
    }

    #[test]
    fn credentials_are_hidden_and_sentences_are_shown() {
        for (line, expected) in [
            ("Authorization: Bearer hunter", "Authorization: Bearer ***"),
            ("curl -H 'authorization: basic aHVudGVy' https://h", "curl -H 'authorization: basic ***' https://h"),
            ("x: \"Bearer eyJhbGciOiJIUzI1NiJ9.e30\", y: bearer a1", "x: \"Bearer ***\", y: bearer ***"),
            ("# the Bearer scheme, Basic auth; token x", "# the Bearer scheme, Basic auth; token x"),
            ("authorization: {mode: Webhook}", "authorization: {mode: Webhook}"),
            ("authorization-mode: Node,RBAC", "authorization-mode: Node,RBAC"),
            ("Authorization: Bearer {{ .x }}", "Authorization: Bearer {{ .x }}"),
            ("İauthorization: bearer hünter1", "İauthorization: bearer ***"),
            ("forebearer a1 bearer", "forebearer a1 bearer"),
        ] {
            assert_eq!(without_credentials(line), expected);
        }
    }

    #[test]
    fn private_keys_are_found_and_certificates_are_not() {
        assert_eq!(private_key("  -----BEGIN RSA PRIVATE KEY-----"), Some((2, true)));
        assert_eq!(private_key("a: -----BEGIN PRIVATE KEY-----\\nx\\n-----END PRIVATE KEY-----"), Some((3, false)));
        assert_eq!(private_key("-----BEGIN CERTIFICATE-----"), None);
        assert_eq!(private_key("key: LS0tLS1CRUdJTiBSU0Eg"), Some((5, false)));
        assert_eq!(private_key("crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"), None);
    }
}
