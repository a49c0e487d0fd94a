//! Prints the whole proof of one orphan for people.

use jiff::Timestamp;
use profile_core::orphans::{Excluded, LastRendered, Orphan, Source, Write, writes};

use super::{age::age, labelled, passed, scaled_down};
use crate::{cleanup::search::Search, error::Error, output::Output};

pub(super) fn orphan(search: &Search, orphan: &Orphan, now: Timestamp, output: &mut Output) -> Result<(), Error> {
    output.line(&labelled(&orphan.identity))?;
    output.line(&format!("Confidence:  {}", orphan.confidence.as_str()))?;
    if search.sees_live {
        output.line(&format!("Uid:         {}", orphan.uid.as_deref().unwrap_or("<unknown>")))?;
        let created = orphan.created.as_deref().unwrap_or("<unknown>");
        output.line(&format!("Created:     {created} ({} ago)", age(orphan.created.as_deref(), now)))?;
        let replicas = orphan.replicas.map(|it| format!("Replicas:    {it}"));
        replicas.into_iter().try_for_each(|it| output.line(&it))?;
    }
    section(output, "Evidence", &orphan.evidence)?;
    section(output, "Rendered by", &orphan.rendered_by.iter().map(rendered).collect::<Vec<_>>())?;
    rendered_now(search, "Rendered now, without it", output)?;
    let live = search.live(&orphan.identity).filter(|_| search.sees_live);
    let Some(live) = live else {
        return output.line("Live:\n  not visible here");
    };
    section(output, "Written by", &writes(live).iter().map(write).collect::<Vec<_>>())?;
    section(output, "Used by", &orphan.used_by.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let holds = orphan.holds.to_string();
    section(output, "Holds", &[holds].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>())?;
    let record = scaled_down(search, orphan);
    let notes: Vec<_> = orphan.note.map(str::to_owned).into_iter().chain(record).collect();
    section(output, "Notes", &notes)?;
    section(output, "What would have left it out, and does not", &passed(orphan, live))?;
    unseen(search, output)
}

pub(super) fn excluded(search: &Search, excluded: &Excluded, output: &mut Output) -> Result<(), Error> {
    output.line(&format!("{} is no orphan: {}", labelled(&excluded.identity), excluded.reason))?;
    rendered_now(search, "Rendered now, without it", output)?;
    if let Some(live) = search.live(&excluded.identity) {
        section(output, "Written by", &writes(live).iter().map(write).collect::<Vec<_>>())?;
    }
    unseen(search, output)
}

fn section(output: &mut Output, title: &str, lines: &[String]) -> Result<(), Error> {
    output.line(&format!("{title}:"))?;
    if lines.is_empty() {
        output.line("  <none>")?;
    }
    lines.iter().try_for_each(|line| output.line(&format!("  {line}")))
}

fn rendered_now(search: &Search, title: &str, output: &mut Output) -> Result<(), Error> {
    let packs = search.now.packs.iter().map(|it| {
        let objects = it.outcome.as_ref().map(|rendered| format!(", {}", objects(rendered.objects.len())));
        format!("pack {} of {}: {}{}", it.pack, it.profile, it.how(), objects.unwrap_or_default())
    });
    section(output, title, &packs.collect::<Vec<_>>())
}

fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

fn rendered(it: &LastRendered) -> String {
    let LastRendered { profile, pack, manifest, .. } = it;
    match it.source {
        Source::Revision(number) => format!("revision {number}: {profile}, pack {pack}, manifest {manifest}"),
        Source::Published => format!("{profile} as published: pack {pack}, manifest {manifest}"),
    }
}

fn write(it: &Write) -> String {
    let part = it.subresource.as_ref().map(|it| format!(" of {it}")).unwrap_or_default();
    let time = it.time.as_deref().unwrap_or("an unknown time");
    format!("{} ({}{part}) at {time}", it.manager, it.operation)
}

fn unseen(search: &Search, output: &mut Output) -> Result<(), Error> {
    let lines: Vec<_> = search.not_visible().cloned().collect();
    if !lines.is_empty() {
        section(output, "Not visible", &lines)?;
    }
    output.note(&format!("{} requests to the API server", search.requests));
    Ok(())
}
