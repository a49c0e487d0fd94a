//! Bytes are two versions, a line each.

#![no_main]

use libfuzzer_sys::fuzz_target;
use profile_oracle::targets;

fuzz_target!(|bytes: &[u8]| {
    targets::version(bytes);
});
