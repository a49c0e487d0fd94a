//! Tests of rendering whole packs, on a pack shaped like Hello Universe.

use serde_json::json;

use super::*;

/// A demo application of our own: one web server without its API, or three workloads with it.
pub(crate) const HELLO: &str = r#"apiVersion: v1
kind: Namespace
metadata:
  name: {{ .Values.namespace }}
{{- if not .Values.apiEnabled }}
---
apiVersion: v1
kind: Service
metadata:
  name: hello-universe-service
  namespace: {{ .Values.namespace }}
spec:
  type: LoadBalancer
  ports: [{port: {{ .Values.port | default 8080 }}}]
  selector: {app: hello-universe}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello-universe-deployment
  namespace: {{ .Values.namespace }}
spec:
  replicas: {{ .Values.ui.replicas }}
  selector: {matchLabels: {app: hello-universe}}
  template:
    metadata: {labels: {app: hello-universe}}
    spec: {containers: [{name: ui, image: {{ .Values.images.hellouniverse | quote }}}]}
{{- else }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: service-reader}
rules: [{apiGroups: [""], resources: [services], verbs: [get]}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: hello-universe-role, namespace: {{ .Values.namespace }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: service-reader-binding}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: service-reader}
subjects: [{kind: ServiceAccount, name: hello-universe-role, namespace: {{ .Values.namespace }}}]
{{- range $name, $text := dict "auth-token" .Values.authToken "db-password" .Values.dbPassword }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ $name }}, namespace: {{ $.Values.namespace }}}
data: {value: {{ required "a secret is needed" $text | b64enc | quote }}}
{{- end }}
{{- range $app := list "api" "postgres" "ui" }}
---
apiVersion: v1
kind: Service
metadata: {name: {{ $app }}, namespace: {{ $.Values.namespace }}}
spec: {type: {{ ternary "LoadBalancer" "ClusterIP" (eq $app "ui") }}, selector: {app: {{ $app }}}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ $app }}, namespace: {{ $.Values.namespace }}}
spec:
  replicas: {{ if eq $app "ui" }}{{ $.Values.ui.replicas }}{{ else }}1{{ end }}
  selector: {matchLabels: {app: {{ $app }}}}
  template:
    metadata: {labels: {app: {{ $app }}}}
    spec: {containers: [{name: {{ $app }}, image: "example.com/{{ $app }}:1"}]}
{{- end }}
{{- end }}
"#;

/// The values of that pack with its API on or off.
pub(crate) fn hello_values(api: bool) -> String {
    format!(
        "# spectrocloud.com/enabled-presets: Backend:{}\npack:\n  namespace: hello-universe\nmanifests:\n  hello-universe:\n    \
         images:\n      hellouniverse: example.com/hello-universe:1.3.0\n    apiEnabled: {api}\n    namespace: hello-universe\n    \
         port: 8080\n    ui:\n      replicas: 2\n    authToken: a\n    dbPassword: b\n",
        if api { "enable-api" } else { "disable-api" },
    )
}

/// The directory of that pack.
pub(crate) fn hello_content() -> PackContent {
    content(&["manifests/hello-universe.yaml"], &[], &[("hello-universe", HELLO)])
}

fn content(kube_manifests: &[&str], charts: &[&str], texts: &[(&str, &str)]) -> PackContent {
    let owned = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect();
    PackContent {
        values: None,
        manifest: PackManifest { kube_manifests: owned(kube_manifests), charts: owned(charts), ..Default::default() },
        texts: texts
            .iter()
            .map(|(name, text)| ManifestText { name: (*name).into(), content: (*text).into() })
            .collect(),
    }
}

fn render(pack: Value, content: Option<&PackContent>) -> Result<Rendered, RenderError> {
    render_pack(&Pack::new(&pack, "packs[0]".into()), content)
}

/// The objects as `Kind/name`, sorted.
fn names(pack: Value, content: Option<&PackContent>) -> Vec<String> {
    let rendered = render(pack, content).unwrap();
    let mut names: Vec<String> = rendered.objects.iter().map(|object| object.identity.to_string()).collect();
    names.sort();
    names
}

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n")
}

#[test]
fn hello_universe_without_its_api_is_one_workload() {
    let pack = json!({"name": "hello-universe", "layer": "addon", "type": "spectro", "values": hello_values(false)});
    assert_eq!(
        names(pack, Some(&hello_content())),
        ["Deployment/hello-universe-deployment", "Namespace/hello-universe", "Service/hello-universe-service"]
    );
}

