//! Tests on a real control plane, through real kubectl.

mod sandbox;
