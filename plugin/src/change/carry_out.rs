//! From a proposal to a written change: decide, judge, show, ask, record, write, wait.

use std::{collections::BTreeMap, rc::Rc};

use profile_core::{merge::Override, profile::AttachedProfile, revision::Revision};
use serde_json::json;

use super::{
    Change, Written,
    beside::{returning, unchanged, wait_if_asked},
    flags::{MergeArgs, WriteArgs},
    guards, many, plan,
    proposal::{Goal, PackEdit, Proposal, allowed},
};
use crate::{
    called,
    cleanup::{self, Returning},
    commands::{Outcome, target},
    decide::{self, Answer, Edited, Pending, Question},
    error::{Error, Kind},
    fleet::{Fleet, Member, waves::WaveArgs},
    nearest,
    output::Output,
    selection,
    store::{DryRun, Store},
};

/// Settles what earlier runs left of a cluster, and proposes `goal`.
pub(crate) async fn propose(
    Member { store, cluster, .. }: &Member,
    goal: Goal,
    (merge, write): (&MergeArgs, &WriteArgs),
    output: &mut Output,
) -> Result<Proposal, Error> {
    let given = merge.given()?;
    if matches!(**store, Store::Files(_)) {
        if write.wait {
            return Err(Error::usage("--wait follows a running cluster, and files have none: leave it out"));
        }
        if write.dry_run == DryRun::Server {
            return Err(Error::usage(
                "--dry-run=server needs an API server, and files have none: use --dry-run=client",
            ));
        }
    }
    if !matches!(**store, Store::Palette(_)) {
        let flags = [(write.download_first, "--download-first"), (write.approve_repave, "--approve-repave")];
        if let Some((_, flag)) = flags.into_iter().find(|(is_given, _)| *is_given) {
            return Err(Error::usage(format!("{flag} is for Palette's API, and this is {}", store.name()))
                .hint("name it by --store palette, or leave the flag out"));
        }
    }
    if write.after.then_orphans {
        // Better said before the write than found out after it.
        store.workload(cluster).await.map_err(|error| error.hint("--then-orphans looks for orphans there"))?;
    }
    target::refuse_template(cluster)?;
    guards::refuse_agent(store, cluster, write.agent_may_revert, output).await?;
    let revisions = settled(store, cluster, write, output).await?;
    if let (Goal::Rollback(_), []) = (&goal, revisions.as_slice()) {
        // Where there seem to be none, it may be that they are not visible.
        store.revisions(cluster).await.map_err(|it| it.hint("a rollback restores what a revision recorded"))?;
    }
    guards::refuse_waiting_install(store, cluster, write.download_first)?;
    let variables = merge.variables.of_cluster(&cluster.cluster().name())?;
    if let (Goal::Update(_), Store::Palette(_), false) = (&goal, &**store, variables.is_empty()) {
        return Err(Error::usage("an update writes packs alone, and no variables, in Palette")
            .hint("set variables by `switch` to the version that the cluster has, with --var or --vars-from"));
    }
    let mut proposal = Proposal::new(Rc::clone(store), cluster.clone(), revisions, goal, given).await?;
    proposal.is_staged = write.download_first;
    proposal.set_variables(variables)?;
    Ok(proposal)
}

async fn settled(
    store: &Store,
    cluster: &crate::store::Document,
    write: &WriteArgs,
    output: &mut Output,
) -> Result<Vec<Revision>, Error> {
    Change::settle_pending(store, cluster, (write.dry_run, !write.no_history), output).await
}