#[test]
fn hello_universe_with_its_api_is_three_workloads() {
    let pack = json!({"name": "hello-universe", "layer": "addon", "type": "spectro", "values": hello_values(true)});
    assert_eq!(
        names(pack.clone(), Some(&hello_content())),
        [
            "ClusterRole/service-reader",
            "ClusterRoleBinding/service-reader-binding",
            "Deployment/api",
            "Deployment/postgres",
            "Deployment/ui",
            "Namespace/hello-universe",
            "Secret/auth-token",
            "Secret/db-password",
            "Service/api",
            "Service/postgres",
            "Service/ui",
            "ServiceAccount/hello-universe-role",
        ]
    );
    let rendered = render(pack, Some(&hello_content())).unwrap();
    let ui = rendered.objects.iter().find(|object| object.identity.to_string() == "Deployment/ui").unwrap();
    assert_eq!(ui.document["spec"]["replicas"], 2);
    assert_eq!((ui.pack.as_str(), ui.manifest.as_str()), ("hello-universe", "hello-universe"));
    assert_eq!(ui.identity.namespace.as_deref(), Some("hello-universe"));
}

#[test]
fn an_attached_manifest_renders_where_its_text_is() {
    let inline =
        json!({"name": "m", "type": "manifest", "manifests": [{"name": "a", "content": config_map("inline")}]});
    assert_eq!(names(inline, None), ["ConfigMap/inline"]);
    let reference = json!({"name": "m", "type": "manifest", "manifests": [{"name": "a", "uid": "1"}]});
    assert_eq!(names(reference.clone(), Some(&content(&[], &[], &[("a", &config_map("file"))]))), ["ConfigMap/file"]);
    assert_eq!(
        render(reference, None),
        Err(RenderError::ManifestNotVisible { pack: "m".into(), manifest: "a".into() })
    );
}

#[test]
fn the_profiles_own_text_goes_before_the_directorys() {
    let pack = json!({"name": "m", "type": "spectro", "manifests": [{"name": "a", "content": config_map("profile")}]});
    let directory = content(
        &["manifests/a.yaml", "manifests/b.yaml"],
        &[],
        &[("a", &config_map("directory")), ("b", &config_map("other"))],
    );
    assert_eq!(names(pack, Some(&directory)), ["ConfigMap/other", "ConfigMap/profile"]);
}

#[test]
fn an_object_without_a_namespace_gets_the_packs() {
    let pack = |values: &str| {
        let manifest = json!({"name": "a", "content": config_map("x")});
        let pack = json!({"name": "m", "type": "manifest", "values": values, "manifests": [manifest]});
        render(pack, None).unwrap().objects[0].identity.namespace.clone()
    };
    assert_eq!(pack("pack:\n  namespace: mine\n").as_deref(), Some("mine"));
    assert_eq!(pack("").as_deref(), Some("default"));
}

#[test]
fn only_a_pack_that_was_seen_whole_renders_nothing() {
    let nothing = |layer: &str, kind: &str, values: &str| {
        render(json!({"name": "p", "layer": layer, "type": kind, "values": values}), None).map(|it| it.objects.len())
    };
    for layer in ["os", "k8s"] {
        assert_eq!(nothing(layer, "spectro", "kubeadmconfig: {}"), Ok(0), "{layer}");
    }
    for layer in ["cni", "csi", "addon", ""] {
        assert_eq!(nothing(layer, "spectro", ""), Err(RenderError::NotVisible { pack: "p".into() }), "{layer}");
        assert_eq!(nothing(layer, "manifest", ""), Ok(0), "{layer}");
        let empty_directory = PackContent::default();
        let seen = render(json!({"name": "p", "layer": layer, "type": "spectro"}), Some(&empty_directory));
        assert_eq!(seen, Ok(Rendered::default()), "{layer}");
    }
    let missing = Err(RenderError::ManifestNotVisible { pack: "p".into(), manifest: "calico".into() });
    for layer in ["os", "k8s", "cni", "addon"] {
        assert_eq!(nothing(layer, "spectro", "manifests:\n  calico: {mtu: 1}\n"), missing, "{layer}");
    }
}

