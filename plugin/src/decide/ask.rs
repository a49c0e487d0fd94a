//! Asks for each open override, as `git add -p` asks for each hunk.

use std::collections::BTreeMap;

use profile_core::{
    diff::{self, Tag},
    mask::{Context, Secrets},
    merge::{Decisions, Merged, Override, Part, Resolution, Verdict},
    profile::AttachedProfile,
};

use super::{
    editor::{self, Buffer},
    sides::{self, Sight},
    value,
};
use crate::{
    error::{Error, Kind},
    output::Output,
    shell::quoted,
};

/// What is asked about.
pub(crate) struct Question<'a> {
    /// The profile as the cluster has it, for the diff around a place.
    pub(crate) current: &'a AttachedProfile<'a>,
    /// The merge with its open overrides.
    pub(crate) merged: &'a Merged,
    /// What the published versions say to be secret.
    pub(crate) known: &'a Context,
    /// Whether secrets are shown.
    pub(crate) show_secrets: bool,
    /// What is said beside the sides of a place, line by line: the other clusters that the answer is for.
    pub(crate) beside: &'a BTreeMap<String, Vec<String>>,
}

impl Question<'_> {
    fn pending(&self) -> AttachedProfile<'_> {
        AttachedProfile::new(&self.merged.content, "pending".into())
    }

    /// What may be shown of an override, as far as both sides of its pack tell.
    fn sight(&self, it: &Override) -> Sight {
        let side = |profile: &AttachedProfile<'_>| {
            let packs = profile.packs();
            let named = packs.iter().filter(|pack| Some(&*pack.name()) == it.pack.as_deref()).map(Context::of_pack);
            named.fold(Context::of_profile(profile), Context::and)
        };
        let secrets = if self.show_secrets { Secrets::Shown } else { Secrets::Hidden };
        Sight { secrets, context: side(self.current).and(side(&self.pending())).and(self.known.clone()) }
    }
}

/// How the asking ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing is open any more: merge again with the decisions.
    Decided,
    /// The user wants the whole pending configuration in an editor; some of the decisions may be made already.
    Edit,
}

/// The person who decides. A line of text is all that is needed of a prompt: libraries for prompts put the terminal into
/// raw mode and write to it themselves, past [`Output`].
trait Person {
    fn tell(&mut self, line: &str);
    async fn ask(&mut self, prompt: &str) -> Result<Option<String>, Error>;
    fn editor(&self) -> Result<Vec<String>, Error>;
}

impl Person for Output {
    fn tell(&mut self, line: &str) {
        self.note(line);
    }

    async fn ask(&mut self, prompt: &str) -> Result<Option<String>, Error> {
        Self::ask(self, prompt).await
    }

    fn editor(&self) -> Result<Vec<String>, Error> {
        editor::chosen()
    }
}

/// Completes `decisions` by asking. Fails with `Kind::DecisionNeeded` where nobody can be asked, and with `Kind::Usage`
/// where the user quits, as a no to any other question does.
pub(crate) async fn ask(
    question: &Question<'_>,
    decisions: &mut Decisions,
    output: &mut Output,
) -> Result<Answer, Error> {
    if question.merged.open().next().is_none() {
        return Ok(Answer::Decided);
    }
    if !output.is_interactive() {
        return Err(needed(question));
    }
    output.flush()?;
    converse(question, decisions, output).await
}

/// The error that lists what is open, each with its sides and with the flags that decide it.
fn needed(question: &Question<'_>) -> Error {
    let open: Vec<_> = question.merged.open().collect();
    let what = if open.len() == 1 { "1 override needs".into() } else { format!("{} overrides need", open.len()) };
    let mut message = format!("{what} a decision, and there is no terminal to ask on:");
    for it in &open {
        message.push_str(&format!("\n  {}: {}", sides::kind(it.verdict), it.place()));
        sides::lines(it, &question.sight(it)).iter().for_each(|line| message.push_str(&format!("\n    {line}")));
    }
    let mut error = Error::new(Kind::DecisionNeeded, message);
    if open.iter().any(|it| sides::is_hidden(it, &question.sight(it))) {
        error = error.hint(sides::HIDDEN);
    }
    if open.iter().any(|it| is_decided_by_side(it.verdict) && it.refused.is_none()) {
        error = error.hint(
            "--on-conflict=override keeps what the cluster sets, --on-conflict=profile takes what is published; \
             --resolve FILE decides place by place",
        );
    }
    if open.iter().any(|it| it.refused.is_some()) {
        error = error.hint(
            "what cannot be put into the profile's text is written by hand, --edit on a terminal, or left to the profile, \
             --on-conflict=profile or --resolve FILE",
        );
    }
    if open.iter().any(|it| it.verdict == Verdict::Masked) {
        error = error.hint(
            "what is masked takes a value of its own: --resolve FILE, and a profile variable also --vars-from FILE",
        );
    }
    for it in open.iter().filter(|it| it.verdict == Verdict::Lost) {
        error = error.hint(format!("--accept-loss {} lets it go", quoted(&it.place())));
    }
    error.hint("nothing was written")
}