/// A decision for a place where nothing is set may be for another cluster, or misspelt. Misspelt, it leaves its place open,
/// which is found out; but not where one side is taken of all that is open.
fn warn_of_unmet_decisions(proposal: &Proposal, output: &mut Output) -> Result<(), Error> {
    let unmet = proposal.unmet_decisions();
    let what = |place: &str| {
        let name = proposal.cluster.cluster().name().into_owned();
        format!("decision for {place:?}: no override of cluster {name:?} stands there")
    };
    let places: Vec<_> = proposal.overrides().map(Override::place).collect();
    let places: Vec<_> = places.iter().map(String::as_str).collect();
    match unmet.first() {
        Some(place) if proposal.decisions.on_conflict.is_some() => {
            let error = Error::usage(what(place)).hint(
                "--on-conflict would decide what it was meant for: correct the place, or leave the decision out; nothing \
                 was written",
            );
            Err(nearest::hint(place, &places).into_iter().fold(error, Error::hint))
        }
        _ => {
            unmet.iter().for_each(|place| output.warning(&what(place)));
            Ok(())
        }
    }
}

/// Brings every cluster of `fleet` to `goal`, as far as the flags and the user let it.
pub(crate) async fn change(
    fleet: Fleet,
    goal: Goal,
    (merge, write): (&MergeArgs, &WriteArgs),
    waves: &WaveArgs,
    output: &mut Output,
) -> Result<Outcome, Error> {
    fleet.doubles.iter().for_each(|it| output.note(it));
    let names = fleet.members.iter().map(|it| it.cluster.cluster().name().into_owned()).collect();
    for name in merge.variables.unmet(&names)? {
        output.warning(&format!("--vars-from: no cluster that is meant is called {name:?}"));
    }
    match fleet.single() {
        Some(member) => {
            let proposal = propose(member, goal, (merge, write), output).await?;
            carry_out(proposal, (merge, write), output).await
        }
        None => many::carry_out(&fleet, &goal, (merge, write), waves, output).await,
    }
}

/// Carries a proposal out as far as the flags and the user let it.
pub(crate) async fn carry_out(
    mut proposal: Proposal,
    flags: (&MergeArgs, &WriteArgs),
    output: &mut Output,
) -> Result<Outcome, Error> {
    match carried_out(&mut proposal, flags, output).await {
        Ok(outcome) => {
            proposal.discard_buffers();
            Ok(outcome)
        }
        // What was written in the editor and not to the cluster is there for the next try.
        Err(error) => Err(proposal.name_buffers(error)),
    }
}

async fn carried_out(
    proposal: &mut Proposal,
    (merge, write): (&MergeArgs, &WriteArgs),
    output: &mut Output,
) -> Result<Outcome, Error> {
    let name = proposal.cluster.cluster().name().into_owned();
    let mut edits = merge.edit;
    if let Some(path) = &merge.save_plan {
        // Nobody is to be asked for what cannot be saved.
        plan::file_at(path)?;
    }
    let asks = Asks::of(proposal);
    warn(proposal, output)?;
    loop {
        if !decide(proposal, &mut edits, &asks, write, output).await? {
            if write.show.is_for_machines() {
                show(proposal, write, output)?;
            }
            return Ok(unchanged(proposal, write, output).await?.outcome);
        }
        proposal.ask_store().await;
        show(proposal, write, output)?;
        let mut returning = judge(proposal, write, output).await?;
        if write.dry_run != DryRun::None {
            let kind = if write.dry_run == DryRun::Server { "server" } else { "client" };
            write.show.say(&format!("spectrocluster/{name} {} ({kind} dry run)", proposal.goal.done()), output)?;
            return Ok(Outcome::Done);
        }
        if let Some(path) = &merge.save_plan {
            plan::save(proposal, path)?;
            let words = format!(
                "plan saved to {0}; nothing was written: `{2} apply {0}{1}`",
                path.display(),
                proposal.store.flags(),
                called::name()
            );
            write.show.say(&words, output)?;
            return Ok(Outcome::Done);
        }
        if !write.no_history {
            guards::refuse_without_history(proposal).await?;
        }
        if write.yes && proposal.assumes() {
            output.warning("what the cluster sets itself is told by an assumption: see the base above");
        }
        if !write.yes {
            output.confirm().await?;
        }
        match carry_through(proposal, &mut returning, write, output).await? {
            Ok(outcome) => return Ok(outcome),
            Err(what) => moved(proposal, &what, write, output).await?,
        }
    }
}

