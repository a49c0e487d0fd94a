//! What keeps a write from being started.

use profile_core::field;
use serde_json::Value;

use crate::{
    change::proposal::Proposal,
    error::{Error, Kind},
    output::Output,
    review::judgement::Objection,
    shell,
    store::{Document, DryRun, Store, waits_to_install},
};

/// Most bytes of an object, as etcd has it by default. A dry run on the server does not notice.
const OBJECT_LIMIT: usize = 1_500_000;

/// Refuses where a Palette agent runs beside the cluster: it fetches the definition from Palette and writes it back.
pub(crate) async fn refuse_agent(
    store: &Store,
    cluster: &Document,
    may_revert: bool,
    output: &mut Output,
) -> Result<(), Error> {
    let Store::Kubernetes(kubernetes) = store else { return Ok(()) };
    let agents = match kubernetes.agents(cluster).await {
        Ok(agents) => agents,
        Err(error) => {
            output.warning(&format!(
                "whether a Palette agent runs here, which may undo the write, is not visible: {error}"
            ));
            return Ok(());
        }
    };
    if agents.is_empty() {
        return Ok(());
    }
    let message = format!(
        "a Palette agent ({}) runs in namespace {}, and it is likely to write the profiles back",
        agents.join(", "),
        cluster.cluster().namespace().unwrap_or_default()
    );
    if may_revert {
        output.warning(&message);
        return Ok(());
    }
    Err(Error::refused(message)
        .hint(format!("make the change in Palette itself: `{}`", shell::in_palette(std::env::args().skip(1))))
        .hint("--agent-may-revert writes all the same"))
}

/// Refuses a cluster that was taken over by a template or is being deleted since it was shown.
pub(crate) fn refuse_managed(cluster: &Document) -> Result<(), Error> {
    crate::commands::target::refuse_template(cluster)?;
    let view = cluster.cluster();
    if view.is_being_deleted() {
        return Err(Error::refused(format!("cluster {:?} is being deleted", view.name())));
    }
    Ok(())
}

/// Refuses an object that etcd would not take.
pub(crate) fn refuse_size(store: &Store, pending: &Value) -> Result<(), Error> {
    if let Store::Palette(_) = store {
        return Ok(());
    }
    let size = pending.to_string().len();
    if size <= OBJECT_LIMIT {
        return Ok(());
    }
    Err(Error::refused(format!("the cluster object would take {size} bytes, and etcd takes {OBJECT_LIMIT}"))
        .hint("make the values of the profile smaller; nothing was written"))
}

/// Refuses what the store itself objects to: it would not take it, or not carry it out.
pub(crate) fn refuse_objections(target: &Proposal) -> Result<(), Error> {
    let Some(judgement) = target.judgement.as_ref().filter(|it| it.objects()) else { return Ok(()) };
    let lines: Vec<_> = judgement.packs.iter().flatten().map(Objection::line).collect();
    let name = target.cluster.cluster().name().into_owned();
    Err(Error::refused(format!(
        "Palette's validate/packs objects to the change of cluster {name:?}: {}",
        lines.join("; ")
    ))
    .hint("nothing was written"))
}

/// Refuses where a change waits in the cluster that was downloaded first: any other write would install it unseen.
pub(crate) fn refuse_waiting_install(store: &Store, cluster: &Document, stays_staged: bool) -> Result<(), Error> {
    let waits = field::at(&cluster.value, &["status", "spcApply"]).is_some_and(waits_to_install);
    if !matches!(store, Store::Palette(_)) || !waits || stays_staged {
        return Ok(());
    }
    let (words, flags) = (cluster.words(), store.flags());
    let message = format!(
        "cluster {:?} has a change downloaded that waits, and this would install it as well",
        cluster.cluster().name()
    );
    Err(Error::new(Kind::DecisionNeeded, message)
        .hint(format!("install it first by `kubectl profile approve {words} --install{flags}`, or give --download-first to let both wait")))
}

/// Lets the store judge the write without making it: an API server with its admission, or the file's own text.
pub(crate) async fn refuse_denied(target: &Proposal) -> Result<(), Error> {
    match target.store.write_profiles(&target.cluster, target.pending(), DryRun::Server, target.manner()).await {
        // Whoever changed it meanwhile is met again at the write itself, where it is read anew.
        Err(error) if error.kind == Kind::Conflict => Ok(()),
        judged => judged.map_err(|error| error.hint("nothing was written")),
    }
}

/// Refuses where no revision can be read, recorded and settled, before anybody is asked.
pub(crate) async fn refuse_without_history(target: &Proposal) -> Result<(), Error> {
    let store = match &*target.store {
        Store::Kubernetes(store) => store,
        Store::Files(_) => return Ok(()),
        Store::Palette(store) => {
            return store.prepare_revisions().map_err(|error| {
                error
                    .hint("revisions of this store are kept there; nothing was written")
                    .hint("--no-history writes without a revision, and then there is no way back")
            });
        }
    };
    for verb in ["create", "patch", "list", "get"] {
        if !store.may(&target.cluster, verb, "", "secrets").await? {
            let namespace = target.cluster.cluster().namespace().unwrap_or_default().into_owned();
            return Err(Error::refused(format!(
                "you may not {verb} secrets in namespace {namespace}, and revisions are kept as Secrets"
            ))
            .hint(format!("ask for the right to {verb} secrets there; nothing was written"))
            .hint("--no-history writes without a revision, and then there is no way back"));
        }
    }
    Ok(())
}