fn is_decided_by_side(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Conflict | Verdict::TypeChanged | Verdict::UnknownBase)
}

async fn converse(
    question: &Question<'_>,
    decisions: &mut Decisions,
    person: &mut impl Person,
) -> Result<Answer, Error> {
    let open: Vec<_> = question.merged.open().collect();
    let mut rest = None;
    let mut told_of_secrets = false;
    for (at, it) in open.iter().enumerate() {
        if let Some(side) = &rest
            && choices(it).contains(side)
        {
            decide(it, side, decisions);
            continue;
        }
        person.tell("");
        person.tell(&format!("{} {} of {}: {}", sides::kind(it.verdict), at + 1, open.len(), it.place()));
        let sight = question.sight(it);
        let beside = question.beside.get(&it.place()).into_iter().flatten();
        sides::lines(it, &sight).iter().chain(beside).for_each(|line| person.tell(&format!("  {line}")));
        if !told_of_secrets && sides::is_hidden(it, &sight) {
            person.tell(&format!("  {}", sides::HIDDEN));
            told_of_secrets = true;
        }
        loop {
            let Some(answer) = person.ask(&prompt(it)).await? else { return Err(quit()) };
            let Some(choice) = Choice::of(&answer).filter(|choice| choices(it).contains(choice)) else {
                help(it).iter().for_each(|line| person.tell(line));
                continue;
            };
            match choice {
                Choice::Override | Choice::Profile | Choice::Lose => decide(it, &choice, decisions),
                Choice::AllOverride | Choice::AllProfile => {
                    let side = if choice == Choice::AllOverride { Choice::Override } else { Choice::Profile };
                    decide(it, &side, decisions);
                    rest = Some(side);
                }
                Choice::Edit => match edit_value(it, &question.sight(it), person).await? {
                    Some(value) => {
                        decisions.by_place.insert(it.place(), Resolution::Value(value));
                    }
                    None => continue,
                },
                Choice::EditAll => return Ok(Answer::Edit),
                Choice::Show => {
                    show(question, it).iter().for_each(|line| person.tell(line));
                    continue;
                }
                Choice::Quit => return Err(quit()),
                Choice::Help => {
                    help(it).iter().for_each(|line| person.tell(line));
                    continue;
                }
            }
            break;
        }
    }
    Ok(Answer::Decided)
}

fn quit() -> Error {
    Error::usage("quit before everything was decided; nothing was written")
}

fn decide(it: &Override, side: &Choice, decisions: &mut Decisions) {
    match side {
        Choice::Override => drop(decisions.by_place.insert(it.place(), Resolution::Override)),
        Choice::Profile => drop(decisions.by_place.insert(it.place(), Resolution::Profile)),
        _ => drop(decisions.accepted_losses.insert(it.place())),
    }
}

/// What can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Override,
    Profile,
    Lose,
    Edit,
    Show,
    AllOverride,
    AllProfile,
    EditAll,
    Quit,
    Help,
}