/// Warns of decisions and losses that meet nothing.
pub(super) fn warn(proposal: &Proposal, output: &mut Output) -> Result<(), Error> {
    let name = proposal.cluster.cluster().name().into_owned();
    for place in proposal.unmet_losses() {
        output.warning(&format!("--accept-loss {place}: no override of cluster {name:?} stands there"));
    }
    warn_of_unmet_decisions(proposal, output)
}

/// What is said before the first question, and beside each.
#[derive(Default)]
pub(super) struct Asks {
    /// Where the answers are written to.
    pub(super) header: Vec<String>,
    /// By place, the other clusters that an answer is for.
    pub(super) beside: BTreeMap<String, Vec<String>>,
}

impl Asks {
    /// Nobody should decide before they know for what: the review that says it comes after the questions.
    fn of(proposal: &Proposal) -> Self {
        let (store, cluster) = (proposal.store.name(), selection::place(&proposal.cluster));
        let header = vec![format!("Store:    {store}"), format!("Cluster:  {cluster}")];
        Self { header, beside: BTreeMap::new() }
    }
}

/// Refuses what a rule denies and lets everything be decided that is open. Tells whether something is to be written.
pub(super) async fn decide(
    proposal: &mut Proposal,
    edits: &mut bool,
    asks: &Asks,
    write: &WriteArgs,
    output: &mut Output,
) -> Result<bool, Error> {
    refuse_denied_by_rules(proposal, write, output)?;
    // In the editor what is open is decided as well; only what is not in its buffer is asked for afterwards.
    if !*edits {
        *edits = decide_open(proposal, asks, write, output).await?;
    }
    if *edits && !edit(proposal, write, output).await? {
        // Whoever closes the editor without a change says no, as to any other question.
        return Err(Error::new(Kind::NotConfirmed, "not confirmed; nothing was changed"));
    }
    proposal.refuse_missing_variables()?;
    Ok(!proposal.is_unchanged())
}

/// Refuses what would not be taken, before anybody is asked and before anything is recorded. Says what is scaled back.
pub(super) async fn judge(proposal: &Proposal, write: &WriteArgs, output: &mut Output) -> Result<Returning, Error> {
    let returning = returning(proposal, write, true, output).await?;
    guards::refuse_size(&proposal.store, proposal.pending())?;
    guards::refuse_objections(proposal)?;
    if write.dry_run != DryRun::Client || matches!(*proposal.store, Store::Files(_)) {
        guards::refuse_denied(proposal).await?;
    }
    Ok(returning)
}

/// Records, writes and waits. The inner error is what moved since it was shown, and then nothing is written.
pub(super) async fn carry_through(
    proposal: &mut Proposal,
    returning: &mut Returning,
    write: &WriteArgs,
    output: &mut Output,
) -> Result<Result<Outcome, Vec<&'static str>>, Error> {
    let change = Change { reason: write.reason.clone(), keeps_history: !write.no_history };
    match change.write(proposal, output).await? {
        Written::Done => {
            proposal.discard_buffers();
            let name = proposal.cluster.cluster().name().into_owned();
            write.show.say(&format!("spectrocluster/{name} {}", done(proposal)), output)?;
            if let Some(place) = proposal.store.place_of_revisions().filter(|_| !write.no_history) {
                output.note(&format!("the revision is kept in {place}, where this user of this machine alone sees it"));
            }
            if write.download_first {
                let (program, words, flags) = (called::name(), proposal.cluster.words(), proposal.store.flags());
                output.note(&format!(
                    "the cluster downloads it and waits: `{program} approve {words} --install{flags}` lets it install it"
                ));
            }
            let ended = async {
                let waited = wait_if_asked(proposal, write, true, output).await;
                waited.map_err(|error| returning.hint(error))?;
                // What returns was shown before the question; orphans have one of their own.
                cleanup::after(&proposal.store, &proposal.cluster, returning, write.afterwards(true), output).await
            };
            // Whoever reads how it ended is to know what was written.
            let ended = ended.await.map_err(|error| Error {
                message: format!("{}, and then: {}", done(proposal), error.message),
                // The sentence begins with what was done, which no server says.
                reason: None,
                ..error
            });
            ended.map(|did| Ok(did.outcome))
        }
        Written::Moved(what) => Ok(Err(what)),
    }
}

