//! One goal for many clusters: all are proposed and shown first, asked for once, and written wave by wave.

use std::{collections::BTreeMap, pin::pin, rc::Rc};

use futures_util::StreamExt;
use profile_core::merge::{Decisions, Override};
use serde_json::{Value, json};

use super::{
    beside::unchanged,
    carry_out::{Asks, carry_through, decide, done, judge, moved_meanwhile, propose, warn},
    flags::{MergeArgs, WriteArgs},
    guards,
    proposal::{Goal, Proposal},
};
use crate::{
    cleanup::Returning,
    cli::Format,
    commands::{Outcome, overrides::Sight},
    error::{Error, Kind},
    fleet::{
        Fleet, at_once, in_order,
        outcomes::{Ended, Outcomes, listed},
        waves::{Did, WaveArgs},
    },
    output::{Output, width},
    review::{Groups, Review},
    store::{DryRun, Store},
};

/// A proposal that is decided and judged.
struct Ready {
    proposal: Proposal,
    returning: Returning,
}

/// Carries `goal` out for every cluster, as far as the flags and the user let it.
///
/// What keeps one cluster back does not keep back the others: it is told before anybody is asked, and again at the end.
pub(super) async fn carry_out(
    fleet: &Fleet,
    goal: &Goal,
    (merge, write): (&MergeArgs, &WriteArgs),
    waves: &WaveArgs,
    output: &mut Output,
) -> Result<Outcome, Error> {
    refuse_what_is_for_one(fleet, merge, write)?;
    let mut outcomes = Outcomes::default();
    for (label, error) in &fleet.unseen {
        outcomes.add(label.clone(), Ended::Failed(error.copy()));
    }
    let proposals = proposed(fleet, goal, (merge, write), &mut outcomes, output).await;
    let (changing, same) = decided(proposals, &fleet.stores, write, &mut outcomes, output).await?;
    let ready = judged(changing, fleet.parallel, write, &mut outcomes, output).await;

    let mut groups = Groups::default();
    let review = write.show.review();
    for (label, it) in &ready {
        // The header is for one cluster; which they are stands above each outcome.
        let own = Review { heading: String::new(), ..it.proposal.review(("Current", "Pending")) };
        groups.add(label.clone(), own, &review);
    }
    groups.all.sort_by_key(|group| std::cmp::Reverse(group.clusters.len()));
    let is_text = review.output.is_for_people();
    if is_text && !ready.is_empty() {
        for store in &fleet.stores {
            output.line(&format!("Store:    {}", store.name()))?;
        }
        groups.print(&review, output)?;
        output.line("")?;
        if outcomes.len() > 0 && write.dry_run == DryRun::None && !write.yes {
            output.line("Not to be changed:")?;
            outcomes.print(output)?;
            output.line("")?;
        }
    }
    output.flush()?;

    if write.dry_run != DryRun::None {
        let kind = if write.dry_run == DryRun::Server { "server" } else { "client" };
        for (label, it) in ready {
            let word = format!("{} ({kind} dry run)", it.proposal.goal.done());
            outcomes.add(label, Ended::Done(Outcome::Done, word));
        }
        same.into_iter().for_each(|(label, _)| outcomes.add(label, is_same(write)));
        return end(&outcomes, &groups, write, output);
    }
    if !ready.is_empty() {
        if write.yes && ready.iter().any(|(_, it)| it.proposal.assumes()) {
            output.warning("what some of the clusters set themselves is told by an assumption: see the bases above");
        }
        if !write.yes {
            let clusters =
                if ready.len() == 1 { "1 cluster is".to_owned() } else { format!("{} clusters are", ready.len()) };
            output.line(&format!("{clusters} to be {}", goal.done()))?;
            output.confirm().await?;
        }
    }
    // What is at its goal already may still have to be waited for, or an earlier run was killed behind the write.
    let mut jobs: Vec<_> = same.into_iter().map(|(label, it)| (label, Job::Same(Box::new(it)))).collect();
    jobs.extend(ready.into_iter().map(|(label, it)| (label, Job::Change(Box::new(it)))));
    let run = async |job, output: &mut Output| run(job, write, output).await;
    waves.run(jobs, (fleet.parallel, write.yes), &mut outcomes, output, run).await?;
    end(&outcomes, &groups, write, output)
}

/// What is still to be done for a cluster.
enum Job {
    Same(Box<Proposal>),
    Change(Box<Ready>),
}

async fn run(job: Job, write: &WriteArgs, output: &mut Output) -> Result<Did, Error> {
    match job {
        Job::Same(proposal) => unchanged(&proposal, write, output).await,
        Job::Change(mut ready) => {
            let Ready { proposal, returning } = &mut *ready;
            match carry_through(proposal, returning, write, output).await? {
                Ok(outcome) => Ok(Did::written(outcome, done(proposal))),
                Err(what) => Err(moved_meanwhile(proposal, &what)),
            }
        }
    }
}

fn is_same(write: &WriteArgs) -> Ended {
    let outcome = if write.error_unchanged { Outcome::Unchanged } else { Outcome::Done };
    Ended::Done(outcome, "unchanged".to_owned())
}

