//! Whether the guard really denies: for each rule a dry run on a cluster that qualifies, which must be refused.

use profile_core::{
    field,
    probe::{self, Probe},
    rules::Code,
};
use serde_json::json;

use super::report::Check;
use crate::store::{Answer, Document, KubernetesStore};

/// What to do where the guard cannot be reached.
pub(super) const UNREACHABLE: &str = "look at the pods in namespace kubectl-profile-system; until they answer, the line above lets \
                                      changes pass unguarded";
/// How often a probe is made anew because somebody else wrote the cluster.
const TRIES: usize = 4;

/// The names of all checks.
pub(super) fn names() -> [String; Code::ALL.len()] {
    Code::ALL.map(name)
}

fn name(code: Code) -> String {
    format!("rule {}", code.as_str())
}

/// Asks for every rule, in every version.
pub(super) async fn check(store: &KubernetesStore, versions: &[String], clusters: &[Document]) -> Vec<Check> {
    let mut checks = Vec::new();
    for code in Code::ALL {
        checks.push(of_rule(store, versions, clusters, code).await);
    }
    checks
}

async fn of_rule(store: &KubernetesStore, versions: &[String], clusters: &[Document], code: Code) -> Check {
    let Some((cluster, probe)) = probed(clusters, code) else {
        return Check::not_provable(
            name(code),
            format!("no cluster here qualifies; one would: {}", probe::qualifies(code)),
        )
        .fix("ask where there is one: -n NAMESPACE, or -A");
    };
    let mut answers = Vec::new();
    for version in versions {
        match ask(store, version, cluster.clone(), probe.clone(), code).await {
            Ok(answer) => answers.push((version.as_str(), verdict(code, &answer))),
            Err(check) => return *check,
        }
    }
    judge(code, &cluster.words(), &answers)
}

/// The first cluster on which the rule is broken alone, else the first on which it is broken at all.
fn probed(clusters: &[Document], code: Code) -> Option<(&Document, Probe)> {
    let mut rest = None;
    for cluster in clusters {
        match probe::breaking(code, &cluster.value) {
            Some(probe) if probe.is_exact => return Some((cluster, probe)),
            Some(probe) => rest = rest.or(Some((cluster, probe))),
            None => {}
        }
    }
    rest
}

async fn ask(
    store: &KubernetesStore,
    version: &str,
    mut cluster: Document,
    mut probe: Probe,
    code: Code,
) -> Result<Answer, Box<Check>> {
    let hidden = |why: String| Box::new(Check::not_visible(name(code), why));
    for _ in 0..TRIES {
        let patch = json!({"spec": {"clusterProfileTemplates": probe.after["spec"]["clusterProfileTemplates"]}});
        let answer = store.rehearse(version, &cluster, &patch).await.map_err(|error| hidden(error.message))?;
        if answer.code != 409 {
            return Ok(answer);
        }
        cluster = store.reread(&cluster).await.map_err(|error| hidden(error.message))?;
        probe = probe::breaking(code, &cluster.value)
            .ok_or_else(|| hidden(format!("cluster {} changed meanwhile and qualifies no longer", cluster.words())))?;
    }
    Err(hidden(format!("cluster {} is written by somebody else all the time", cluster.words())))
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Denied,
    Warned,
    Allowed,
    /// Refused by the guard for other rules alone.
    OtherRules(String),
    Unreachable(String),
    Forbidden,
    /// Refused by something else, and why.
    Elsewhere(String),
}

fn verdict(code: Code, answer: &Answer) -> Verdict {
    if answer.is_success() {
        let is_named = answer.warnings.iter().any(|it| it.contains(code.as_str()));
        return if is_named { Verdict::Warned } else { Verdict::Allowed };
    }
    let causes = field::items(&answer.document, &["details", "causes"]);
    let codes: Vec<_> = causes.filter_map(|(_, it)| field::text(it, &["reason"])).collect();
    if codes.iter().any(|it| it == code.as_str()) {
        return Verdict::Denied;
    }
    let is_ours = |it: &std::borrow::Cow<'_, str>| Code::ALL.iter().any(|known| known.as_str() == it.as_ref());
    if codes.iter().any(is_ours) {
        return Verdict::OtherRules(codes.join(", "));
    }
    let message = answer.refusal();
    match answer.code {
        500.. if message.contains("failed calling webhook") => Verdict::Unreachable(message),
        403 if !message.contains("admission webhook") => Verdict::Forbidden,
        _ => Verdict::Elsewhere(message),
    }
}

