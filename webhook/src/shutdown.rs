//! Turns signals into the phases of the server's end.

use std::{future, io};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::info;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serve,
    Drain,
    Abort,
}

/// What the server listens to: nothing, then drain, then abort.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<Phase>);

/// The other end: each call goes one phase on.
#[derive(Debug)]
pub struct Trigger(watch::Sender<Phase>);

impl Shutdown {
    /// A shutdown that a [`Trigger`] drives.
    pub fn channel() -> (Trigger, Self) {
        let (sender, receiver) = watch::channel(Phase::Serve);
        (Trigger(sender), Self(receiver))
    }

    /// A shutdown that SIGTERM and SIGINT drive: the first drains, the second aborts.
    ///
    /// # Errors
    ///
    /// When the signals cannot be listened to.
    pub fn on_signals() -> io::Result<Self> {
        let (trigger, shutdown) = Self::channel();
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                info!("asked to stop; ask again to abort");
                trigger.advance();
            }
        });
        Ok(shutdown)
    }

    /// Waits until the server should drain.
    pub(crate) async fn draining(&mut self) {
        self.reached(Phase::Drain).await;
    }

    /// Waits until the server should abort.
    pub(crate) async fn aborted(&mut self) {
        self.reached(Phase::Abort).await;
    }

    async fn reached(&mut self, phase: Phase) {
        if self.0.wait_for(|current| *current >= phase).await.is_err() {
            // Nobody is left who could ask.
            future::pending::<()>().await;
        }
    }
}

impl Trigger {
    /// Goes one phase on: from serving to draining, from draining to aborting.
    pub fn advance(&self) {
        self.0.send_modify(|phase| {
            *phase = match phase {
                Phase::Serve => Phase::Drain,
                Phase::Drain | Phase::Abort => Phase::Abort,
            };
        });
    }
}
