//! `kubectl profile overrides`: what a cluster sets itself, and who set it.

use clap::Args;
use profile_core::{
    base::{Base, Purpose},
    blame::Blame,
    merge::{self, Decisions, Override},
    profile::{self, AttachedProfile},
    revision::Revision,
};
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    change::proposal::known_revisions,
    cli::{Format, Global},
    error::Error,
    output::{Output, table::table},
    selection,
    store::{Document, Store},
};

/// Show every value that a cluster sets itself: what is published, what it sets, and since which revision
#[derive(Args, Debug)]
pub(crate) struct OverridesArgs {
    /// The cluster, which may be left out where there is only one
    cluster: Option<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// Show passwords, tokens and the like instead of ***
    #[arg(long)]
    show_secrets: bool,
}

/// The overrides of one attached profile.
pub(crate) struct Found {
    /// `NAME@VERSION`.
    pub(crate) reference: String,
    /// What they are told by.
    pub(crate) base: Base,
    /// What the cluster sets itself; none where the base is not known.
    pub(crate) overrides: Vec<Override>,
}

/// Runs the command.
pub(crate) async fn run(args: &OverridesArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let cluster = selection::cluster(&store, args.cluster.as_deref()).await?;
    let profiles = store.profiles(cluster.cluster().namespace().as_deref()).await?;
    let revisions = known_revisions(&store, &cluster, output).await;
    let found = found(&cluster, &profiles, &revisions);
    if args.output == Format::Table {
        print(args, &found, &revisions, output)?;
    } else {
        let shown = |it: &Override| if args.show_secrets { it.clone() } else { it.clone().masked() };
        let item = |it: &Override| {
            let mut item = json!({"place": it.place(), "setBy": Blame::of(it, &revisions)});
            if let (Value::Object(item), Ok(Value::Object(fields))) = (&mut item, serde_json::to_value(shown(it))) {
                item.extend(fields);
            }
            item
        };
        let profiles: Vec<_> = found
            .iter()
            .map(|it| {
                let items: Vec<_> = it.overrides.iter().map(item).collect();
                json!({"profile": it.reference, "base": it.base.words(), "known": it.base.content.is_some(), "overrides": items})
            })
            .collect();
        let fields = json!({"cluster": cluster.cluster().name(), "profiles": profiles});
        output.document(args.output, "OverrideList", fields)?;
    }
    Ok(Outcome::Done)
}

/// The overrides of every attached profile: what is left when its copy is merged into the very content it was taken from.
pub(crate) fn found(cluster: &Document, profiles: &[Document], revisions: &[Revision]) -> Vec<Found> {
    let view = cluster.cluster();
    let of = |attached: &AttachedProfile<'_>| {
        let published = selection::published_of(profiles, attached).map(Document::profile);
        let base = Base::of(&view, attached, revisions, published.as_ref(), Purpose::Switch);
        let overrides = base.content.as_ref().map(|content| {
            let own = base.own(attached);
            let own = AttachedProfile::new(&own, "override".into());
            let content = AttachedProfile::new(content, "published".into());
            merge::merge(Some(&content), &own, &content, &Decisions::default()).overrides
        });
        let reference = profile::reference(&attached.name(), attached.version().as_deref());
        Found { reference, overrides: overrides.unwrap_or_default(), base }
    };
    view.profiles().iter().map(of).collect()
}

fn print(args: &OverridesArgs, found: &[Found], revisions: &[Revision], output: &mut Output) -> Result<(), Error> {
    let mut rows = Vec::new();
    for it in found.iter().flat_map(|it| &it.overrides) {
        let shown = if args.show_secrets { it.clone() } else { it.clone().masked() };
        let text = |side: &Option<Value>| match side {
            None => "(none)".to_owned(),
            Some(Value::String(text)) if text.contains('\n') => format!("({} lines)", text.lines().count()),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        let preset = it.preset.as_deref().map(|preset| format!(" (preset {preset})")).unwrap_or_default();
        rows.push(vec![
            format!("{}{preset}", it.place()),
            text(&shown.published),
            text(&shown.own),
            Blame::of(it, revisions).words(),
        ]);
    }
    if rows.is_empty() {
        let is_known = found.iter().all(|it| it.base.content.is_some());
        if is_known {
            output.note("this cluster sets nothing itself");
        }
    } else {
        output.text(&table(&["PLACE", "PUBLISHED", "OVERRIDE", "SINCE"], &rows))?;
    }
    for it in found {
        output.note(&format!("base of {}: {}", it.reference, it.base.words()));
    }
    Ok(())
}