fn refuse_what_is_for_one(fleet: &Fleet, merge: &MergeArgs, write: &WriteArgs) -> Result<(), Error> {
    let count = fleet.count();
    let refused = [
        (merge.edit, "--edit opens one cluster's configuration"),
        (merge.save_plan.is_some(), "--save-plan saves the plan of one cluster"),
        (matches!(write.show.review().output, Format::Html), "-o html shows one cluster"),
        (write.after.then_orphans && !write.yes, "--then-orphans asks for each cluster, unless --yes is given"),
    ];
    match refused.into_iter().find(|(is_given, _)| *is_given) {
        Some((_, what)) => Err(Error::usage(format!("{what}, and {count} are meant")).hint("name one cluster")),
        None => Ok(()),
    }
}

/// Reads and proposes, several clusters at a time.
async fn proposed(
    fleet: &Fleet,
    goal: &Goal,
    flags: (&MergeArgs, &WriteArgs),
    outcomes: &mut Outcomes,
    output: &mut Output,
) -> Vec<(String, Proposal)> {
    let mut progress = output.progress();
    let shared = &*output;
    let read = |member| async move {
        let mut own = shared.captured();
        let proposal = propose(member, goal.clone(), flags, &mut own).await;
        (proposal, own.into_captured().notes)
    };
    let mut answers = Vec::new();
    {
        let mut running = pin!(fleet.read(read));
        while let Some(answer) = running.next().await {
            answers.push(answer);
            progress.count(answers.len(), fleet.members.len(), "clusters read");
        }
    }
    drop(progress);
    let mut proposals = Vec::new();
    for (member, (proposal, said)) in fleet.members.iter().zip(in_order(answers)) {
        let label = member.label.clone();
        said.lines().for_each(|line| output.note(&format!("{label}: {line}")));
        match proposal {
            Ok(proposal) => proposals.push((label, proposal)),
            Err(error) => outcomes.add(label, Ended::Failed(error)),
        }
    }
    proposals
}

/// Lets everything be decided that is open: those that change, and those that are at their goal already.
///
/// What is open at the same place of several clusters is asked for once.
async fn decided(
    proposals: Vec<(String, Proposal)>,
    stores: &[Rc<Store>],
    write: &WriteArgs,
    outcomes: &mut Outcomes,
    output: &mut Output,
) -> Result<(Vec<(String, Proposal)>, Vec<(String, Proposal)>), Error> {
    let (mut changing, mut same) = (Vec::new(), Vec::new());
    let mut answers = Decisions::default();
    let mut open = if output.is_interactive() { open_places(&proposals, write) } else { Open::new() };
    let mut header: Vec<_> = stores.iter().map(|store| format!("Store:    {}", store.name())).collect();
    for (label, mut proposal) in proposals {
        let mut own = output.captured();
        let warned = warn(&proposal, &mut own);
        take_over(&mut proposal, &answers)?;
        let is_open = proposal.overrides().any(Override::is_open);
        let asks = output.is_interactive() && is_open && proposal.verdict().denied.is_empty();
        let mut edits = false;
        let decided = match warned {
            Err(error) => Err(error),
            Ok(()) if asks => {
                output.line(&format!("{label}: what is decided here holds wherever the same place is open"))?;
                let before = proposal.decisions.clone();
                let asks = Asks { header: std::mem::take(&mut header), beside: beside(&label, &open) };
                let decided = decide(&mut proposal, &mut edits, &asks, write, output).await;
                remember(&mut answers, &before, &proposal.decisions);
                match decided {
                    // Whoever wants out of a question wants out of all.
                    Err(error) if matches!(error.kind, Kind::NotConfirmed | Kind::Usage | Kind::Interrupted) => {
                        return Err(error);
                    }
                    decided => decided,
                }
            }
            Ok(()) => decide(&mut proposal, &mut edits, &Asks::default(), write, &mut own).await,
        };
        // No later answer is for it.
        open.values_mut().for_each(|clusters| clusters.retain(|(other, _)| *other != label));
        own.into_captured().notes.lines().for_each(|line| output.note(&format!("{label}: {line}")));
        proposal.discard_buffers();
        match decided {
            Ok(true) => changing.push((label, proposal)),
            Ok(false) => same.push((label, proposal)),
            Err(error) => {
                // What is to be decided takes more than a line of a table.
                if error.message.contains('\n') {
                    output.note(&format!("{label}: {error}"));
                }
                outcomes.add(label, Ended::Failed(error));
            }
        }
    }
    Ok((changing, same))
}

/// By place, the clusters where it is open, with the override as it may be shown.
type Open = BTreeMap<String, Vec<(String, Override)>>;

fn open_places(proposals: &[(String, Proposal)], write: &WriteArgs) -> Open {
    let mut open = Open::new();
    for (label, proposal) in proposals.iter().filter(|(_, it)| it.verdict().denied.is_empty()) {
        let sight = Sight {
            cluster: &proposal.cluster,
            known: proposal.known_secrets(),
            secrets: write.show.review().secrets(),
        };
        for it in proposal.overrides().filter(|it| it.is_open()) {
            open.entry(it.place()).or_default().push((label.clone(), sight.shown(it)));
        }
    }
    open
}

