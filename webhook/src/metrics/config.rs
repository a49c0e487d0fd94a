//! What is counted of the configuration file: which one is in force, and how often a new one came.

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::series;

/// What is counted of the configuration file.
#[derive(Debug)]
pub struct ConfigMetrics {
    info: Family<[(&'static str, String); 1], Gauge>,
    reloads: [Counter; 2],
    is_current: Gauge,
}

impl ConfigMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let info = Family::default();
        registry.register("config_info", "The configuration in force, by the hash of its file", info.clone());
        let reloads = series::reloads(registry, "config_reloads", "New contents of the configuration file");
        let is_current = series::gauge(
            registry,
            "config_is_current",
            "1 while the configuration file holds what is in force, 0 while it holds what cannot be used",
        );
        is_current.set(1);
        Self { info, reloads, is_current }
    }

    /// Notes the hash of the configuration that is in force when the program starts.
    pub fn starts_with(&self, hash: &str) {
        // The old hash must not stay beside the new one.
        self.info.clear();
        self.info.get_or_create_owned(&[("hash", hash.to_owned())]).set(1);
        self.is_current.set(1);
    }

    /// Counts a new content that was taken.
    pub fn taken(&self, hash: &str) {
        self.starts_with(hash);
        self.reloads[0].inc();
    }

    /// Counts a new content that was refused; the old one stays in force.
    pub fn refused(&self) {
        self.reloads[1].inc();
        self.is_current.set(0);
    }
}