#[test]
fn a_chart_is_never_taken_for_nothing() {
    let charts = Err(RenderError::Charts { pack: "p".into() });
    assert_eq!(render(json!({"name": "p", "type": "helm"}), Some(&PackContent::default())), charts);
    assert_eq!(render(json!({"name": "p", "type": "spectro"}), Some(&content(&[], &["charts/p.tgz"], &[]))), charts);
    assert_eq!(render(json!({"name": "p", "layer": "k8s", "values": "charts:\n  p: {a: 1}\n"}), None), charts);
}

#[test]
fn a_directory_that_lacks_a_text_or_is_of_another_version_is_refused() {
    let pack = json!({"name": "p", "version": "1.3.0"});
    let lacks = content(&["manifests/a.yaml"], &[], &[]);
    assert!(matches!(render(pack.clone(), Some(&lacks)), Err(RenderError::ManifestNotVisible { .. })));
    let mut other = PackContent::default();
    other.manifest.version = "1.2.0".into();
    let error = render(pack.clone(), Some(&other)).unwrap_err().to_string();
    assert_eq!(error, "pack `p` is `1.3.0`, but its directory holds `1.2.0`");
    other.manifest.version = "v1.3.0".into();
    assert_eq!(render(pack, Some(&other)), Ok(Rendered::default()));
}

#[test]
fn a_pack_without_values_of_its_own_has_those_of_its_directory() {
    let mut directory = hello_content();
    directory.values = Some(hello_values(false));
    let pack = json!({"name": "hello-universe", "layer": "addon", "type": "spectro"});
    let rendered = render(pack.clone(), Some(&directory)).unwrap();
    assert_eq!(rendered.objects.len(), 3);
    assert_eq!(rendered.assumed, ["its document holds no values, so those of its directory are taken"]);
    let of = |pack: &Value, content| fingerprint(&Pack::new(pack, "p".into()), Some(content));
    assert_ne!(of(&pack, &directory), of(&pack, &hello_content()));
    let mut own = pack;
    own["values"] = hello_values(true).into();
    let rendered = render(own, Some(&directory)).unwrap();
    assert_eq!((rendered.objects.len(), rendered.assumed.len()), (12, 0));
}

#[test]
fn macros_in_values_stay_and_are_reported() {
    let values =
        "manifests:\n  a:\n    host: '{{.spectro.var.host}}'\n  b: {}\npack: {x: '{{ .spectro.macro.other }}'}\n";
    let template = format!("{}data: {{host: {{{{ .Values.host | quote }}}}}}\n", config_map("x"));
    let pack = json!({"name": "m", "type": "manifest", "values": values,
        "manifests": [{"name": "a", "content": template}, {"name": "b", "content": "---"}]});
    let rendered = render(pack, None).unwrap();
    assert_eq!(rendered.unresolved, ["{{ .spectro.var.host }}", "{{ .spectro.macro.other }}"]);
    assert_eq!(rendered.objects[0].document["data"]["host"], "{{.spectro.var.host}}");
}

#[test]
fn macros_without_quotes_are_opaque_wherever_they_stand() {
    let values = "pack: {namespace: mine}\nmanifests:\n  a:\n    host: {{ .spectro.var.host }}\n    {{.spectro.macro.key}}: 1\n    \
                  url: https://{{.spectro.system.cluster.name}}.example.com\n    flow: {port: {{.spectro.var.port}}, list: [{{ .spectro.var.a }}]}\n";
    let template = format!(
        "{}data: {{host: {{{{ .Values.host }}}}, url: {{{{ .Values.url }}}}, port: {{{{ .Values.flow.port }}}}, \
         all: {{{{ toJson .Values.flow | quote }}}}, name: {{{{ .Spectro.cluster.name }}}}, own: {{{{ .spectro.macro.own }}}}}}\n",
        config_map("x")
    );
    let pack =
        json!({"name": "m", "type": "manifest", "values": values, "manifests": [{"name": "a", "content": template}]});
    let rendered = render(pack, None).unwrap();
    assert_eq!(rendered.objects[0].identity.namespace.as_deref(), Some("mine"));
    assert_eq!(
        rendered.objects[0].document["data"],
        json!({
            "host": "{{ .spectro.var.host }}", "url": "https://{{.spectro.system.cluster.name}}.example.com",
            "port": "{{.spectro.var.port}}", "all": r#"{"list":["{{ .spectro.var.a }}"],"port":"{{.spectro.var.port}}"}"#,
            "name": "{{ .Spectro.cluster.name }}", "own": "{{ .spectro.macro.own }}",
        })
    );
    assert_eq!(rendered.unresolved.len(), 7, "{:?}", rendered.unresolved);
}

