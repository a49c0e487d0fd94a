//! Starts the webhook.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Reading a review makes hundreds of small things that live as long as it does, and the system's allocator takes as long for them as
/// for a tenth of the whole answer.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    profile_webhook::run(std::env::args_os())
}