/// What was done, in words.
pub(super) fn done(proposal: &Proposal) -> String {
    let (_, to) = proposal.references();
    match &proposal.goal {
        Goal::Switch(_) => format!("switched to {to}"),
        Goal::Rollback(_) => format!("rolled back to {to}"),
        goal => goal.done().to_owned(),
    }
}

/// What was shown is not so any more: shows it anew, or leaves it to the user where nobody is to be asked.
async fn moved(
    proposal: &mut Proposal,
    what: &[&'static str],
    write: &WriteArgs,
    output: &mut Output,
) -> Result<(), Error> {
    let name = proposal.cluster.cluster().name().into_owned();
    let message = format!("cluster {name:?} is not what was shown any more: {}", what.join("; "));
    if write.yes || proposal.was_edited() {
        return Err(moved_meanwhile(proposal, what));
    }
    output.warning(&format!("{message}. The new diff:"));
    // The try that was given up took a number, which the next one must not take again.
    proposal.revisions = settled(&proposal.store, &proposal.cluster, write, output).await?;
    proposal.compute()
}

/// What was shown is not so any more, and nobody is to be asked again.
pub(super) fn moved_meanwhile(proposal: &Proposal, what: &[&'static str]) -> Error {
    let name = proposal.cluster.cluster().name().into_owned();
    let message = format!("cluster {name:?} is not what was shown any more: {}", what.join("; "));
    Error::new(Kind::DecisionNeeded, message).hint("nothing was written; look at the new diff and run this again")
}

/// Asks for every override that is open, or fails where nobody can be asked. Tells whether the user wants the editor.
pub(super) async fn decide_open(
    proposal: &mut Proposal,
    asks: &Asks,
    write: &WriteArgs,
    output: &mut Output,
) -> Result<bool, Error> {
    let mut wants_editor = false;
    if output.is_interactive() && proposal.overrides().any(Override::is_open) {
        output.flush()?;
        asks.header.iter().for_each(|line| output.note(line));
    }
    while let Some(open) = proposal.draft.profiles.iter().find(|it| it.merged.open().next().is_some()) {
        if !output.is_interactive() {
            // Nobody is to decide about what was not shown.
            show(proposal, write, output)?;
        }
        let current = AttachedProfile::new(&open.current, open.path.clone());
        let known = proposal.known_secrets();
        let question = Question {
            current: &current,
            merged: &open.merged,
            known: &known,
            show_secrets: write.show.show_secrets,
            beside: &asks.beside,
        };
        let mut decisions = proposal.decisions.clone();
        let answer = decide::ask(&question, &mut decisions, output).await.map_err(|error| {
            let unknown = open.lacks_base() && error.kind == Kind::DecisionNeeded;
            let base = format!("the base is {}; --base=published|FILE|REVISION names it", open.base.words());
            if unknown { error.hint(base) } else { error }
        })?;
        let settled = proposal.decisions != decisions;
        proposal.decisions = decisions;
        proposal.compute()?;
        if !settled && answer == Answer::Decided {
            let places: Vec<_> = proposal.overrides().filter(|it| it.is_open()).map(|it| it.place()).collect();
            return Err(Error::new(Kind::DecisionNeeded, format!("still to be decided: {}", places.join(", "))));
        }
        if answer == Answer::Edit {
            wants_editor = true;
            break;
        }
    }
    Ok(wants_editor)
}

/// Opens what is pending in the editor. Tells whether the change goes on.
async fn edit(proposal: &mut Proposal, write: &WriteArgs, output: &mut Output) -> Result<bool, Error> {
    if let Goal::Override(..) = proposal.goal {
        return edit_pack(proposal, write, output).await;
    }
    let known = proposal.known_secrets();
    for at in 0..proposal.draft.profiles.len() {
        let draft = &proposal.draft.profiles[at];
        let title = format!("cluster {}, {}", proposal.cluster.cluster().name(), draft.to);
        let pending = Pending {
            content: &draft.merged.content,
            decisions: &proposal.decisions,
            overrides: &draft.merged.overrides,
            title,
            known: &known,
            show_secrets: write.show.show_secrets,
            is_set: false,
        };
        let path = draft.path.clone();
        let check = |edited: &Edited| {
            let verdict = proposal.verdict_with(&path, &edited.content);
            if verdict.denied.is_empty() {
                Ok(())
            } else {
                Err(verdict.violations().map(|it| it.message.clone()).collect())
            }
        };
        let Some((edited, buffer)) = decide::edit(&pending, check, output).await? else { return Ok(false) };
        proposal.hold(buffer);
        proposal.take_edited(path, edited)?;
    }
    // What is still open was not in the buffer, or was left undecided there.
    decide_open(proposal, &Asks::default(), write, output).await?;
    Ok(true)
}

/// Opens the values of the one pack that is overridden.
async fn edit_pack(proposal: &mut Proposal, write: &WriteArgs, output: &mut Output) -> Result<bool, Error> {
    let Some((draft, pack)) = proposal.overridden_pack() else { return Ok(true) };
    let is_set = matches!(&proposal.goal, Goal::Override(_, edit) if edit.sets_something());
    let content = json!({"name": draft.current["name"], "packs": [pack]});
    let known = proposal.known_secrets();
    let pending = Pending {
        content: &content,
        overrides: &draft.merged.overrides,
        decisions: &proposal.decisions,
        title: format!(
            "cluster {}, pack {}",
            proposal.cluster.cluster().name(),
            pack["name"].as_str().unwrap_or_default()
        ),
        known: &known,
        show_secrets: write.show.show_secrets,
        is_set,
    };
    let Some((edited, buffer)) = decide::edit(&pending, |_| Ok(()), output).await? else { return Ok(false) };
    proposal.hold(buffer);
    let text = edited.content["packs"][0]["values"].as_str().unwrap_or_default().to_owned();
    if let Goal::Override(_, edit) = &mut proposal.goal {
        *edit = PackEdit { text: Some(text), ..PackEdit::default() };
    }
    proposal.compute()?;
    Ok(true)
}

fn show(proposal: &Proposal, write: &WriteArgs, output: &mut Output) -> Result<(), Error> {
    proposal.review(("Current", "Pending")).print(&write.show.review(), output)?;
    output.flush()
}

/// Shows and refuses what a rule denies, before anybody is asked anything.
fn refuse_denied_by_rules(proposal: &Proposal, write: &WriteArgs, output: &mut Output) -> Result<(), Error> {
    let verdict = proposal.verdict();
    if verdict.denied.is_empty() {
        return Ok(());
    }
    show(proposal, write, output)?;
    let codes: Vec<_> = verdict.denied.iter().map(|it| it.code.as_str()).collect();
    let (_, to) = proposal.references();
    let to =
        if matches!(proposal.goal, Goal::Switch(_) | Goal::Rollback(_)) { format!(" to {to}") } else { String::new() };
    let error = Error::refused(format!(
        "cluster {:?} may not be {}{to}: {}",
        proposal.cluster.cluster().name(),
        proposal.goal.done(),
        codes.join(", ")
    ))
    .hint("nothing was written");
    Err(match proposal.goal {
        Goal::Rollback(_) => match allowed(proposal).as_slice() {
            [] => error.hint("no kept revision can be gone back to; values and add-ons can be set by `override`"),
            words => error.hint(format!("what can be gone back to: {}", words.join(", "))),
        },
        _ => error,
    })
}