#[test]
fn a_macro_anywhere_in_the_values_is_reported_where_manifests_are_rendered() {
    for values in [
        "{{ .spectro.macro.values }}",
        "manifests: \"{{ .spectro.macro.m }}\"",
        "manifests: {{ .spectro.macro.m }}",
        "manifests: [{{ .spectro.macro.m }}]",
        "\"{{.spectro.var.k}}\":\n  m: {enabled: true}",
        "pack: {{ .spectro.var.ns }}",
        "pack:\n  {{ .spectro.var.x }}: x",
        "# {{ .spectro.macro.multi }}\nmanifests: {a: {enabled: false}}",
        "manifests:\n  a:\n    enabled: \"{{ .Spectro.x }}\"",
        "manifests:\n  a:\n    enabled: \"{{{.spectro.var.x}}}\"",
        "manifests:\n  a:\n    enabled: \"{{ upper .spectro.var.x }}\"",
        "manifests:\n  a:\n    enabled: \"{{ with .spectro }}{{ .var.x }}{{ end }}\"",
        "manifests:\n  a:\n    enabled: '{{ index . \"Spectro\" }}'",
        "manifests:\n  a:\n    enabled: '{{ printf \"}}\" .Spectro.var.x }}'",
    ] {
        let template = format!("{{{{ if .Values.enabled }}}}{}{{{{ end }}}}", config_map("x"));
        let pack = json!({"name": "m", "type": "manifest", "values": values, "manifests": [{"name": "a", "content": template}]});
        let rendered = render(pack, None);
        assert!(rendered.as_ref().map_or(true, |it| it.unresolved.len() == 1), "{values}: {rendered:?}");
    }
}

#[test]
fn a_macro_where_values_name_what_a_pack_holds_is_reported_without_any_manifest() {
    let asked = |layer: &str, kind: &str, values: &str| {
        let pack = json!({"name": "p", "layer": layer, "type": kind, "values": values});
        render(pack, None).map(|it| it.unresolved.len())
    };
    for values in
        ["{{ .spectro.macro.all }}", "manifests: \"{{ .spectro.macro.m }}\"", "{{ .spectro.macro.k }}:\n  web: {}"]
    {
        assert_eq!(asked("k8s", "spectro", values), Ok(1), "{values}");
        assert_eq!(asked("addon", "manifest", values), Ok(1), "{values}");
    }
    // What a value comes to shapes nothing.
    assert_eq!(asked("os", "spectro", "options: {uri: '{{ .spectro.system.kubernetes.version }}'}"), Ok(0));
    let plain = "image: registry.spectrocloud.com/x # {{ .Values.a }} the spectro way, .spectrocloud";
    assert!(macros::in_values(plain).is_empty());
}

#[test]
fn two_manifests_of_one_name_are_both_rendered() {
    let manifests = json!([{"name": "m", "content": config_map("one")}, {"name": "m", "content": config_map("two")}]);
    let pack = json!({"name": "p", "type": "manifest", "manifests": manifests});
    assert_eq!(names(pack, None), ["ConfigMap/one", "ConfigMap/two"]);
}

#[test]
fn an_identity_of_which_a_macro_is_a_part_is_refused() {
    for name in ["{{ .spectro.var.x }}", "a-{{ .Spectro.cluster.name | trunc 20 }}", "{{ .Values.x | trunc 14 }}-b"] {
        let pack = json!({"name": "m", "type": "manifest", "values": "manifests: {a: {x: {{ .spectro.var.x }}}}",
            "manifests": [{"name": "a", "content": config_map(name)}]});
        let error = render(pack, None).unwrap_err().to_string();
        assert!(error.contains("macro"), "{error}");
    }
}

#[test]
fn values_that_are_no_yaml_because_of_macros_say_so() {
    let pack = json!({"name": "m", "type": "manifest", "values": "a: 1\n{{ .spectro.var.x }}\nb: 1\n"});
    let error = render(pack, None).unwrap_err().to_string();
    assert!(error.starts_with("values of pack `m`, line 2") && error.contains("macros"), "{error}");
}