impl Choice {
    const ALL: [(char, Self, &'static str); 10] = [
        ('o', Self::Override, "keep what the cluster sets"),
        ('p', Self::Profile, "take what the profile publishes"),
        ('l', Self::Lose, "accept that this override is lost: the profile has nothing there any more"),
        ('e', Self::Edit, "write another value in your editor"),
        ('s', Self::Show, "show the pending change of this pack"),
        ('O', Self::AllOverride, "keep what the cluster sets, here and at every conflict after it"),
        ('P', Self::AllProfile, "take what the profile publishes, here and at every conflict after it"),
        ('E', Self::EditAll, "open the whole pending configuration in your editor"),
        ('q', Self::Quit, "quit and write nothing"),
        ('?', Self::Help, "print this help"),
    ];

    /// The choice that an answer names, by its letter or by its word.
    fn of(answer: &str) -> Option<Self> {
        let word = match answer {
            "override" => "o",
            "profile" => "p",
            "loss" => "l",
            "edit" => "e",
            "show" => "s",
            "quit" => "q",
            letter => letter,
        };
        Self::ALL.into_iter().find(|(letter, ..)| word.chars().eq([*letter])).map(|(_, choice, _)| choice)
    }
}

/// What can be answered about this override.
fn choices(it: &Override) -> Vec<Choice> {
    let mut choices = vec![Choice::Show, Choice::EditAll, Choice::Quit, Choice::Help];
    if it.verdict == Verdict::Lost {
        choices.push(Choice::Lose);
        return choices;
    }
    // A mask is never written, and so it is no side to take.
    let is_masked = |side: &Option<serde_json::Value>| {
        it.verdict == Verdict::Masked && side.as_ref().is_some_and(value::holds_mask)
    };
    if !is_masked(&it.own) && it.refused.is_none() {
        choices.extend([Choice::Override, Choice::AllOverride]);
    }
    if !is_masked(&it.target) {
        choices.extend([Choice::Profile, Choice::AllProfile]);
    }
    if it.part != Part::Pack && it.refused.is_none() {
        choices.push(Choice::Edit);
    }
    choices
}

fn prompt(it: &Override) -> String {
    let choices = choices(it);
    let words = [
        (Choice::Override, "[o]verride"),
        (Choice::Profile, "[p]rofile"),
        (Choice::Lose, "accept [l]oss"),
        (Choice::Edit, "[e]dit"),
        (Choice::Show, "[s]how"),
        (Choice::Quit, "[q]uit"),
        (Choice::Help, "[?]"),
    ];
    // By hand is the one way to keep what the profile's text cannot take.
    let by_hand = it.refused.is_some().then_some((Choice::EditAll, "[E]dit all"));
    let words = by_hand.into_iter().chain(words).filter(|(choice, _)| choices.contains(choice));
    let words: Vec<_> = words.map(|(_, word)| word).collect();
    let verb = if it.verdict == Verdict::Lost { "" } else { "Take " };
    let text = format!("{verb}{}: ", words.join(", "));
    text[..1].to_uppercase() + &text[1..]
}

fn help(it: &Override) -> Vec<String> {
    let choices = choices(it);
    let known = Choice::ALL.iter().filter(|(_, choice, _)| choices.contains(choice));
    known.map(|(letter, _, what)| format!("{letter} - {what}")).collect()
}

/// Lines of context around each change.
const AROUND: usize = 3;

/// The change of the text that the override stands in.
fn show(question: &Question<'_>, it: &Override) -> Vec<String> {
    let text = |profile: &AttachedProfile<'_>| {
        let packs = profile.packs();
        let pack = packs.iter().find(|pack| Some(&*pack.name()) == it.pack.as_deref())?;
        match &it.part {
            Part::Manifest(name) => {
                let manifests = pack.manifests();
                manifests.iter().find(|it| it.name == *name)?.content.as_ref().map(ToString::to_string)
            }
            _ => Some(pack.values().into_owned()),
        }
    };
    let (current, pending) =
        (text(question.current).unwrap_or_default(), text(&question.pending()).unwrap_or_default());
    let sight = question.sight(it);
    let lines = diff::lines(&current, &pending, &sight.context, sight.secrets);
    let mut diff =
        vec!["--- Current".to_owned(), "+++ Pending, with the profile's side wherever nothing is decided".into()];
    for hunk in diff::hunks(&lines, AROUND) {
        diff.push(diff::header(&lines, &hunk));
        diff.extend(lines[hunk].iter().map(|line| {
            let sign = match line.tag {
                Tag::Same => ' ',
                Tag::Removed => '-',
                Tag::Added => '+',
            };
            format!("{sign}{}", line.text)
        }));
    }
    if diff.len() == 2 { vec!["the text of this pack does not change".into()] } else { diff }
}

/// Opens an editor on one value until it can be read; `None` where it was left empty.
async fn edit_value(
    it: &Override,
    sight: &Sight,
    person: &mut impl Person,
) -> Result<Option<serde_json::Value>, Error> {
    let mut header = vec![format!("{}: {}", sides::kind(it.verdict), it.place())];
    header.extend(sides::lines(it, sight).iter().map(|line| format!("  {line}")));
    header.push("Write the value as YAML below. An empty or unchanged file leads back to the question.".into());
    let first = it.own.as_ref().or(it.target.as_ref()).map(|value| sides::shown(it, value, sight));
    let mut text: String = header.iter().map(|line| format!("# {}\n", crate::output::escape::control(line))).collect();
    text.push_str(&first.unwrap_or_default());
    text.push('\n');
    let buffer = Buffer::create(person.editor()?)?;
    let opened = text.clone();
    let mut last = String::new();
    loop {
        text = super::edit::without_errors(&buffer.open(&text).await?).to_owned();
        if text == opened || super::edit::is_empty(&text) {
            buffer.discard();
            return Ok(None);
        }
        match value::read(&text) {
            Ok(value) => {
                buffer.discard();
                return Ok(Some(value));
            }
            Err(error) if last == text => {
                // The same mistake again: whoever does not put it right is asked again.
                person.tell(&format!("this value cannot be taken: {error}"));
                buffer.discard();
                return Ok(None);
            }
            Err(error) => {
                last = text;
                text = super::edit::with_errors(&[error], &last);
            }
        }
    }
}

#[cfg(test)]
mod tests;
