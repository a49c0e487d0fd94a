//! Things that go wrong on purpose.

use std::time::Duration;

use crate::{
    exchange::{Answer, Request},
    world::World,
};

type Predicate = Box<dyn Fn(&Request) -> bool + Send>;
type Hook = Box<dyn FnMut(&mut World) + Send>;

/// What goes wrong with a request.
pub enum Effect {
    /// This answer comes instead of the real one; the request is not handled.
    Answer(Answer),
    /// The request is handled, and half of the answer's body comes before the connection closes.
    Truncate,
    /// The connection closes; the request is not handled.
    CloseBefore,
    /// The request is handled, and the connection closes without an answer.
    CloseAfter,
    /// Nothing comes for so long, then the connection closes; the request is not handled.
    Hang(Duration),
    /// The request waits for so long and is handled then.
    Delay(Duration),
    /// This happens to the world just before the request is handled.
    Hook(Hook),
}

/// Something that goes wrong, with which requests, and how often.
pub struct Fault {
    matches: Predicate,
    skip: usize,
    times: Option<usize>,
    effect: Effect,
}

impl Fault {
    /// For requests of a method and a path as the API description writes it; once.
    pub fn on(method: &str, template: &str, effect: Effect) -> Self {
        let (method, template) = (method.to_owned(), template.to_owned());
        Self::when(move |request| request.method == method && request.template == template, effect)
    }

    /// For requests of which `matches` is true; once.
    pub fn when(matches: impl Fn(&Request) -> bool + Send + 'static, effect: Effect) -> Self {
        Self { matches: Box::new(matches), skip: 0, times: Some(1), effect }
    }

    /// For so many requests.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    /// For all requests from now on.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Only after so many requests that match were well.
    #[must_use]
    pub fn after(mut self, well: usize) -> Self {
        self.skip = well;
        self
    }

    /// Whether it strikes this request; counts it if so.
    fn strikes(&mut self, request: &Request) -> bool {
        if self.times == Some(0) || !(self.matches)(request) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.times = self.times.map(|times| times - 1);
        true
    }
}

/// What the faults make of one request.
#[derive(Default)]
pub(crate) struct Plan {
    /// How long it waits.
    pub(crate) delay: Duration,
    /// Which of the faults have a hook that runs.
    pub(crate) hooks: Vec<usize>,
    /// How it ends.
    pub(crate) end: End,
}

/// How a request ends.
#[derive(Clone, Default)]
pub(crate) enum End {
    #[default]
    Well,
    Answer(Answer),
    Truncate,
    CloseBefore,
    CloseAfter,
    Hang(Duration),
}

/// The faults in their order. Delays and hooks add up, and the first of the others decides.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn plan(&mut self, request: &Request) -> Plan {
        let mut plan = Plan::default();
        for (index, fault) in self.0.iter_mut().enumerate() {
            if !fault.strikes(request) {
                continue;
            }
            plan.end = match &fault.effect {
                Effect::Delay(delay) => {
                    plan.delay += *delay;
                    continue;
                }
                Effect::Hook(_) => {
                    plan.hooks.push(index);
                    continue;
                }
                Effect::Answer(answer) => End::Answer(answer.clone()),
                Effect::Truncate => End::Truncate,
                Effect::CloseBefore => End::CloseBefore,
                Effect::CloseAfter => End::CloseAfter,
                Effect::Hang(hang) => End::Hang(*hang),
            };
            break;
        }
        plan
    }

    pub(crate) fn run_hooks(&mut self, plan: &Plan, world: &mut World) {
        for index in &plan.hooks {
            if let Some(Fault { effect: Effect::Hook(hook), .. }) = self.0.get_mut(*index) {
                hook(world);
            }
        }
    }
}
