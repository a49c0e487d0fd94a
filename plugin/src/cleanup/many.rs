//! Scales in many clusters: plans and shows everything first, asks once, and writes exactly that, wave by wave.

use std::{cell::RefCell, collections::BTreeMap};

use super::scaling::{Scaling, Work, scale};
use crate::{
    commands::Outcome,
    error::Error,
    fleet::{
        Fleet, Member,
        each::{self, Answer, Layout},
        outcomes::{Ended, Outcomes},
        waves::{Did, WaveArgs},
    },
    output::Output,
    store::DryRun,
};

/// Plans by `plan` for each cluster and writes as `scaling` says. One cluster shows, asks and writes by itself; several are
/// shown together and asked for once. With a yes given beforehand each shows its plan right before it is written. `word` is
/// what becomes of the workloads, such as `scaled down`.
pub(crate) async fn scale_each<'f>(
    fleet: &'f Fleet,
    scaling: &Scaling,
    waves: &WaveArgs,
    word: &str,
    output: &mut Output,
    plan: impl AsyncFn(&'f Member, &mut Output) -> Result<Option<Work<'f>>, Error>,
) -> Result<Outcome, Error> {
    if fleet.single().is_some() || scaling.dry_run != DryRun::None {
        let run = async |member: &'f Member, output: &mut Output| match plan(member, output).await? {
            Some(work) => Ok(scale(work, scaling, output).await?.outcome),
            None => Ok(Outcome::Done),
        };
        let layout = if scaling.output.is_for_people() { Layout::Sections } else { Layout::Lines };
        let ended = each::each(fleet, layout, "looked at", output, run).await;
        // What was done stands, however it ended.
        scaling.told.print(&scaling.output, scaling.dry_run, None, output)?;
        return ended;
    }
    fleet.doubles.iter().for_each(|it| output.note(it));
    let mut outcomes = Outcomes::default();
    for (label, error) in &fleet.unseen {
        outcomes.add(label.clone(), Ended::Failed(error.copy()));
    }
    if scaling.yes {
        let jobs = fleet.members.iter().map(|it| (it.label.clone(), it)).collect();
        let write = async |member: &'f Member, output: &mut Output| match plan(member, output).await? {
            Some(work) => scale(Work { label: Some(member.label.clone()), ..work }, scaling, output).await,
            None => Ok(Did::nothing(Outcome::Done)),
        };
        waves.run(jobs, (fleet.parallel, true), &mut outcomes, output, write).await?;
    } else {
        let jobs = shown(fleet, scaling, word, &mut outcomes, output, plan).await?;
        if jobs.is_empty() {
            output.note(&format!("nothing is to be {word}"));
            scaling.told.print(&scaling.output, scaling.dry_run, Some(outcomes.document()), output)?;
            return Ok(outcomes.exit());
        }
        output.confirm().await?;
        let write = async |work: Work<'f>, output: &mut Output| work.carry_out(scaling, output).await;
        waves.run(jobs, (fleet.parallel, false), &mut outcomes, output, write).await?;
    }
    if scaling.output.is_for_people() {
        output.line("")?;
        outcomes.print(output)?;
    }
    scaling.told.print(&scaling.output, scaling.dry_run, Some(outcomes.document()), output)?;
    Ok(outcomes.exit())
}

/// What is to be done for a cluster, under its label.
type Job<'f> = (String, Work<'f>);

/// Plans and shows all clusters. Those in which something is to be written; how the others ended is among `outcomes`.
async fn shown<'f>(
    fleet: &'f Fleet,
    scaling: &Scaling,
    word: &str,
    outcomes: &mut Outcomes,
    output: &mut Output,
    plan: impl AsyncFn(&'f Member, &mut Output) -> Result<Option<Work<'f>>, Error>,
) -> Result<Vec<Job<'f>>, Error> {
    let works = RefCell::new(BTreeMap::new());
    let look = async |member: &'f Member, output: &mut Output| {
        let Some(mut work) = plan(member, output).await? else { return Ok(Outcome::Done) };
        work.preview(scaling, output).await?;
        let outcome = work.unwritten();
        if work.writes() > 0 {
            works.borrow_mut().insert(member.label.clone(), work);
        }
        Ok(outcome)
    };
    let answers = each::run(fleet, output, look).await;
    let mut works = works.into_inner();
    // Whoever asks for data has no terminal to answer at, or reads what is beside it.
    let mut beside = output.captured();
    let is_for_people = scaling.output.is_for_people();
    each::print_sections(&answers, if is_for_people { output } else { &mut beside })?;
    let mut jobs = Vec::new();
    for Answer { member, ended, .. } in answers {
        let label = member.label.clone();
        match (ended, works.remove(&label)) {
            (Err(error), _) => outcomes.add(label, Ended::Failed(error)),
            (Ok(_), Some(work)) => jobs.push((label.clone(), Work { label: Some(label), ..work })),
            (Ok(Outcome::Done), None) => outcomes.add(label, Ended::Done(Outcome::Done, "unchanged".into())),
            (Ok(outcome), None) => outcomes.add(label, Ended::Done(outcome, "refused".into())),
        }
    }
    let shown = if is_for_people { &mut *output } else { &mut beside };
    if outcomes.len() > 0 {
        shown.line("Left as they are:")?;
        outcomes.print(shown)?;
        shown.line("")?;
    }
    if !jobs.is_empty() {
        let objects: usize = jobs.iter().map(|(_, work)| work.writes()).sum();
        let [objects, clusters] = [(objects, "object"), (jobs.len(), "cluster")]
            .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        shown.line(&format!("{objects} of {clusters} to be {word}"))?;
    }
    let said = beside.into_captured();
    [said.answer, said.notes].iter().flat_map(|it| it.lines()).for_each(|line| output.note(line));
    Ok(jobs)
}
