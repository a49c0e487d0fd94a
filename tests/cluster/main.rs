//! Tests on a real control plane, through real kubectl.

mod orphans;
mod sandbox;
