//! The only place that writes to stdout and stderr.

use std::io::{self, BufRead, BufWriter, IsTerminal, Write};

use clap::ColorChoice;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::{
    called,
    error::{Error, Kind},
};

pub(crate) mod age;
pub(crate) mod escape;
pub(crate) mod format;
pub(crate) mod listing;
pub(crate) mod paint;
pub(crate) mod progress;
pub(crate) mod table;
pub(crate) mod trace;
pub(crate) mod warnings;
pub(crate) mod width;

use format::Format;
use paint::Paint;

/// The version of our machine output.
pub(crate) const API_VERSION: &str = "kubectl-profile.dev/v1alpha1";

/// Both streams of the program, and whether a person sits at them.
pub(crate) struct Output {
    stdout: Sink<BufWriter<io::Stdout>>,
    stderr: Sink<io::Stderr>,
    is_interactive: bool,
    paint: Paint,
    /// The documents of one that is captured.
    documents: Vec<Value>,
    /// Where one that is captured hands over what it has, whenever it is flushed.
    live: Option<Live>,
}

/// A name, and to whom what is captured under it is handed over.
type Live = (String, mpsc::UnboundedSender<(String, Captured)>);

/// Where a stream goes.
enum Sink<W> {
    Process(W),
    /// To whoever captured it.
    Memory(Vec<u8>),
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Process(stream) => stream.write(bytes),
            Self::Memory(kept) => kept.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Process(stream) => stream.flush(),
            Self::Memory(_) => Ok(()),
        }
    }
}

/// A template fits its document or not; which one it is stands in the command line.
fn unpicked(error: kubectl_jsonpath::Error) -> Error {
    Error::failed(format!("cannot print that by -o: {error}")).hint("-o json shows the document that it picks from")
}

/// What one cluster of many had to say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Captured {
    /// What would have gone to stdout; documents aside.
    pub(crate) answer: String,
    /// What would have gone to stderr.
    pub(crate) notes: String,
    /// The documents that would have been printed, with their `kind`.
    pub(crate) documents: Vec<Value>,
}

impl Output {
    /// The process's own streams.
    pub(crate) fn to_terminal(color: ColorChoice) -> Self {
        let is_interactive = io::stdin().is_terminal() && io::stderr().is_terminal();
        // `auto` asks NO_COLOR, CLICOLOR, CLICOLOR_FORCE and TERM, and whether stdout is a terminal.
        let is_on = match color {
            ColorChoice::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        let stdout = Sink::Process(BufWriter::new(io::stdout()));
        let stderr = Sink::Process(io::stderr());
        Self { stdout, stderr, is_interactive, paint: Paint { is_on }, documents: Vec::new(), live: None }
    }

    /// One for a cluster of many: it keeps what is said, and there is nobody to ask.
    pub(crate) fn captured(&self) -> Self {
        let (stdout, stderr) = (Sink::Memory(Vec::new()), Sink::Memory(Vec::new()));
        Self { stdout, stderr, is_interactive: false, paint: self.paint, documents: Vec::new(), live: None }
    }

    /// The same, and what it keeps is handed over whenever it is flushed: for work that takes a while.
    pub(crate) fn captured_live(&self, live: Live) -> Self {
        Self { live: Some(live), ..self.captured() }
    }

    /// What was captured.
    pub(crate) fn into_captured(self) -> Captured {
        fn text<W>(sink: Sink<W>) -> String {
            let Sink::Memory(bytes) = sink else { return String::new() };
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Captured { answer: text(self.stdout), notes: text(self.stderr), documents: self.documents }
    }

    /// How stdout is coloured.
    pub(crate) fn paint(&self) -> Paint {
        self.paint
    }

    /// Prints text of ours, whose foreign parts are escaped already.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Error> {
        Ok(self.stdout.write_all(text.as_bytes())?)
    }

    /// Prints text that is not ours: as it is, but what drives a terminal does not reach one.
    pub(crate) fn foreign(&mut self, text: &str) -> Result<(), Error> {
        let is_shown = matches!(self.stdout, Sink::Process(_)) && io::stdout().is_terminal();
        let text = if is_shown { escape::control(text) } else { text.into() };
        self.text(&text)
    }

    /// Prints one line; control characters in it do not reach the terminal.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Error> {
        Ok(writeln!(self.stdout, "{}", escape::control(line))?)
    }

    /// Prints a document with `apiVersion` and `kind` in front, or what a format picks from it.
    pub(crate) fn document(&mut self, format: &Format, kind: &str, fields: impl Serialize) -> Result<(), Error> {
        let unprintable = |error: &dyn std::fmt::Display| Error::failed(format!("cannot print {kind}: {error}"));
        let mut document = serde_json::json!({"apiVersion": API_VERSION, "kind": kind});
        if let (Value::Object(document), Value::Object(fields)) =
            (&mut document, serde_json::to_value(fields).map_err(|error| unprintable(&error))?)
        {
            document.extend(fields);
        }
        if let Sink::Memory(_) = self.stdout {
            self.documents.push(document);
            return Ok(());
        }
        let json = || serde_json::to_string_pretty(&document).map_err(|error| unprintable(&error));
        let text = match format {
            Format::Yaml => {
                let yaml = serde_saphyr::to_string(&document).map_err(|error| unprintable(&error))?;
                // Plain scalars have no escapes; JSON has them, and is YAML as well.
                if escape::is_harmless(&yaml) { yaml } else { escape::json(&json()?) + "\n" }
            }
            Format::JsonPath(template) => return self.foreign(&template.print(&document).map_err(unpicked)?),
            Format::JsonPathAsJson(template) => escape::json(&template.print_as_json(&document).map_err(unpicked)?),
            Format::CustomColumns(columns, headers) => {
                let (names, rows) = columns.rows(&document).map_err(unpicked)?;
                table::lines(&names, &rows, *headers, &mut Vec::new())
            }
            Format::Json | Format::Table | Format::Wide | Format::Name | Format::Html => escape::json(&json()?) + "\n",
        };
        self.text(&text)
    }