/// The worst of the answers decides.
fn judge(code: Code, cluster: &str, answers: &[(&str, Verdict)]) -> Check {
    let (name, code) = (name(code), code.as_str());
    let of = |wanted: &dyn Fn(&Verdict) -> bool| {
        let versions: Vec<_> = answers.iter().filter(|(_, it)| wanted(it)).map(|(version, _)| *version).collect();
        (!versions.is_empty()).then(|| versions.join(" and "))
    };
    for (version, verdict) in answers {
        match verdict {
            Verdict::Unreachable(why) => {
                return Check::failed(name, format!("the guard cannot be asked in {version}: {why}")).fix(UNREACHABLE);
            }
            Verdict::OtherRules(codes) => {
                return Check::failed(
                    name,
                    format!("cluster {cluster} in {version}: denied as {codes} and not as {code}"),
                )
                .fix("the webhook and this program are of different versions: bring both to the same");
            }
            _ => {}
        }
    }
    if let Some(versions) = of(&|it| *it == Verdict::Allowed) {
        return Check::failed(
            name,
            format!("cluster {cluster} in {versions}: the guard does not deny a change that breaks this rule"),
        )
        .fix(
            "look at what answers behind the guard; a rule in mode audit lets pass, too, and tells the audit log alone",
        );
    }
    for (version, verdict) in answers {
        match verdict {
            Verdict::Forbidden => {
                return Check::not_visible(name, "you may not patch spectroclusters, so nothing can be asked")
                    .fix("ask for the right to patch spectroclusters, or let somebody run this who has it");
            }
            Verdict::Elsewhere(why) => {
                return Check::not_provable(
                    name,
                    format!("cluster {cluster} in {version}: refused, and not by the guard: {why}"),
                );
            }
            _ => {}
        }
    }
    match of(&|it| *it == Verdict::Warned) {
        Some(versions) => {
            Check::warning(name, format!("cluster {cluster} in {versions}: only a warning, the change would pass"))
                .fix("set the rule's mode to enforce, unless a warning is what is meant")
        }
        None => {
            let versions = of(&|it| *it == Verdict::Denied).unwrap_or_default();
            Check::ok(name, format!("cluster {cluster} in {versions}: denied"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::report::Finding, *};

    const CODE: Code = Code::K8sVersionUnreadable;

    fn answer(code: u16, document: Value) -> Answer {
        Answer { code, document, ..Answer::default() }
    }

    fn denial(codes: &[&str]) -> Answer {
        let causes: Vec<_> = codes.iter().map(|it| json!({"reason": it, "field": "spec", "message": "no"})).collect();
        answer(422, json!({"reason": "Invalid", "message": "invalid", "details": {"causes": causes}}))
    }

    #[test]
    fn each_answer_is_told_from_the_others() {
        assert_eq!(verdict(CODE, &denial(&["ClusterProvisioning", "K8sVersionUnreadable"])), Verdict::Denied);
        assert_eq!(verdict(CODE, &denial(&["ClusterProvisioning"])), Verdict::OtherRules("ClusterProvisioning".into()));
        let schema = verdict(CODE, &denial(&["FieldValueInvalid"]));
        assert!(matches!(schema, Verdict::Elsewhere(_)), "{schema:?}");
        assert_eq!(verdict(CODE, &answer(200, json!({}))), Verdict::Allowed);
        let warnings = vec!["K8sVersionUnreadable: no version".to_owned()];
        assert_eq!(verdict(CODE, &Answer { warnings, ..answer(200, json!({})) }), Verdict::Warned);
        let other = vec!["unknown field".to_owned()];
        assert_eq!(verdict(CODE, &Answer { warnings: other, ..answer(200, json!({})) }), Verdict::Allowed);
        let down = json!({"message": "Internal error occurred: failed calling webhook \"guard\": refused"});
        assert!(matches!(verdict(CODE, &answer(500, down)), Verdict::Unreachable(_)));
        let forbidden = json!({"reason": "Forbidden", "message": "User cannot patch"});
        assert_eq!(verdict(CODE, &answer(403, forbidden)), Verdict::Forbidden);
        let other = json!({"reason": "Forbidden", "message": "admission webhook \"other\" denied the request"});
        assert!(matches!(verdict(CODE, &answer(403, other)), Verdict::Elsewhere(_)));
    }

    #[track_caller]
    fn check(answers: [Verdict; 2], finding: Finding, part: &str) {
        let [first, second] = answers;
        let check = judge(CODE, "demo", &[("v1", first), ("v1alpha1", second)]);
        assert_eq!(check.finding, finding, "{check:?}");
        assert!(check.says.contains(part), "{check:?}");
    }

    #[test]
    fn the_worst_answer_of_all_versions_decides() {
        check([Verdict::Denied, Verdict::Denied], Finding::Ok, "in v1 and v1alpha1: denied");
        check([Verdict::Denied, Verdict::Warned], Finding::Warning, "in v1alpha1: only a warning");
        check([Verdict::Denied, Verdict::Allowed], Finding::Failed, "in v1alpha1: the guard does not deny");
        check([Verdict::Allowed, Verdict::Forbidden], Finding::Failed, "does not deny");
        check([Verdict::Denied, Verdict::Forbidden], Finding::NotVisible, "may not patch");
        check([Verdict::Denied, Verdict::Elsewhere("x".into())], Finding::NotProvable, "not by the guard: x");
        check([Verdict::Unreachable("x".into()), Verdict::Allowed], Finding::Failed, "cannot be asked");
        check([Verdict::OtherRules("A".into()), Verdict::Denied], Finding::Failed, "denied as A and not as");
    }

    #[test]
    fn a_cluster_on_which_the_rule_breaks_alone_comes_first() {
        let cluster = |name: &str, packs: Value| Document {
            value: json!({"metadata": {"name": name}, "spec": {"cloudType": "edge", "clusterProfileTemplates": [{"packs": packs}]}}),
            place: String::new(),
        };
        let network = json!([{"name": "c", "layer": "cni"}]);
        let both = json!([{"name": "c", "layer": "cni"}, {"name": "s", "layer": "csi"}]);
        let clusters = [cluster("only", network), cluster("both", both)];
        let found = |code| probed(&clusters, code).map(|(it, _)| it.cluster().name().into_owned());
        assert_eq!(found(Code::CoreLayerRemovalNotSupported).as_deref(), Some("both"));
        assert_eq!(found(Code::EdgeCniChangeNotSupported).as_deref(), Some("only"));
        assert_eq!(found(Code::K8sVersionUnreadable), None);
    }
}
