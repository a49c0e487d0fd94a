//! Runs a command for each cluster of a fleet, and prints what is the same once.

use std::pin::pin;

use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{
    Fleet, Member, in_order,
    outcomes::{Ended, Outcomes, listed},
};
use crate::{
    cli::Format,
    commands::Outcome,
    error::Error,
    output::{Captured, Output, width},
};

/// How the answers of many clusters stand together.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// Under the names of their clusters.
    Sections,
    /// One after the other, for pipes.
    Lines,
    /// In one document.
    Documents(Format),
}

impl From<&Format> for Layout {
    fn from(format: &Format) -> Self {
        match format {
            Format::Table | Format::Wide | Format::Html => Self::Sections,
            Format::Name => Self::Lines,
            format => Self::Documents(format.clone()),
        }
    }
}

/// What a command said and did for one cluster.
pub(crate) struct Answer<'f> {
    pub(crate) member: &'f Member,
    pub(crate) captured: Captured,
    pub(crate) ended: Result<Outcome, Error>,
}

/// Runs `command` for every cluster: directly where it is one, else several at a time, each with an output of its own.
///
/// For people the clusters with the same answer stand together. For machines there is one list with the document of each.
/// A cluster that fails spoils nothing but the exit code. `word` names what was done, such as `shown`.
pub(crate) async fn each<'f>(
    fleet: &'f Fleet,
    layout: impl Into<Layout>,
    word: &str,
    output: &mut Output,
    command: impl AsyncFn(&'f Member, &mut Output) -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    fleet.doubles.iter().for_each(|it| output.note(it));
    let layout = layout.into();
    // Who selects gets a list, also where one cluster is left: a pipeline reads it the same way tomorrow.
    let is_list = fleet.is_selected && matches!(layout, Layout::Documents(_));
    if let Some(member) = fleet.single().filter(|_| !is_list) {
        return command(member, output).await;
    }
    let answers = run(fleet, output, command).await;
    if matches!(layout, Layout::Sections) {
        print_sections(&answers, output)?;
    } else {
        for Answer { member, captured, .. } in &answers {
            output.text(&captured.answer)?;
            captured.notes.lines().for_each(|line| output.note(&format!("{}: {line}", member.label)));
        }
    }
    let documents: Vec<_> = answers
        .iter()
        .flat_map(|Answer { member, captured, .. }| {
            captured.documents.iter().map(|document| json!({"cluster": member.label, "document": document}))
        })
        .collect();
    let mut outcomes = Outcomes::default();
    for Answer { member, ended, .. } in answers {
        let ended = ended.map_or_else(Ended::Failed, |outcome| Ended::Done(outcome, word_of(outcome, word).to_owned()));
        outcomes.add(member.label.clone(), ended);
    }
    for (label, error) in &fleet.unseen {
        outcomes.add(label.clone(), Ended::Failed(error.copy()));
    }
    match layout {
        Layout::Documents(format @ Format::CustomColumns(..)) => {
            let items: Vec<_> = documents.iter().flat_map(items).collect();
            output.document(&format, "List", json!({"items": items}))?;
            outcomes.failed().for_each(|(label, error)| output.warning(&format!("{label}: {error}")));
        }
        Layout::Documents(format) => {
            output.document(&format, "List", json!({"items": documents, "outcomes": outcomes.document()}))?;
        }
        Layout::Sections if !outcomes.is_fine() => outcomes.print(output)?,
        Layout::Lines => outcomes.failed().for_each(|(label, error)| output.warning(&format!("{label}: {error}"))),
        Layout::Sections => {}
    }
    Ok(outcomes.exit())
}

/// What the document of one cluster lists, or the document where it lists nothing, with the cluster's name: columns are of things
/// and not of lists.
fn items(of_cluster: &Value) -> Vec<Value> {
    let (cluster, document) = (&of_cluster["cluster"], &of_cluster["document"]);
    let mut items = document["items"].as_array().cloned().unwrap_or_else(|| vec![document.clone()]);
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.entry("cluster").or_insert_with(|| cluster.clone());
    }
    items
}

/// Runs `command` for every cluster, several at a time, each with an output of its own.
pub(crate) async fn run<'f>(
    fleet: &'f Fleet,
    output: &mut Output,
    command: impl AsyncFn(&'f Member, &mut Output) -> Result<Outcome, Error>,
) -> Vec<Answer<'f>> {
    let mut progress = output.progress();
    let shared = &*output;
    let command = &command;
    let run = |member: &'f Member| async move {
        let mut own = shared.captured();
        let ended = command(member, &mut own).await;
        Answer { member, captured: own.into_captured(), ended }
    };
    let mut running = pin!(fleet.read(run));
    let mut answers = Vec::new();
    while let Some(answer) = running.next().await {
        answers.push(answer);
        progress.count(answers.len(), fleet.members.len(), "clusters");
    }
    in_order(answers)
}

fn word_of(outcome: Outcome, word: &str) -> &str {
    match outcome {
        Outcome::Done => word,
        Outcome::Differences => "differs",
        Outcome::Unchanged => "unchanged",
        Outcome::Refused => "refused",
        Outcome::Partial => "part refused",
        Outcome::Code(_) => "failed",
    }
}

/// Each answer once, under the names of the clusters that gave it.
pub(crate) fn print_sections(answers: &[Answer<'_>], output: &mut Output) -> Result<(), Error> {
    let mut groups: Vec<(Captured, &Captured, Vec<&str>)> = Vec::new();
    for Answer { member, captured, .. } in answers {
        // What differs in nothing but the cluster's name is one answer.
        let name = format!("{:?}", member.cluster.cluster().name());
        let unnamed = |text: &str| text.replace(&name, "…");
        let key = Captured {
            answer: unnamed(&captured.answer),
            notes: unnamed(&captured.notes),
            documents: captured.documents.clone(),
        };
        match groups.iter_mut().find(|(known, ..)| *known == key) {
            Some((.., labels)) => labels.push(&member.label),
            None => groups.push((key, captured, vec![&member.label])),
        }
    }
    let groups = groups.iter().map(|(key, own, labels)| (if labels.len() == 1 { own } else { key }, labels));
    let mut groups: Vec<_> = groups.filter(|(it, _)| !it.answer.is_empty() || !it.notes.is_empty()).collect();
    groups.sort_by_key(|(_, labels)| std::cmp::Reverse(labels.len()));
    for (captured, labels) in groups {
        let same = match labels.len() {
            1 => "1 cluster: ".to_owned(),
            count => format!("{count} clusters the same: "),
        };
        let names = listed(labels, width::of_terminal().saturating_sub(width::of(&same)));
        output.line(&format!("{same}{names}"))?;
        output.text(&captured.answer)?;
        output.flush()?;
        captured.notes.lines().for_each(|line| output.note(line));
        output.line("")?;
    }
    Ok(())
}
