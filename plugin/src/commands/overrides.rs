//! `kubectl profile overrides`: what a cluster sets itself, and who set it.

use clap::Args;
use profile_core::{
    base::{Base, Purpose},
    blame::Blame,
    mask::{Context, Secrets},
    merge::{self, Decisions, Override},
    profile::{self, AttachedProfile},
    revision::Revision,
};
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    change::proposal::{known_revisions, known_secrets},
    cli::Global,
    error::Error,
    fleet::{Member, Which, each::each},
    output::{
        Output,
        listing::{Column, Listing, ListingArgs, Row},
    },
    review::masked,
    selection,
    store::{Document, Sought},
};

const EXAMPLES: &str = "Examples:
  # Show what a cluster sets itself
  kubectl profile overrides shop-aws

  # Show it for all clusters with a label
  kubectl profile overrides -l env=prod

  # Show it as JSON
  kubectl profile overrides shop-aws -o json";

/// Show every value that a cluster sets itself: what is published, what it sets, and since which revision
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct OverridesArgs {
    /// The clusters, which may be left out where there is only one
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    listing: ListingArgs,
    /// Show passwords, tokens and the like instead of ***
    #[arg(long)]
    show_secrets: bool,
}

impl OverridesArgs {
    fn secrets(&self) -> Secrets {
        if self.show_secrets { Secrets::Shown } else { Secrets::Hidden }
    }
}

/// What may be shown of an override.
pub(crate) struct Sight<'a> {
    /// The cluster that has it.
    pub(crate) cluster: &'a Document,
    /// What the published versions say to be secret.
    pub(crate) known: Context,
    /// Whether secrets are shown.
    pub(crate) secrets: Secrets,
}

impl Sight<'_> {
    /// The override without what may be secret.
    pub(crate) fn shown(&self, it: &Override) -> Override {
        let profiles = self.cluster.cluster().profiles();
        let packs = profiles.iter().filter(|profile| profile.name() == it.profile).flat_map(AttachedProfile::packs);
        let named = packs.filter(|pack| Some(pack.name().as_ref()) == it.pack.as_deref());
        let context = named.fold(self.known.clone(), |context, pack| context.and(Context::of_pack(&pack)));
        masked(it, &context, self.secrets)
    }
}

/// The overrides of one attached profile.
pub(crate) struct Found {
    /// `NAME@VERSION`.
    pub(crate) reference: String,
    /// What they are told by.
    pub(crate) base: Base,
    /// What the cluster sets itself; none where the base is not known.
    pub(crate) overrides: Vec<Override>,
    /// Whether the version was edited in place since the cluster took it; `None` where that cannot be told.
    pub(crate) has_update: Option<bool>,
}

/// Runs the command.
pub(crate) async fn run(args: &OverridesArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let fleet = args.which.find(&args.clusters, global).await?;
    each(&fleet, &args.listing.format(), "shown", output, async |member, output| show(args, member, output).await).await
}

async fn show(args: &OverridesArgs, member: &Member, output: &mut Output) -> Result<Outcome, Error> {
    let Member { store, cluster, .. } = member;
    let profiles = store.profiles(&Sought::attached([cluster])).await?;
    let revisions = known_revisions(store, cluster, output).await;
    let cluster = &store.flagged(cluster, &profiles, &revisions).await?;
    let found = found(cluster, &profiles, &revisions);
    let sight = Sight { known: known_secrets(cluster, &profiles), cluster, secrets: args.secrets() };
    let is_for_people = args.listing.format().is_for_people();
    let listing = listing(&sight, &found, &revisions);
    if is_for_people && listing.is_empty() && found.iter().all(|it| it.base.content.is_some()) {
        output.note("this cluster sets nothing itself");
    }
    listing.print(&args.listing, output)?;
    if is_for_people {
        found.iter().for_each(|it| output.note(&format!("base of {}: {}", it.reference, it.base.words())));
    }
    Ok(Outcome::Done)
}

/// Every override of every attached profile.
fn listing(sight: &Sight<'_>, found: &[Found], revisions: &[Revision]) -> Listing {
    let text = |side: &Option<Value>| match side {
        None => "(none)".to_owned(),
        Some(Value::String(text)) if text.contains('\n') => format!("({} lines)", text.lines().count()),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let row = |of: &Found, it: &Override| {
        let shown = sight.shown(it);
        let preset = it.preset.as_deref().map(|preset| format!(" (preset {preset})")).unwrap_or_default();
        let cells = vec![
            format!("{}{preset}", it.place()),
            text(&shown.published),
            text(&shown.own),
            Blame::of(it, revisions).words(),
            of.base.words(),
        ];
        let mut item = json!({"place": it.place(), "setBy": Blame::of(it, revisions)});
        if let (Value::Object(item), Ok(Value::Object(fields))) = (&mut item, serde_json::to_value(&shown)) {
            item.extend(fields);
        }
        Row { item, name: it.place(), cells }
    };
    let rows = found.iter().flat_map(|of| of.overrides.iter().map(move |it| row(of, it))).collect();
    let columns = [
        Column::new("PLACE"),
        Column::new("PUBLISHED"),
        Column::new("OVERRIDE"),
        Column::new("SINCE"),
        Column::wide("BASE"),
    ];
    let profile =
        |it: &Found| json!({"profile": it.reference, "base": it.base.words(), "known": it.base.content.is_some()});
    let profiles: Vec<_> = found.iter().map(profile).collect();
    Listing::new("OverrideList", columns, rows)
        .with("cluster", sight.cluster.cluster().name())
        .with("profiles", profiles)
}

/// The overrides of every attached profile: what is left when its copy is merged into the very content it was taken from.
pub(crate) fn found(cluster: &Document, profiles: &[Document], revisions: &[Revision]) -> Vec<Found> {
    let view = cluster.cluster();
    let of = |attached: &AttachedProfile<'_>| {
        let published = selection::published_of(profiles, attached).map(Document::profile);
        let base = Base::of(&view, attached, revisions, published.as_ref(), Purpose::Switch);
        let overrides: Option<Vec<Override>> = base.content.as_ref().map(|content| {
            let own = base.own(attached);
            let own = AttachedProfile::new(&own, "override".into());
            let content = AttachedProfile::new(content, "published".into());
            merge::merge(Some(&content), &own, &content, &Decisions::default()).overrides
        });
        let reference = profile::reference(&attached.name(), attached.version().as_deref());
        let today = published.as_ref().and_then(|it| it.content());
        let overrides = overrides.unwrap_or_default();
        let has_update = base.content.as_ref().zip(today).map(|(taken, today)| taken != today.raw());
        // What is assumed to be the cluster's own may as well be an edit that it did not take over yet.
        let has_update = has_update.filter(|it| *it || overrides.is_empty() || !base.is_assumed());
        Found { reference, overrides, base, has_update }
    };
    view.profiles().iter().map(of).collect()
}
