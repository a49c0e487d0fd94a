//! The webhook that keeps its own certificate authority, on a real API server: installed as it is shipped, as the shipped
//! ServiceAccount, renewed, taken over, damaged by hand, and taken away.
//!
//! What guards is the same for a whole API server, so these tests have one of their own and take turns at it.

mod away;
mod balancer;
mod cert_manager;
mod foreign;
mod hands;
mod installed;
mod load;
mod plane;
mod replica;
mod rights;
mod rotated;
mod together;

use balancer::Balancer;
use load::Load;
use plane::{Plane, alone};
use replica::Replica;
