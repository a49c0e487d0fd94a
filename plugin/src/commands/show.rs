//! `kubectl profile show PROFILE[@VERSION]`: one version, pack by pack.

use clap::Args;
use profile_core::{field, pack::Pack};
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{Format, Formats, Global},
    error::Error,
    output::{Output, table::table},
    reference::Reference,
    selection,
    store::{Document, Sought, Store},
};

const EXAMPLES: &str = "Examples:
  # Show the packs of one version
  kubectl profile show hello-aws@1.1.0

  # Show those of another one as YAML
  kubectl profile show hello-edge@2.0.0 -o yaml";

/// Show one profile version: its packs, their layers and versions
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ShowArgs {
    /// The profile, and which version of it where there are several
    #[arg(value_name = "PROFILE[@VERSION]")]
    profile: Reference,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::DOCUMENT, default_value = "", hide_default_value = true)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &ShowArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let profiles = store.profiles(&Sought::named(&args.profile)).await?;
    let version = selection::version(&profiles, &args.profile, &store.scope())?;
    let view = version.profile();
    if args.output.is_document() {
        let packs: Vec<Value> = view.packs().iter().map(pack_json).collect();
        let fields = json!({
            "name": view.name(), "version": view.version(), "type": view.profile_type(), "uid": view.uid(), "packs": packs,
            "variables": variables(version).map(variable_json).collect::<Vec<_>>(),
        });
        output.document(&args.output, "Profile", fields)?;
        return Ok(Outcome::Done);
    }
    output.line(&format!("Name:     {}", view.name()))?;
    output.line(&format!("Version:  {}", view.version().unwrap_or_default()))?;
    output.line(&format!("Type:     {}", view.profile_type().unwrap_or_default()))?;
    if view.content().is_none() {
        output.line("Packs:    not published")?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<_> = view
        .packs()
        .iter()
        .map(|pack| {
            let manifests: Vec<_> = pack.manifests().into_iter().map(|it| it.name.into_owned()).collect();
            vec![
                pack.layer().unwrap_or_default().into_owned(),
                pack.name().into_owned(),
                pack.version().unwrap_or_default().into_owned(),
                pack.tag().unwrap_or_default().into_owned(),
                manifests.join(","),
            ]
        })
        .collect();
    output.text("\n")?;
    output.text(&table(&["LAYER", "PACK", "VERSION", "TAG", "MANIFESTS"], &rows))?;
    let variables: Vec<_> = variables(version).map(variable_row).collect();
    if !variables.is_empty() {
        output.text("\n")?;
        output.text(&table(&["VARIABLE", "DEFAULT", "REQUIRED", "IMMUTABLE", "SENSITIVE"], &variables))?;
    }
    Ok(Outcome::Done)
}

/// The variables that a version defines.
fn variables(version: &Document) -> impl Iterator<Item = &Value> {
    field::items(&version.value, &["spec", "variables"]).map(|(_, it)| it)
}

fn variable_row(variable: &Value) -> Vec<String> {
    let fields = variable_json(variable);
    let flag = |key: &str| if fields[key] == Value::Bool(true) { "yes".to_owned() } else { String::new() };
    let text = |key: &str| fields[key].as_str().unwrap_or_default().to_owned();
    vec![text("name"), text("default"), flag("required"), flag("immutable"), flag("sensitive")]
}

/// A variable, without the default of one that is sensitive.
fn variable_json(variable: &Value) -> Value {
    let flag = |key: &str| variable.get(key) == Some(&Value::Bool(true));
    let default = variable.get("defaultValue").filter(|_| !flag("isSensitive"));
    json!({
        "name": variable.get("name"), "default": default, "required": flag("required"), "immutable": flag("immutable"),
        "sensitive": flag("isSensitive"),
    })
}

/// A pack without its values, which can hold secrets.
fn pack_json(pack: &Pack<'_>) -> Value {
    let manifests: Vec<_> = pack.manifests().into_iter().map(|it| it.name.into_owned()).collect();
    json!({
        "name": pack.name(), "layer": pack.layer(), "type": pack.pack_type(), "version": pack.version(), "tag": pack.tag(),
        "manifests": manifests,
    })
}
