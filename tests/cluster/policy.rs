//! The policy twin, `manifests/policy`: the rules in CEL, evaluated by the API server itself.

mod plane;
mod samples;
mod shipped;
