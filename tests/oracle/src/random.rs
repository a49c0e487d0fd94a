//! Random clusters and random changes of them, for the rules themselves and for those who must agree with them.

pub mod changes;
pub mod choices;
pub mod generate;
pub mod repair;
pub mod spoiled;
pub mod world;
