//! Scales in many clusters: shows everything first, asks once, and writes wave by wave.

use super::scaling::Scaling;
use crate::{
    commands::Outcome,
    error::{Error, Kind},
    fleet::{
        Fleet, Member,
        each::{self, Answer, Layout},
        outcomes::{Ended, Outcomes},
        waves::WaveArgs,
    },
    output::Output,
    store::DryRun,
};

/// Runs `command` for each cluster, as `scaling` says. One cluster shows, asks and writes by itself; several are shown together
/// and asked for once. With a yes given beforehand each shows its plan right before it is written.
pub(crate) async fn scale_each(
    fleet: &Fleet,
    scaling: &Scaling,
    waves: &WaveArgs,
    output: &mut Output,
    command: impl AsyncFn(&Member, &Scaling, &mut Output) -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    if fleet.single().is_some() || scaling.dry_run != DryRun::None {
        let run = async |member: &Member, output: &mut Output| command(member, scaling, output).await;
        return each::each(fleet, Layout::Sections, "looked at", output, run).await;
    }
    fleet.doubles.iter().for_each(|it| output.note(it));
    let (preview, confirmed) = (scaling.preview(), scaling.confirmed());
    let mut outcomes = Outcomes::default();
    for (label, error) in &fleet.unseen {
        outcomes.add(label.clone(), Ended::Failed(error.copy()));
    }
    let mut jobs: Vec<(String, (&Member, Option<String>))> = Vec::new();
    if scaling.yes {
        jobs.extend(fleet.members.iter().map(|it| (it.label.clone(), (it, None))));
    } else {
        let look = async |member: &Member, output: &mut Output| command(member, &preview, output).await;
        let answers = each::run(fleet, output, look).await;
        each::print_sections(&answers, output)?;
        for Answer { member, captured, ended } in answers {
            match ended {
                Ok(Outcome::Done | Outcome::Partial) => {
                    jobs.push((member.label.clone(), (member, Some(captured.answer))))
                }
                Ok(outcome) => outcomes.add(member.label.clone(), Ended::Done(outcome, "refused".into())),
                Err(error) => outcomes.add(member.label.clone(), Ended::Failed(error)),
            }
        }
        if outcomes.len() > 0 {
            output.line("Left as they are:")?;
            outcomes.print(output)?;
            output.line("")?;
        }
        if jobs.iter().all(|(_, (_, shown))| shown.as_ref().is_none_or(String::is_empty)) {
            output.note("nothing is to be scaled");
            jobs.drain(..).for_each(|(label, _)| outcomes.add(label, Ended::Done(Outcome::Done, "unchanged".into())));
            return Ok(outcomes.exit());
        }
        output.confirm().await?;
    }
    let write = async |(member, shown): (&Member, Option<String>), output: &mut Output| {
        if let Some(shown) = shown {
            let mut own = output.captured();
            command(member, &preview, &mut own).await?;
            if own.into_captured().answer != shown {
                return Err(Error::new(Kind::DecisionNeeded, "it is not what was shown any more")
                    .hint("nothing was written there; run this again"));
            }
        }
        let outcome = command(member, &confirmed, output).await?;
        Ok((outcome, if outcome == Outcome::Done { "done" } else { "part refused" }.to_owned()))
    };
    waves.run(jobs, (fleet.parallel, scaling.yes), &mut outcomes, output, write).await?;
    output.line("")?;
    outcomes.print(output)?;
    Ok(outcomes.exit())
}
