//! No profile update while the cluster is being provisioned.

use super::{Change, Code, Violation};

/// Denies any change of profile content while the old status says Provisioning. Every other state, known or not, passes.
pub(super) fn check(change: &Change<'_>) -> Vec<Violation> {
    let before = change.before;
    if !before.is_provisioning() {
        return Vec::new();
    }
    let Some(target) = (change.other_content)() else { return Vec::new() };
    vec![Violation {
        code: Code::ClusterProvisioning,
        field: "spec.clusterProfileTemplates".into(),
        message: format!(
            "the profiles of cluster {:?} cannot be updated while its state is Provisioning; wait until it is Running",
            before.name()
        ),
        target,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixtures::{assert_accepted, assert_denied, aws};

    #[test]
    fn rejects_a_change_of_content_in_any_letter_case_of_the_state() {
        for state in ["Provisioning", "provisioning", "PROVISIONING"] {
            let before = aws().k8s("1.30.1").state(state);
            let after = before.clone().pack("addon", "new", "1.0.0");
            assert_denied(&before, &after, &[Code::ClusterProvisioning]);
        }
    }

    #[test]
    fn rejects_by_the_old_state_and_not_by_the_new_one() {
        let before = aws().state("Provisioning");
        assert_denied(
            &before,
            &before.clone().pack("addon", "new", "1.0.0").state("Running"),
            &[Code::ClusterProvisioning],
        );
        let before = aws().state("Running");
        assert_accepted(&before, &before.clone().pack("addon", "new", "1.0.0").state("Provisioning"));
    }

    #[test]
    fn accepts_what_is_no_content_while_provisioning() {
        let before = aws().k8s("1.30.1").state("Provisioning");
        for after in [
            before.clone(),
            before.clone().with("/metadata/labels", json!({"a": "b"})),
            before.clone().with("/spec/tags", json!(["x"])),
            before.clone().with("/spec/clusterProfileTemplates/0/packs/0/values", json!(null)),
        ] {
            assert_accepted(&before, &after);
        }
    }

    #[test]
    fn accepts_changes_in_every_other_state() {
        for state in ["Running", "Pending", "Importing", "Deleting", "Unknown", "Something new", ""] {
            let before = aws().state(state);
            assert_accepted(&before, &before.clone().pack("addon", "new", "1.0.0"));
        }
        let before = aws().with("/status", json!(null));
        assert_accepted(&before, &before.clone().with("/spec/clusterProfileTemplates", json!([{"name": "other"}])));
    }
}
