//! What the fake keeps, and what it makes of one request.

use std::{sync::Arc, time::Instant};

use crate::{
    api,
    call::Call,
    contract::Contract,
    exchange::{Answer, Request},
    fault::{Faults, Plan},
    options::Options,
    rate::Bucket,
    world::World,
};

/// What the fake keeps.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) calls: Vec<Call>,
    pub(crate) violations: Vec<String>,
    pub(crate) contract: Option<Arc<Contract>>,
    key: String,
    page: usize,
    bucket: Option<Bucket>,
}

impl State {
    pub(crate) fn new(world: World, options: &Options, key: String, contract: Option<Arc<Contract>>) -> Self {
        Self {
            world,
            faults: Faults::default(),
            calls: Vec::new(),
            violations: Vec::new(),
            contract,
            key,
            page: options.page,
            bucket: options.rate_limit.map(|limit| Bucket::new(limit, Instant::now())),
        }
    }

    /// Finds the path of the API that a request means.
    pub(crate) fn recognise(&self, request: &mut Request) {
        let known = self.contract.as_ref().and_then(|contract| contract.template(&request.path));
        let played = || api::matching(&request.path, api::ROUTES.iter().map(|route| route.template));
        request.template = known.map(str::to_owned).or_else(|| played().map(str::to_owned)).unwrap_or_default();
        request.names = api::names(&request.path, &request.template);
    }

    /// Handles a request and checks both sides of the exchange against the contract.
    pub(crate) fn handle(&mut self, request: &Request, plan: &Plan) -> Answer {
        self.faults.run_hooks(plan, &mut self.world);
        let answer = if self.bucket.as_mut().is_some_and(|bucket| !bucket.take(Instant::now())) {
            Answer { headers: Vec::new(), ..Answer::text(429, "text/plain", "") }
        } else if request.header("apikey") != Some(&self.key) {
            Answer::error(401, "InvalidCredentials", "the API key is not valid")
        } else {
            api::answer(&mut self.world, request, self.page)
        };
        if let Some(contract) = &self.contract {
            self.violations.extend(contract.check_answer(request, &answer));
        }
        if self.world.empty_lists_are_null { answer.with_null_lists() } else { answer }
    }

    /// Writes down a request and what is wrong with it.
    pub(crate) fn record(&mut self, call: Call) -> usize {
        if let Some(contract) = &self.contract {
            self.violations.extend(contract.check_request(&call.request));
        }
        self.calls.push(call);
        self.calls.len() - 1
    }
}