#[test]
fn an_error_names_pack_manifest_line_and_column() {
    let manifest = |text: &str| json!({"name": "m", "type": "manifest", "manifests": [{"name": "a", "content": text}]});
    for (text, start) in [
        ("a: 1\nb: {{ .Values.x.y }}\n", "manifest `a` of pack `m`, line 2, column "),
        ("a: 1\nb: {{ if }}\n", "manifest `a` of pack `m`, line 2, column "),
        ("a: 1\nb: [\n", "manifest `a` of pack `m`, line "),
        ("kind: A\n", "manifest `a` of pack `m`, line 1 of the rendered text: an object lacks"),
    ] {
        let error = render(manifest(text), None).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
        assert!(!error.ends_with('.') && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_fingerprint_covers_what_decides() {
    let of = |raw: &Value, content: Option<&PackContent>| fingerprint(&Pack::new(raw, "p".into()), content);
    let pack = json!({"name": "p", "layer": "csi", "version": "1", "values": "a: 1", "manifests": [{"name": "m", "uid": "1"}]});
    let same = json!({"logo": "x", "digest": "y", "values": "a: 1", "version": "1", "layer": "csi", "name": "p",
        "manifests": [{"uid": "1", "name": "m"}]});
    assert_eq!(of(&pack, None), of(&same, None));
    for (field, value) in [("name", "q"), ("layer", "cni"), ("version", "2"), ("values", "a: 2"), ("type", "helm")] {
        let mut other = pack.clone();
        other[field] = value.into();
        assert_ne!(of(&pack, None), of(&other, None), "{field}");
    }
    let mut other = pack.clone();
    other["manifests"][0]["uid"] = "2".into();
    assert_ne!(of(&pack, None), of(&other, None));
    assert_ne!(of(&pack, None), of(&pack, Some(&hello_content())));
}

#[test]
fn a_macro_inside_of_an_action_is_reported() {
    for condition in [r#""{{.spectro.system.cluster.name}}""#, "`{{ .spectro.system.cluster.name }}`"] {
        let template = format!("{{{{ if eq {condition} \"x\" }}}}\n{}{{{{ end }}}}\n", config_map("x"));
        let pack = json!({"name": "m", "type": "manifest", "manifests": [{"name": "a", "content": template}]});
        let rendered = render(pack, None).unwrap();
        assert!(rendered.objects.is_empty(), "{condition}");
        assert_eq!(rendered.unresolved, ["{{ .spectro.system.cluster.name }}"], "{condition}");
    }
}

#[test]
fn a_chart_pack_renders_what_its_releases_hold() {
    let document = json!({
        "name": "shop-web", "namespace": "shop", "version": 3, "info": {"status": "deployed"},
        "chart": {"metadata": {"name": "web", "version": "1.2.0"}}, "config": {"a": 1},
        "manifest": format!("---\n# Source: web/templates/a.yaml\n{}", config_map("a")),
        "hooks": [{"manifest": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\n"}],
    });
    let record = Record::decode(&record::tests::stored(&document)).unwrap();
    let kept = Kept { release: record.release.clone(), status: "deployed".into(), record: Some(Ok(record)) };
    let records = Records { kept: vec![kept], not_visible: Vec::new() };
    let raw = json!({"name": "shop", "type": "helm", "version": "1.2.0", "values": "pack: {namespace: shop}\ncharts: {web: {a: 1}}"});
    let pack = Pack::new(&raw, "packs[0]".into());
    let charts = ChartPack::of(&pack, None).unwrap();
    let rendered = render_pack_with(&pack, None, &charts.read(&records, Moment::Now)).unwrap();
    let names: Vec<_> = rendered.objects.iter().map(|it| it.identity.to_string()).collect();
    assert_eq!(names, ["ConfigMap/a", "Job/migrate"]);
    assert!(rendered.objects.iter().all(|it| it.identity.namespace.as_deref() == Some("shop")));
    assert_eq!(rendered.origins[0].to_string(), "the record of Helm release shop-web in namespace shop, revision 3");
    assert!(rendered.assumed.is_empty());
    let error = render_pack_with(&pack, None, &charts.read(&Records::default(), Moment::Now)).unwrap_err().to_string();
    assert_eq!(
        error,
        "chart `web` of pack `shop` is not rendered: no Helm release shop-web in namespace shop is kept in the cluster (its SQL driver keeps them elsewhere)"
    );
}
