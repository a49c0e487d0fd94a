//! Tests of the search by the agent's marks.

use std::collections::BTreeSet;

use super::*;

const SWITCH: &str = "2026-02-01T00:00:00Z";
const BEFORE: &str = "2026-01-01T00:00:00Z";
const AFTER: &str = "2026-03-01T00:00:00Z";

fn written(name: &str, writes: &[(&str, &str)]) -> Value {
    let entry = |(manager, time): &(&str, &str)| json!({"manager": manager, "operation": "Apply", "time": time});
    let entries: Vec<_> = writes.iter().map(entry).collect();
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": "n", "uid": name, "managedFields": entries},
    })
}

fn found(live: &[Value], switched_at: Option<&str>) -> Vec<Suspect> {
    let now = rendering("p@2", &[("app", &["Deployment/now", "Deployment/also"])]);
    let namespaces = BTreeSet::from(["n".to_owned()]);
    suspects(&now, &Traces { live, namespaces: &namespaces, switched_at })
}

fn names(live: &[Value]) -> Vec<String> {
    found(live, Some(SWITCH)).into_iter().map(|it| it.identity.name).collect()
}

#[test]
fn what_the_agent_applied_before_the_switch_and_nobody_touched_is_suspected() {
    for agent in ["atop-manager", "cluster-management-agent", "palette-controller-manager"] {
        assert_eq!(names(&[written("left", &[(agent, BEFORE)])]), ["left"], "{agent}");
    }
    assert_eq!(names(&[written("now", &[("atop-manager", BEFORE)])]), [""; 0], "it is rendered");
}

#[test]
fn whoever_wrote_what_is_rendered_now_is_the_agent() {
    let rendered =
        [written("now", &[("mystery", AFTER), ("kubectl-edit", AFTER)]), written("also", &[("mystery", BEFORE)])];
    let of = |manager: &str| names(&[&rendered[..], &[written("left", &[(manager, BEFORE)])]].concat());
    assert_eq!(of("mystery"), ["left"]);
    assert_eq!(of("kubectl-edit"), [""; 0], "a person's tool is no agent, whatever it wrote");
    assert_eq!(of("somebody"), [""; 0]);
    let half = [written("now", &[("mystery", AFTER), ("half", AFTER)]), written("also", &[("mystery", BEFORE)])];
    assert_eq!(names(&[&half[..], &[written("left", &[("half", BEFORE)])]].concat()), [""; 0]);
    let found = found(&[&rendered[..], &[written("left", &[("mystery", BEFORE)])]].concat(), Some(SWITCH));
    assert!(found[0].evidence[0].contains("wrote 2 of the 2 live objects"), "{found:?}");
}

#[test]
fn what_was_written_since_the_switch_is_in_use() {
    let after = |manager: &str| names(&[written("left", &[("atop-manager", BEFORE), (manager, AFTER)])]);
    assert_eq!(after("kubectl-edit"), [""; 0]);
    assert_eq!(after("atop-manager"), [""; 0], "the agent still works on it");
    assert_eq!(after("kubectl-profile"), ["left"], "our own scale-down is no use of it");
    assert_eq!(after("kube-controller-manager"), ["left"]);
    let mut status = written("left", &[("atop-manager", BEFORE), ("some-controller", AFTER)]);
    status["metadata"]["managedFields"][1]["subresource"] = json!("status");
    assert_eq!(names(&[status]), ["left"], "a status is no use of it");
}

#[test]
fn without_a_switch_the_agents_latest_work_stands_for_it() {
    let rendered = |time: &str| written("now", &[("atop-manager", time)]);
    let left = || written("left", &[("atop-manager", BEFORE)]);
    let named = |live: &[Value]| found(live, None).into_iter().map(|it| it.identity.name).collect::<Vec<_>>();
    assert_eq!(named(&[rendered(AFTER), left()]), ["left"]);
    assert_eq!(named(&[rendered(BEFORE), left()]), [""; 0], "both may be of one and the same work");
    assert_eq!(named(&[left()]), [""; 0], "nothing says that the agent worked since");
}

#[test]
fn only_the_packs_namespaces_are_searched_and_what_others_account_for_is_left_out() {
    let left = |change: &dyn Fn(&mut Value)| {
        let mut object = written("left", &[("atop-manager", BEFORE)]);
        change(&mut object["metadata"]);
        names(&[object])
    };
    assert_eq!(left(&|_| {}), ["left"]);
    assert_eq!(left(&|it| it["namespace"] = json!("elsewhere")), [""; 0]);
    assert_eq!(left(&|it| it["ownerReferences"] = json!([{"kind": "X", "name": "x"}])), [""; 0]);
    assert_eq!(left(&|it| it["annotations"] = json!({"kubectl-profile.dev/keep": "true"})), [""; 0]);
    let mut own = written("left", &[("atop-manager", BEFORE)]);
    own["apiVersion"] = json!("cluster.spectrocloud.com/v1");
    assert_eq!(names(&[own]), [""; 0], "Palette's own bookkeeping is no pack's object");
}

#[test]
fn a_suspect_becomes_an_orphan_unless_more_is_known_of_it() {
    let live = [written("a", &[("atop-manager", BEFORE)]), written("left", &[("atop-manager", BEFORE)])];
    let before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let now = rendering("p@2", &[("app", &["Deployment/now"])]);
    let mut findings = find(&[revision(1, before)], &now, &live);
    findings.add_suspects(found(&live, Some(SWITCH)), &live);
    let said: Vec<_> = findings.orphans.iter().map(|it| (it.identity.name.as_str(), it.confidence)).collect();
    assert_eq!(said, [("a", Confidence::Proven), ("left", Confidence::Suspected)]);
    assert_eq!(findings.orphans[1].last_rendered_by, None);
    assert!(findings.orphans[1].evidence[1].starts_with("untouched since the switch at"), "{findings:?}");
}
