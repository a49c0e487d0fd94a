//! No Kubernetes version that cannot be read as a version.

use super::{Change, Code, Violation, shortened};
use crate::{baseline::Move, facts::PackFacts};

/// Denies a new Kubernetes version that cannot be read. An unreadable old one may be repaired, or left as it is.
pub(super) fn check(change: &Change<'_>) -> Vec<Violation> {
    change.moves.iter().filter(|it| it.version.is_none()).map(violation).collect()
}

fn violation(unreadable: &Move<'_>) -> Violation {
    let pack = unreadable.pack;
    Violation {
        code: Code::K8sVersionUnreadable,
        field: pack.version_path(),
        message: format!(
            "Kubernetes pack {:?} {}; write it as MAJOR.MINOR.PATCH, such as \"1.30.4\"",
            pack.name(),
            fault(pack)
        ),
        target: pack.version().or_else(|| pack.tag()).unwrap_or("(none)").to_owned(),
    }
}

fn fault(pack: &PackFacts<'_>) -> String {
    match (pack.version(), pack.tag()) {
        (Some(version), _) if pack.version_is_ambiguous_number() => {
            format!("has the number {version} as its version, which may have lost trailing zeros")
        }
        (Some(version), _) => format!("has version {:?}, which cannot be read as a version", shortened(version)),
        (None, Some(tag)) => format!("has no version, and its tag {:?} names a group of versions", shortened(tag)),
        (None, None) => "has no version".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixtures::{assert_accepted, assert_denied, aws};

    #[test]
    fn rejects_a_new_version_that_is_none() {
        for version in [
            json!("banana"),
            json!("1.33.x"),
            json!(""),
            json!(null),
            json!("1.30.4.1"),
            json!(" 1.30.4"),
            json!(1.3),
            json!(7),
        ] {
            let messages =
                assert_denied(&aws().k8s("1.30.1"), &aws().k8s(version.clone()), &[Code::K8sVersionUnreadable]);
            assert!(messages[0].contains("MAJOR.MINOR.PATCH"), "{version}: {messages:?}");
        }
    }

    #[test]
    fn rejects_a_wildcard_tag_without_a_version() {
        let after = aws().k8s("").with("/spec/clusterProfileTemplates/0/packs/0/tag", json!("1.31.x"));
        let messages = assert_denied(&aws().k8s("1.30.1"), &after, &[Code::K8sVersionUnreadable]);
        assert!(messages[0].contains("\"1.31.x\" names a group"), "{messages:?}");
    }

    #[test]
    fn accepts_a_concrete_tag_without_a_version() {
        assert_accepted(
            &aws().k8s("1.30.1"),
            &aws().k8s("").with("/spec/clusterProfileTemplates/0/packs/0/tag", json!("1.31.2")),
        );
    }

    #[test]
    fn accepts_an_unreadable_version_that_was_there_before() {
        let before = aws().k8s("banana");
        assert_accepted(&before, &before.clone().pack("addon", "new", "1.0.0"));
    }

    #[test]
    fn accepts_the_repair_of_an_unreadable_version() {
        assert_accepted(&aws().k8s("banana"), &aws().k8s("1.30.4"));
    }

    #[test]
    fn a_text_of_any_length_is_shown_short() {
        let messages =
            assert_denied(&aws().k8s("1.30.1"), &aws().k8s("é".repeat(10_000)), &[Code::K8sVersionUnreadable]);
        assert!(messages[0].len() < 400, "{}", messages[0].len());
    }
}
