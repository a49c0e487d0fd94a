//! Bytes are the choices of a generator of writes, and the whole decision is held against the reference.

#![no_main]

use libfuzzer_sys::fuzz_target;
use profile_oracle::targets;

fuzz_target!(|bytes: &[u8]| {
    targets::decision(bytes);
});
