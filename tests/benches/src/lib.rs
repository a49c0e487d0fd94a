//! What the benchmarks share: their input, their measures, and the table they print.

pub mod input;
pub mod measure;
pub mod peak;
pub mod product;
pub mod review;
pub mod served;
pub mod table;
