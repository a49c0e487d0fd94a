//! A webhook on real sockets whose decisions end only when they may.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use jiff::Timestamp;
use profile_webhook::{admission::decide, limits::Limits, service::Service, settings::Settings};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::server::Start;

/// A webhook whose decisions tell when they begin, and end only when they may.
pub(crate) struct Held {
    pub(crate) start: Start,
    pub(crate) begun: UnboundedReceiver<()>,
    pub(crate) go_on: mpsc::Sender<()>,
}

impl Held {
    pub(crate) fn with(limits: Limits) -> Self {
        let limits = Limits { bytes_in_place: 0, ..limits };
        let (begin, begun) = unbounded_channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let may_go_on = Arc::new(Mutex::new(may_go_on));
        let service = Box::new(move |limits| {
            Service::deciding(
                move |body| {
                    begin.send(()).unwrap();
                    // The limit makes a fault a failed test and not one that hangs.
                    may_go_on.lock().unwrap().recv_timeout(Duration::from_secs(60)).unwrap();
                    decide(body, &Settings::default(), Timestamp::now())
                },
                limits,
            )
        });
        Self { start: Start { service, ..Start::with(limits) }, begun, go_on }
    }
}
