//! What is shipped for an install: the manifests, the ways to run them, the chart that is made of them, and what watches them.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod base;
mod chart;
mod expressions;
mod kustomize;
mod monitoring;
mod overlays;
mod scraped;
