//! Whether a cluster runs what its spec says, pack by pack.

use serde::Serialize;

use crate::{
    cluster::{Cluster, PackStatus},
    pack::Pack,
};

/// A pack that the cluster does not run yet as its spec says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreconciled {
    /// The pack's name.
    pub pack: String,
    /// The version that the spec says.
    pub version: Option<String>,
    /// Why it does not count as reconciled.
    pub reason: String,
}

/// The packs of `cluster` that are not reconciled; empty when the cluster runs what its spec says.
///
/// An entry of `status.packs` that names another profile version does not count: two versions may hold a pack of the
/// same version with other values, and then only the entry's profile tells which of them runs.
pub fn unreconciled(cluster: &Cluster<'_>) -> Vec<Unreconciled> {
    let statuses = cluster.pack_statuses();
    let of_profile = |uid: Option<&str>, pack: &Pack<'_>| {
        let reason = reason(&statuses, uid, pack)?;
        Some(Unreconciled { pack: pack.name().into(), version: pack.version().map(Into::into), reason })
    };
    let profiles = cluster.profiles();
    let packs = profiles.iter().flat_map(|profile| profile.packs().into_iter().map(|pack| (profile.uid(), pack)));
    packs.filter_map(|(uid, pack)| of_profile(uid.as_deref(), &pack)).collect()
}

fn reason(statuses: &[PackStatus<'_>], profile_uid: Option<&str>, pack: &Pack<'_>) -> Option<String> {
    let named: Vec<_> = statuses.iter().filter(|status| status.name == pack.name()).collect();
    let is_own =
        |status: &&&PackStatus<'_>| status.profile_uid.is_none() || status.profile_uid.as_deref() == profile_uid;
    let Some(status) = named.iter().find(is_own) else {
        return Some(if named.is_empty() {
            "not reported yet".into()
        } else {
            "still reported for another profile version".into()
        });
    };
    if pack.version().is_some() && status.version.is_some() && status.version != pack.version() {
        return Some(format!("reported at {}", status.version.as_deref().unwrap_or_default()));
    }
    if status.is_reconciled() {
        return None;
    }
    let condition = status.condition.as_deref().unwrap_or("no condition");
    let condition_status = status.condition_status.as_deref().map(|it| format!("={it}")).unwrap_or_default();
    let message = status.message.as_deref().map(|it| format!(": {it}")).unwrap_or_default();
    Some(format!("{condition}{condition_status}{message}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(status: Value, expected: &[&str]) {
        let document = json!({
            "spec": {"clusterProfileTemplates": [{"uid": "u2", "packs": [{"name": "k", "version": "1.1.0"}]}]},
            "status": {"packs": status},
        });
        let reasons: Vec<_> = unreconciled(&Cluster::new(&document)).into_iter().map(|it| it.reason).collect();
        assert_eq!(reasons, expected, "{document}");
    }

    #[test]
    fn a_pack_is_reconciled_when_its_own_entry_says_so() {
        check(
            json!([{"name": "k", "version": "1.1.0", "profileUid": "u2", "condition": {"type": "Ready", "status": "True"}}]),
            &[],
        );
        check(json!([{"name": "k", "version": "1.1.0"}]), &[]);
    }

    #[test]
    fn everything_else_is_told_with_its_reason() {
        check(json!(null), &["not reported yet"]);
        check(
            json!([{"name": "k", "version": "1.1.0", "profileUid": "u1"}]),
            &["still reported for another profile version"],
        );
        check(json!([{"name": "k", "version": "1.0.0", "profileUid": "u2"}]), &["reported at 1.0.0"]);
        let failing = json!([{"name": "k", "version": "1.1.0", "condition": {"type": "Error", "status": "True", "message": "no quota"}}]);
        check(failing, &["Error=True: no quota"]);
    }
}
