//! What a program says, line by line, for as long as somebody takes it.

use std::{
    io::{BufRead as _, BufReader, Lines},
    process::ChildStderr,
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::Value;

/// The log of a program that runs.
pub struct Log {
    said: Arc<Mutex<Said>>,
    taker: Arc<Taker>,
    reader: JoinHandle<()>,
}

/// What it said so far, and how much of it was waited for.
#[derive(Debug, Default)]
struct Said {
    lines: Vec<Value>,
    seen: usize,
}

/// Whether the next line is taken.
#[derive(Default)]
struct Taker {
    taking: Mutex<Taking>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Taking {
    #[default]
    On,
    Held,
    Closed,
}

impl Log {
    /// Takes what a program says until it says that it serves: that line, and the log.
    pub(super) fn until_it_serves(stderr: ChildStderr) -> (Value, Self) {
        let mut said = BufReader::new(stderr).lines();
        let mut lines: Vec<Value> = Vec::new();
        while lines.last().is_none_or(|line| line["message"] != "serving") {
            let line = said.next().unwrap_or_else(|| panic!("it ended: {lines:?}")).unwrap();
            lines.push(serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}")));
        }
        let serving = lines[lines.len() - 1].clone();
        let (kept, taker) = (Arc::new(Mutex::new(Said { lines, seen: 0 })), Arc::<Taker>::default());
        let (all, asked) = (Arc::clone(&kept), Arc::clone(&taker));
        (serving, Self { said: kept, taker, reader: thread::spawn(move || take(said, &all, &asked)) })
    }

    /// The lines that say this.
    pub fn said(&self, message: &str) -> Vec<Value> {
        self.said.lock().unwrap().lines.iter().filter(|line| says(line, message)).cloned().collect()
    }

    /// Waits until a line says this, behind what was waited for before.
    pub async fn wait_for(&self, message: &str) -> Value {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            {
                let mut said = self.said.lock().unwrap();
                let seen = said.seen;
                if let Some(index) = said.lines[seen..].iter().position(|line| says(line, message)) {
                    said.seen += index + 1;
                    return said.lines[seen + index].clone();
                }
                assert!(Instant::now() < end, "it did not say {message:?} but {:?}", said.lines);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The lines behind the one that was last waited for.
    pub fn since(&self) -> Vec<Value> {
        let said = self.said.lock().unwrap();
        said.lines[said.seen..].to_vec()
    }

    /// Takes one further line and then none, while the program goes on to write.
    pub fn hold(&self) {
        self.taker.set(Taking::Held);
    }

    /// Takes lines again.
    pub fn go_on(&self) {
        self.taker.set(Taking::On);
    }

    /// Closes the end that is read behind the next line.
    pub fn close(&self) {
        self.taker.set(Taking::Closed);
    }

    /// Whether the end that is read is closed.
    pub fn is_closed(&self) -> bool {
        self.reader.is_finished()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.close();
    }
}

impl Taker {
    fn set(&self, taking: Taking) {
        *self.taking.lock().unwrap() = taking;
        self.changed.notify_all();
    }

    /// Waits while lines are held; whether to take another one.
    fn goes_on(&self) -> bool {
        let taking = self.taking.lock().unwrap();
        *self.changed.wait_while(taking, |taking| *taking == Taking::Held).unwrap() == Taking::On
    }
}

/// Takes lines to the end, or a full pipe would stop the program. Not all of them are JSON.
fn take(lines: Lines<BufReader<ChildStderr>>, said: &Mutex<Said>, taker: &Taker) {
    for line in lines.map_while(Result::ok) {
        let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
        said.lock().unwrap().lines.push(line);
        if !taker.goes_on() {
            return;
        }
    }
}

fn says(line: &Value, message: &str) -> bool {
    line["message"].as_str().is_some_and(|it| it.contains(message))
}
