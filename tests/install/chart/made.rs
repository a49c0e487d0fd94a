//! Makes the chart's templates of the manifests: the ways to run it become conditions, and what users set becomes values.

use serde_json::Value;

use super::{
    Files, NAMESPACE,
    template::{Node, negated},
    ways::merge,
};
use crate::kustomize::{name, render, render_components};

const SINGLE_NODE: &str = ".Values.singleNode";
const CERT_MANAGER: &str = r#"eq .Values.certificates "cert-manager""#;
const GUARD: &str = "ValidatingWebhookConfiguration/kubectl-profile-guard";

/// What users set: the object, the place in it, and what stands there instead.
const SET: [(&str, &str, &str); 5] = [
    ("Deployment/profile-webhook", "/spec/replicas", "{{ .Values.replicas }}"),
    ("Deployment/profile-webhook", "/spec/template/spec/containers/0/image", IMAGE),
    (
        "Deployment/profile-webhook",
        "/spec/template/spec/containers/0/imagePullPolicy",
        "{{ .Values.image.pullPolicy }}",
    ),
    ("Deployment/profile-webhook", "/spec/template/spec/containers/0/resources", "yaml .Values.resources"),
    ("ConfigMap/profile-webhook-config", "/data/guard.yaml", "configuration"),
];
const IMAGE: &str = r#""{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}""#;

/// Labels that Helm's own tools look for.
const LABELS: [(&str, &str); 2] = [
    ("app.kubernetes.io/managed-by", "{{ .Release.Service }}"),
    ("helm.sh/chart", r#"{{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}"#),
];

/// Chart.yaml and every template.
pub(super) fn files() -> Files {
    let base = render("manifests");
    let ways =
        [(SINGLE_NODE, render_components(&["single-node"])), (CERT_MANAGER, render_components(&["cert-manager"]))];
    let mut files = Files::from([("Chart.yaml".to_owned(), chart())]);
    for object in &base {
        // Helm makes the namespace of a release itself, or takes one that is there.
        if object["kind"] != "Namespace" {
            let (text, when) = written(object, &ways);
            add(&mut files, object, &text, when.as_deref());
        }
    }
    for (when, objects) in &ways {
        for object in objects.iter().filter(|it| !base.iter().any(|base| name(base) == name(it))) {
            add(&mut files, object, &text_of(merge(object, &[])), Some(*when));
        }
    }
    let guard = base.iter().find(|it| name(it) == GUARD).unwrap();
    files.insert("templates/guard-removal.yaml".to_owned(), removal(guard));
    files
}

/// The template of an object of the base, and when it is there.
fn written(object: &Value, ways: &[(&str, Vec<Value>)]) -> (String, Option<String>) {
    let mut base = object.clone();
    let found = |objects: &[Value]| objects.iter().find(|it| name(it) == name(object)).cloned();
    let mut theirs: Vec<_> = ways.iter().filter_map(|(when, it)| Some((*when, found(it)?))).collect();
    for (_, place, instead) in SET.into_iter().filter(|it| it.0 == name(object)) {
        let original = object.pointer(place).unwrap_or_else(|| panic!("no {place} in {}", name(object)));
        for document in theirs.iter_mut().map(|it| &mut it.1).chain([&mut base]) {
            let value = document.pointer_mut(place).unwrap();
            if *value == *original {
                *value = Value::from(marked(instead));
            }
        }
    }
    let theirs: Vec<_> = theirs.iter().map(|(when, it)| (*when, it)).collect();
    let mut node = merge(&base, &theirs);
    if object["kind"] == "Deployment" {
        let secrets = Node::Yaml(".Values.imagePullSecrets".to_owned());
        node.at_mut("spec/template/spec").push("imagePullSecrets", secrets, Some(".Values.imagePullSecrets"));
    }
    let mut when: Vec<_> = ways.iter().filter(|(_, it)| found(it).is_none()).map(|(when, _)| negated(when)).collect();
    if object["kind"] == "PodDisruptionBudget" {
        when.push(".Values.podDisruptionBudget".to_owned());
    }
    let when = match when.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("and ({})", several.join(") ("))),
    };
    (text_of(node), when)
}

/// A text that no manifest holds.
fn marked(instead: &str) -> String {
    format!("\u{1}{instead}")
}

/// The text of a template: with Helm's labels, in the namespace of the release.
fn text_of(mut node: Node) -> String {
    for (label, value) in LABELS {
        node.at_mut("metadata/labels").push(label, Node::Printed(value.to_owned()), None);
    }
    node.each_text(&|text| {
        if let Some(instead) = text.strip_prefix('\u{1}') {
            return Some(match instead.strip_prefix("yaml ") {
                Some(expression) => Node::Yaml(expression.to_owned()),
                None if instead == "configuration" => configuration(),
                None => Node::Printed(instead.to_owned()),
            });
        }
        let in_release = text.replace(NAMESPACE, "{{ .Release.Namespace }}");
        (in_release != text).then(|| Node::Printed(format!("{in_release:?}")))
    });
    node.text()
}

/// The configuration file of the webhook.
fn configuration() -> Node {
    let lines = [
        "apiVersion: kubectl-profile.dev/v1alpha1",
        "kind: GuardConfiguration",
        "{{- with .Values.guardConfiguration }}{{- toYaml . | nindent 4 }}{{- end }}",
    ];
    Node::Text(lines.map(str::to_owned).into())
}

fn add(files: &mut Files, object: &Value, text: &str, when: Option<&str>) {
    let text = match when {
        Some(when) => format!("{{{{- if {when} }}}}\n{text}{{{{- end }}}}\n"),
        None => text.to_owned(),
    };
    let path = format!("templates/{}.yaml", object["kind"].as_str().unwrap().to_lowercase());
    match files.get_mut(&path) {
        Some(there) => *there += &format!("---\n{text}"),
        None => _ = files.insert(path, format!("{HEADER}{text}")),
    }
}

const HEADER: &str = "{{- /* Made of manifests/ by `just generate`: what is changed here is lost. */ -}}\n";

/// Helm takes what it does not know away last, and the guard must go first: before anything else is taken away, Helm replaces it by
/// one that matches nothing, and takes that away at once.
fn removal(guard: &Value) -> String {
    let mut guard = guard.clone();
    guard["metadata"]["annotations"] = serde_json::json!({
        "helm.sh/hook": "pre-delete",
        "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
    });
    let why = "{{- /* Helm takes the guard away last; so that it goes first, it is replaced by one that matches nothing before. */ -}}\n";
    format!("{HEADER}{why}{}", text_of(merge(&guard, &[])))
}

/// The chart's own description.
fn chart() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "# Made by `just generate`: what is changed here is lost.
apiVersion: v2
name: profile-webhook
description: An admission webhook that guards cluster updates of Spectro Cloud Palette
type: application
version: {version}
appVersion: \"{version}\"
# matchConditions, which let metadata pass while the webhook is down.
kubeVersion: \">=1.28.0-0\"
home: {home}
",
        home = env!("CARGO_PKG_HOMEPAGE"),
    )
}
