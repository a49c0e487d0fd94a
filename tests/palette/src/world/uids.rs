//! Makes up uids: the same ones in every run.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Counts how often each name was asked for.
#[derive(Debug, Default)]
pub(super) struct Uids {
    made: BTreeMap<String, usize>,
}

impl Uids {
    /// 24 hexadecimal digits, as MongoDB makes them.
    pub(super) fn make(&mut self, kind: &str, name: &str) -> String {
        let key = format!("{kind}/{name}");
        let count = self.made.entry(key.clone()).or_default();
        *count += 1;
        let digest = Sha256::digest(format!("{key}/{count}"));
        digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether a text looks like a uid.
pub(super) fn is_uid(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
