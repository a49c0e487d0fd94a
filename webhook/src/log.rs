//! The log: one JSON object a line on stderr, which never makes a review wait.
//!
//! A pipe that nobody empties stops whoever writes into it, and one that was closed is an error with each line. A guard that
//! stands in the way of all writes must not hang on its log, so a thread of its own writes: lines wait for it in a queue that has
//! an end, and behind a full one they are lost, counted, and told as a number.

use std::{
    io::{self, Write},
    panic::PanicHookInfo,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use tracing::{error, level_filters::LevelFilter, warn};
use tracing_subscriber::{
    EnvFilter, filter::filter_fn, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// Lines that wait to be written; with what a user and an object may be called they come to less than a megabyte.
const WAITING: usize = 1024;

/// Bytes that are written at once.
const MOST: usize = 32 * 1024;

/// How long the end waits for the lines that are left.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the thread is told.
enum Told {
    Line(Vec<u8>),
    /// Say here when all that came before is written.
    Flush(SyncSender<()>),
}

/// Hands lines to the thread that writes them.
#[derive(Clone)]
pub(crate) struct Log {
    queue: SyncSender<Told>,
    lost: Arc<AtomicU64>,
}

/// Starts to log; `RUST_LOG` changes the level.
pub(crate) fn start() -> Log {
    let (queue, told) = sync_channel(WAITING);
    let log = Log { queue, lost: Arc::default() };
    let lost = Arc::clone(&log.lost);
    // Without a thread nothing is logged, and all else works.
    let _ = thread::Builder::new().name("log".to_owned()).spawn(move || write(&told, &lost, io::stderr()));
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(log.clone());
    // The client of the API server logs a whole answer that it cannot read, and it reads a Secret. What matters of it is told by
    // whoever asked.
    lines.finish().with(filter_fn(|line| !line.target().starts_with("kube_client"))).init();
    log
}

/// Says where the program panicked, and not in which words: they may quote what was being read.
pub(crate) fn panicked(panic: &PanicHookInfo<'_>) {
    error!(place = panic.location().map(ToString::to_string), "a bug: the program panicked");
}

impl Log {
    /// Waits until what was logged is written, but not for ever.
    pub(crate) fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.queue.try_send(Told::Flush(done)).is_ok() {
            // A pipe that nobody empties keeps its lines.
            let _ = wait.recv_timeout(PATIENCE);
        }
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

/// Each write is one whole line.
impl Write for &Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Told::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what comes, as many lines at once as there are. Nobody is left to hear that it could not be written.
fn write(told: &Receiver<Told>, lost: &AtomicU64, mut to: impl Write) {
    let mut lines = Vec::new();
    loop {
        let next = match told.try_recv() {
            Ok(next) => next,
            // While it was written there may have come more.
            Err(_) if !lines.is_empty() => {
                put(&mut lines, &mut to);
                continue;
            }
            Err(_) => {
                let lost = lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    // The queue is empty, so there is room for it.
                    warn!(lines = lost, "lines of the log were lost, because nobody took them");
                }
                let Ok(next) = told.recv() else { return };
                next
            }
        };
        match next {
            Told::Line(line) => lines.extend_from_slice(&line),
            Told::Flush(done) => {
                put(&mut lines, &mut to);
                // Whoever waited may be gone.
                let _ = done.try_send(());
            }
        }
        if lines.len() >= MOST {
            put(&mut lines, &mut to);
        }
    }
}

fn put(lines: &mut Vec<u8>, to: &mut impl Write) {
    let _ = to.write_all(lines);
    lines.clear();
}

#[cfg(test)]
mod tests {
    use std::{panic, sync::Mutex};

    use tracing::subscriber;

    use super::*;

    /// What was written, each write by itself.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<String>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(log: &Log, text: &str) {
        let mut log = log;
        assert_eq!(log.write(text.as_bytes()).unwrap(), text.len());
    }

    #[test]
    fn a_panic_is_a_line_that_says_where_and_quotes_nothing() {
        let written = Written::default();
        let to = written.clone();
        let lines = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || to.clone()).finish();
        // Tests that run beside this one keep their words.
        let (own, usual) = (thread::current().id(), panic::take_hook());
        panic::set_hook(Box::new(move |it| if thread::current().id() == own { panicked(it) } else { usual(it) }));
        let ended = subscriber::with_default(lines, || panic::catch_unwind(|| assert_eq!("hunter2", "")));
        assert!(ended.is_err());
        let lines = written.0.lock().unwrap().concat();
        assert!(lines.contains("a bug: the program panicked") && lines.contains("log.rs:"), "{lines}");
        assert!(!lines.contains("hunter2"), "{lines}");
    }

    #[test]
    fn lines_that_wait_are_written_together_and_in_their_order() {
        let (queue, told) = sync_channel(WAITING);
        let log = Log { queue, lost: Arc::default() };
        ["a\n", "b\n", "c\n"].iter().for_each(|text| line(&log, text));
        drop(log);
        let written = Written::default();
        write(&told, &AtomicU64::new(0), written.clone());
        assert_eq!(*written.0.lock().unwrap(), ["a\nb\nc\n"]);
    }

    #[test]
    fn lines_over_the_limit_are_counted_and_keep_nobody_waiting() {
        let (queue, _told) = sync_channel(2);
        let log = Log { queue, lost: Arc::default() };
        ["a\n", "b\n", "c\n", "d\n"].iter().for_each(|text| line(&log, text));
        assert_eq!(log.lost.load(Ordering::Relaxed), 2);
        // There is no room for it either, and nobody waits for that.
        log.flush();
    }
}
