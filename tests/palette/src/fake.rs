//! A running fake.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::{Arc, Mutex},
};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::{
    call::Call,
    certificates,
    contract::Contract,
    fault::{Fault, Faults},
    options::Options,
    server::{Server, locked},
    state::State,
    world::World,
};

/// A fake of Palette's REST API on loopback. It stops when this is dropped.
pub struct Fake {
    host: String,
    key: String,
    authority: NamedTempFile,
    state: Arc<Mutex<State>>,
    _server: Server,
}

impl Fake {
    /// Starts one.
    pub fn start(world: World, options: Options) -> io::Result<Self> {
        let certificates = certificates::create()?;
        let authority = NamedTempFile::with_suffix(".pem")?;
        std::fs::write(authority.path(), &certificates.authority)?;
        let key = key(&certificates.authority);
        let contract = if options.contract { Contract::shared()? } else { None };
        let state = Arc::new(Mutex::new(State::new(world, &options, key.clone(), contract)));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let host = listener.local_addr()?.to_string();
        let server = Server::start(listener, certificates.server, Arc::clone(&state), options.latency)?;
        Ok(Self { host, key, authority, state, _server: server })
    }

    /// Address and port: `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.host.clone()
    }

    /// A file with the certificate of the authority that signed the server's, in PEM.
    pub fn ca_file(&self) -> &Path {
        self.authority.path()
    }

    /// The API key. It is like no other text, so that tests can search all output for it.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The uid of the first project.
    pub fn project(&self) -> String {
        self.with_world(|world| world.projects.first().map(|project| project.uid.clone()).unwrap_or_default())
    }

    /// Looks at the world, or changes it.
    pub fn with_world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut locked(&self.state).world)
    }

    /// Makes something go wrong from now on.
    pub fn inject(&self, fault: Fault) {
        locked(&self.state).faults.add(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn forget_faults(&self) {
        locked(&self.state).faults = Faults::default();
    }

    /// What was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        locked(&self.state).calls.clone()
    }

    /// Forgets what was asked so far.
    pub fn forget_calls(&self) {
        locked(&self.state).calls.clear();
    }

    /// What did not fit the API description, in requests and in answers.
    pub fn violations(&self) -> Vec<String> {
        locked(&self.state).violations.clone()
    }

    /// Whether requests and answers are checked against the API description; false where it is not there.
    pub fn is_contract_checked(&self) -> bool {
        locked(&self.state).contract.is_some()
    }
}

/// A key of its own for each fake.
fn key(seed: &str) -> String {
    let digest = Sha256::digest(seed);
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("NeverPrintThisKey{hex}")
}
