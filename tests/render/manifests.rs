//! Whole manifests, of the shapes that packs have.

use serde_json::json;

use crate::helm::compare;

const WEB: &str = r#"{{- define "labels" -}}
app: {{ .Values.name | trunc 63 | trimSuffix "-" }}
tier: {{ default "web" .Values.tier | quote }}
{{- end -}}
{{- if .Values.namespace.create }}
apiVersion: v1
kind: Namespace
metadata:
  name: {{ .Values.namespace.name }}
  labels: {{- toYaml .Values.namespace.labels | nindent 4 }}
{{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.name }}
  labels: {{- include "labels" . | nindent 4 }}
  annotations:
    checksum: {{ toJson .Values.config | sha256sum }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Values.name }}}}
  template:
    metadata:
      labels:
{{ include "labels" . | indent 8 }}
    spec:
      containers:
        {{- range $index, $it := .Values.containers }}
        - name: {{ $it.name | default (printf "c%d" $index) }}
          image: {{ printf "%s:%v" $it.image $it.tag | quote }}
          {{- with $it.env }}
          env:
            {{- range $name, $value := . }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
          {{- end }}
          {{- if and $.Values.probes (not $it.plain) }}
          livenessProbe: {httpGet: {port: {{ $it.port | int }}, path: /}}
          {{- else if $it.port }}
          ports: [{containerPort: {{ $it.port }}}]
          {{- end }}
        {{- end }}
      {{- if .Values.tolerations }}
      tolerations: {{ toYaml .Values.tolerations | nindent 8 }}
      {{- end }}
--- 
# nothing but a comment
---
apiVersion: {{ if semverCompare ">=1.21-0" .Values.kubernetes }}policy/v1{{ else }}policy/v1beta1{{ end }}
kind: PodDisruptionBudget
metadata: {name: {{ .Values.name }}}
spec: {minAvailable: {{ max 1 (sub .Values.replicas 1) }}}
"#;

const LIST: &str = r#"apiVersion: v1
kind: List
items:
{{- range $name, $text := .Values.secrets }}
- apiVersion: v1
  kind: Secret
  metadata: {name: {{ $name | lower | replace "_" "-" }}}
  data: {value: {{ required "a secret is needed" $text | b64enc | quote }}}
{{- else }}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: none}}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  all.json: |-
    {{ toJson .Values }}
  quoted: {{ quote .Values.quoted }}
  lines: |
    {{- range splitList "\n" .Values.lines }}
    > {{ . }}
    {{- end }}
  script.sh: |
    #!/bin/sh
    echo {{ squote .Values.name }} ${HOME} {{ "{{ literal }}" }}
"#;

/// What YAML 1.1 and 1.2 read in different ways.
const ODD_YAML: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Values.name }}
  annotations: {on: {{ .Values.name }}, "off": x, y: n}
data:
  yes: no
  octal: 0755
  hex: 0x1F
  big: {{ .Values.big }}
  million: {{ .Values.million }}
  quotedMillion: {{ .Values.million | quote }}
  intMillion: {{ int .Values.million }}
  half: {{ .Values.half }}
  time: 12:30:45
  date: 2026-01-02
  tilde: ~
  underscore: 1_000
  float: 1.
  exponent: 1e3
  twice: a
  twice: b
  folded: >-
    a
    b
  anchors: &a {x: 1}
  alias: *a
  merged: {<<: *a, z: 2}
  strings: {{ toYaml .Values.odd | nindent 4 }}
"#;

#[test]
fn a_web_application_is_rendered_as_by_helm() {
    let values = json!({
        "name": "shop", "replicas": 3, "kubernetes": "1.30.4", "probes": true, "config": {"b": 1, "a": ["x", 2.5]},
        "namespace": {"create": true, "name": "shop-ns", "labels": {"on": "yes", "n": "1", "x": "a: b"}},
        "containers": [
            {"name": "ui", "image": "example.com/ui", "tag": "1.0", "port": 8080, "env": {"B": 1, "A": "x y", "M": 1_000_000, "T": true}},
            {"image": "example.com/api", "tag": 2, "port": 80, "plain": true}, {"image": "example.com/c", "tag": 1.5, "plain": true},
        ],
        "tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "value": "true"}],
    });
    compare(WEB, &values);
    let mut plain = values.clone();
    plain["namespace"]["create"] = json!(false);
    plain["probes"] = json!(false);
    plain["tolerations"] = json!([]);
    plain["kubernetes"] = json!("v1.20.15+k3s1");
    plain["tier"] = json!("back");
    compare(WEB, &plain);
}

#[test]
fn lists_and_texts_are_rendered_as_by_helm() {
    let values = json!({
        "name": "it", "secrets": {"DB_PASSWORD": "p", "auth": "ä"}, "quoted": "a\"b\\c\n\td 'e' {{ x }}", "lines": "one\n two\n\nthree",
    });
    compare(LIST, &values);
    let mut none = values.clone();
    none["secrets"] = json!({});
    compare(LIST, &none);
}

#[test]
fn odd_texts_are_written_and_read_as_by_helm() {
    let odd = json!({
        "yes": "yes", "n": "n", "octal": "0755", "hex": "0x1f", "expr": "1e3", "time": "12:30", "tilde": "~", "null": "null", "empty": "",
        "colon": "a: b", "hash": "a # b", "dash": "- a", "star": "*a", "lines": "a\nb\n", "trailing": "a ", "leading": " a", "date": "2026-01-02",
        "number": 1.0, "million": 1_000_000, "half": 0.5, "list": [], "map": {}, "nothing": null, "unicode": "ä\u{a0}\u{feff}x", "tab": "a\tb", "quote": "'\"",
        "percent": "%a", "at": "@a", "tick": "`a", "bang": "!a", "brace": "{a", "plus": "+1", "dot": ".5", "under": "1_0", "sexagesimal": "190:20:30", "inf": ".inf",
    });
    compare(ODD_YAML, &json!({"name": "odd", "big": 3_000_000_000u64, "million": 1_000_000, "half": 0.5, "odd": odd}));
}