    /// Says something beside the answer, on stderr.
    pub(crate) fn note(&mut self, line: &str) {
        // A closed stderr is no reason to stop working.
        let _ = writeln!(self.stderr, "{}", escape::control(line));
    }

    /// Warns on stderr.
    pub(crate) fn warning(&mut self, line: &str) {
        self.note(&format!("Warning: {line}"));
    }

    /// Prints an error and its hints, after everything that was printed before it.
    pub(crate) fn error(&mut self, error: &Error) {
        if error.kind == Kind::BrokenPipe {
            return;
        }
        let _ = self.stdout.flush();
        // As kubectl says it, so that whoever reads its errors by a program reads these.
        let who = match error.reason.as_deref() {
            Some("") => "Error from server".into(),
            Some(reason) => format!("Error from server ({reason})"),
            None => "error".to_owned(),
        };
        self.note(&format!("{who}: {}", error.message));
        for hint in &error.hints {
            self.note(&format!("hint: {}", called::hinted(hint)));
        }
    }

    /// Asks for a yes on the terminal. Without one nobody can answer, and only `--yes` will do.
    pub(crate) async fn confirm(&mut self) -> Result<(), Error> {
        if !self.is_interactive {
            return Err(Error::usage("this needs a yes, and there is no terminal to ask on")
                .hint("look with --dry-run, then give --yes"));
        }
        let answer = self.ask("Do you want to continue? (y/N): ").await?.unwrap_or_default();
        let is_yes = ["y", "yes"].contains(&answer.to_ascii_lowercase().as_str());
        if is_yes { Ok(()) } else { Err(Error::new(Kind::NotConfirmed, "not confirmed; nothing was changed")) }
    }

    /// Asks for a name to be typed, for what cannot be undone: nobody types it by habit.
    pub(crate) async fn confirm_by_name(&mut self, what: &str, name: &str) -> Result<(), Error> {
        if !self.is_interactive {
            return self.confirm().await;
        }
        let answer = self.ask(&format!("Type the name of the {what} to go on: ")).await?.unwrap_or_default();
        if answer == name {
            return Ok(());
        }
        Err(Error::new(Kind::NotConfirmed, format!("not confirmed: that is not {name:?}; nothing was changed")))
    }

    /// Whether a person can be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    /// Asks for one line; `None` where the input ended instead.
    pub(crate) async fn ask(&mut self, prompt: &str) -> Result<Option<String>, Error> {
        self.flush()?;
        write!(self.stderr, "{}", escape::control(prompt))?;
        self.stderr.flush()?;
        let (sender, answer) = tokio::sync::oneshot::channel();
        // A thread of its own, so that Ctrl-C is heard while the question stands.
        std::thread::spawn(move || {
            let mut line = Vec::new();
            let read = io::stdin().lock().read_until(b'\n', &mut line);
            let line = read.map(|count| (count > 0).then(|| String::from_utf8_lossy(&line).trim().to_owned()));
            // Nobody waits any more after an interrupt.
            let _ = sender.send(line);
        });
        let read = answer.await.map_err(|_| Error::failed("cannot read the answer: its reader ended"))?;
        read.map_err(|error| Error::failed(format!("cannot read the answer: {error}")))
    }

    /// Shows on stderr what is waited for.
    pub(crate) fn progress(&mut self) -> progress::Progress {
        match self.stderr {
            Sink::Process(_) => progress::Progress::new(),
            // Those who tell for many at once show one line for all.
            Sink::Memory(_) => progress::Progress::silent(),
        }
    }

    /// Hands everything over to the terminal, the pipe, or whoever shows what is captured.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        if let (Some((name, live)), Sink::Memory(answer), Sink::Memory(notes)) =
            (&self.live, &mut self.stdout, &mut self.stderr)
        {
            let text = |kept: &mut Vec<u8>| String::from_utf8_lossy(&std::mem::take(kept)).into_owned();
            let captured = Captured { answer: text(answer), notes: text(notes), documents: Vec::new() };
            // Who no longer listens has ended, and so will this.
            let _ = live.send((name.clone(), captured));
        }
        Ok(self.stdout.flush()?)
    }

    /// Whether what is said is one cluster's among others.
    pub(crate) fn is_one_of_many(&self) -> bool {
        self.live.is_some()
    }

    /// Tells what is waited for now, where no moving line does.
    pub(crate) fn waits(&mut self, what: &str) -> Result<(), Error> {
        if self.live.is_some() {
            self.note(&format!("waiting: {what}"));
        }
        self.flush()
    }
}
