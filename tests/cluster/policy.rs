//! The policy twin, `manifests/policy`: the rules in CEL, evaluated by the API server itself.

mod by_hand;
mod corpus;
mod difference;
mod judges;
mod parity;
mod plane;
mod samples;
mod shipped;