/// Most values of other clusters that are said beside a question.
const VALUES: usize = 8;

/// Beside each place that is open in this cluster, which clusters the answer is for, and what others have there instead.
fn beside(label: &str, open: &Open) -> BTreeMap<String, Vec<String>> {
    let mut beside = BTreeMap::new();
    for (place, clusters) in open.iter().filter(|(_, clusters)| clusters.len() > 1) {
        let Some((_, asked)) = clusters.iter().find(|(other, _)| other == label) else { continue };
        let names: Vec<_> = clusters.iter().map(|(label, _)| label.as_str()).collect();
        let columns = width::of_terminal();
        let head = format!("for {} clusters: ", names.len());
        let mut lines = vec![format!("{head}{}", listed(&names, columns.saturating_sub(head.len() + 2)))];
        let mut others: Vec<(String, Vec<&str>)> = Vec::new();
        for (label, it) in clusters {
            let sides = [
                ("published", &asked.published, &it.published),
                ("override", &asked.own, &it.own),
                ("profile", &asked.target, &it.target),
            ];
            for (side, _, other) in sides.into_iter().filter(|(_, own, other)| own != other) {
                let value = other.as_ref().map_or_else(|| "(not set)".to_owned(), Value::to_string);
                let line = format!("{side:<9}  {value} in ");
                match others.iter_mut().find(|(known, _)| *known == line) {
                    Some((_, labels)) => labels.push(label),
                    None => others.push((line, vec![label])),
                }
            }
        }
        let rest = others.len().saturating_sub(VALUES);
        lines.extend(
            others
                .iter()
                .take(VALUES)
                .map(|(line, labels)| format!("{line}{}", listed(labels, columns.saturating_sub(width::of(line) + 2)))),
        );
        if rest > 0 {
            lines.push(format!("… and {rest} more values"));
        }
        beside.insert(place.clone(), lines);
    }
    beside
}

/// Applies earlier answers to what is open in this cluster, and to nothing else: an answer may drop a value.
fn take_over(proposal: &mut Proposal, answers: &Decisions) -> Result<(), Error> {
    let open: Vec<_> = proposal.overrides().filter(|it| it.is_open()).map(Override::place).collect();
    let mut is_met = false;
    for place in open {
        if let Some(answer) = answers.by_place.get(&place) {
            proposal.decisions.by_place.insert(place.clone(), answer.clone());
            is_met = true;
        }
        if answers.accepted_losses.contains(&place) {
            proposal.decisions.accepted_losses.insert(place);
            is_met = true;
        }
    }
    if is_met { proposal.compute() } else { Ok(()) }
}

fn remember(answers: &mut Decisions, before: &Decisions, after: &Decisions) {
    let is_new = |(place, _): &(&String, &_)| !before.by_place.contains_key(*place);
    answers.by_place.extend(after.by_place.iter().filter(is_new).map(|(place, it)| (place.clone(), it.clone())));
    answers.accepted_losses.extend(after.accepted_losses.difference(&before.accepted_losses).cloned());
}

/// Asks admission and the rights, several clusters at a time.
async fn judged(
    changing: Vec<(String, Proposal)>,
    parallel: usize,
    write: &WriteArgs,
    outcomes: &mut Outcomes,
    output: &mut Output,
) -> Vec<(String, Ready)> {
    let shared = &*output;
    let judge = |(label, mut proposal): (String, Proposal)| async move {
        proposal.ask_store().await;
        let mut own = shared.captured();
        let mut judged = judge(&proposal, write, &mut own).await;
        if judged.is_ok() && write.dry_run == DryRun::None && !write.no_history {
            judged = guards::refuse_without_history(&proposal).await.and(judged);
        }
        (label, proposal, judged, own.into_captured())
    };
    let stores: Vec<_> = changing.iter().map(|(_, proposal)| Rc::clone(&proposal.store)).collect();
    let answers = at_once(stores.iter().zip(changing), parallel, judge).collect().await;
    let mut ready = Vec::new();
    for (label, proposal, judged, said) in in_order(answers) {
        [said.answer, said.notes]
            .iter()
            .flat_map(|it| it.lines())
            .for_each(|line| output.note(&format!("{label}: {line}")));
        match judged {
            Ok(returning) => ready.push((label, Ready { proposal, returning })),
            Err(error) => outcomes.add(label, Ended::Failed(error)),
        }
    }
    ready
}

/// Prints how all of them ended.
fn end(outcomes: &Outcomes, groups: &Groups, write: &WriteArgs, output: &mut Output) -> Result<Outcome, Error> {
    if write.show.is_for_machines() {
        let mut fields = groups.fields();
        fields["outcomes"] = json!(outcomes.document());
        output.document(&write.show.review().output, "ChangeList", fields)?;
    } else {
        output.line("")?;
        outcomes.print(output)?;
    }
    Ok(outcomes.exit())
}
