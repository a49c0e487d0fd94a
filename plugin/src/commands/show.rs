//! `kubectl profile show PROFILE[@VERSION]`: one version, pack by pack.

use clap::Args;
use profile_core::pack::Pack;
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{Format, Global},
    error::Error,
    output::{Output, table::table},
    reference::Reference,
    selection,
    store::{Sought, Store},
};

/// Show one profile version: its packs, their layers and versions
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The profile, and which version of it where there are several
    #[arg(value_name = "PROFILE[@VERSION]")]
    profile: Reference,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &ShowArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let profiles = store.profiles(&Sought::named(&args.profile)).await?;
    let version = selection::version(&profiles, &args.profile, &store.scope())?;
    let view = version.profile();
    if args.output != Format::Table {
        let packs: Vec<Value> = view.packs().iter().map(pack_json).collect();
        let fields = json!({
            "name": view.name(), "version": view.version(), "type": view.profile_type(), "uid": view.uid(), "packs": packs,
        });
        output.document(args.output, "Profile", fields)?;
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
    Ok(Outcome::Done)
}

/// A pack without its values, which can hold secrets.
fn pack_json(pack: &Pack<'_>) -> Value {
    let manifests: Vec<_> = pack.manifests().into_iter().map(|it| it.name.into_owned()).collect();
    json!({
        "name": pack.name(), "layer": pack.layer(), "type": pack.pack_type(), "version": pack.version(), "tag": pack.tag(),
        "manifests": manifests,
    })
}
