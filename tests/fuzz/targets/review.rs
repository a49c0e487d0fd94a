//! Bytes are a review as it is sent, or an object of one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use profile_oracle::targets;

fuzz_target!(|bytes: &[u8]| {
    targets::review(bytes);
});
