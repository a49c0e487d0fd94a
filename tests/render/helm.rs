//! One text, once as the manifest of a pack and once as the only template of a chart.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use profile_core::{
    pack::Pack,
    render::{ChartOutcome, ChartText, Identity, Release, render_pack, render_pack_with},
};
use profile_sandbox::{Run, binaries};
use serde_json::{Value, json};

/// The objects by what they are.
pub(crate) type Objects = BTreeMap<Identity, Value>;

/// What is rendered here.
pub(crate) fn ours(template: &str, values: &Value) -> Result<Objects, String> {
    let values = json!({"manifests": {"m": values}}).to_string();
    let manifests = [json!({"name": "m", "content": template})];
    let raw = json!({"name": "p", "type": "manifest", "values": values, "manifests": manifests});
    let rendered = render_pack(&Pack::new(&raw, String::new()), None).map_err(|error| error.to_string())?;
    Ok(rendered.objects.into_iter().map(|it| (it.identity, it.document)).collect())
}

/// What Helm renders of some templates in one chart, as it prints it.
pub(crate) fn helm(templates: &[String], values: &Value) -> Result<String, String> {
    helm_with(templates, &values.to_string())
}

/// The same with the values as a text of YAML.
pub(crate) fn helm_with(templates: &[String], values: &str) -> Result<String, String> {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "Chart.yaml", "apiVersion: v2\nname: compared\nversion: 1.0.0\n");
    write(dir.path(), "values.yaml", values);
    for (index, template) in templates.iter().enumerate() {
        write(dir.path(), &format!("templates/t{index:04}.yaml"), template);
    }
    let mut command = Command::new(binaries::helm().unwrap());
    command.env_clear().env("HOME", dir.path()).current_dir(dir.path());
    let run = Run::of(command.args(["template", "compared", ".", "--namespace", "default"])).unwrap();
    if run.is_success() { Ok(run.stdout) } else { Err(run.stderr) }
}

/// The objects in what Helm printed.
pub(crate) fn objects(text: String) -> Result<Objects, String> {
    let release = Release { namespace: "default".into(), name: "compared".into(), revision: None };
    let text = ChartText::by_program("compared", release, text);
    let charts = [ChartOutcome { chart: "compared".into(), outcome: Ok(text) }];
    let raw = json!({"name": "p", "type": "helm"});
    let pack = Pack::new(&raw, String::new());
    let rendered = render_pack_with(&pack, None, &charts).map_err(|error| error.to_string())?;
    Ok(rendered.objects.into_iter().map(|it| (it.identity, it.document)).collect())
}

/// Asserts that both render the same objects.
pub(crate) fn compare(template: &str, values: &Value) {
    let theirs = helm(&[template.to_owned()], values).and_then(objects);
    let theirs = theirs.unwrap_or_else(|error| panic!("helm: {error}\n{template}"));
    let ours = ours(template, values).unwrap_or_else(|error| panic!("{error}\n{template}"));
    assert_eq!(ours, theirs, "{template}");
    assert!(!ours.is_empty(), "nothing is compared:\n{template}");
}

fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
