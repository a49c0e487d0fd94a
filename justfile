# Each recipe is a step of .ci/run; without `just`, run the line itself.

# Everything that CI runs.
ci:
    bash .ci/run

# The tour of the product on a throw-away control plane.
tour:
    cargo run -p profile-sandbox

# All tests.
test:
    cargo test --workspace

# Formatting and lints.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Licences, bans and sources of the dependencies.
deny:
    cargo deny --locked check bans licenses sources

# Write the generated files anew; a test fails when they are stale.
generate:
    UPDATE_GENERATED=1 cargo test -p profile-tests --test cli -- reference picture && UPDATE_GENERATED=1 cargo test -p profile-tests --test kubectl -- conformance && UPDATE_GENERATED=1 cargo test -p profile-tests --test install -- committed operator

# How fast and how big it is, as a table.
bench:
    cargo bench --profile dist -p profile-benches

# The search for orphans among 10,000 objects on a real API server, as a table.
bench-orphans:
    cargo bench -p profile-sandbox --bench orphans

# Help, completion and lists beside kubectl's own on a real API server, as a table. What measures need not be fast itself.
bench-kubectl:
    cargo bench --profile dev -p profile-sandbox --bench kubectl

# The webhook beside servers that decide nothing, as a table; `--save FILE` and `--against FILE` compare runs.
bench-webhook *ARGUMENTS:
    cargo bench --profile serve -p profile-webhook-bench -- {{ARGUMENTS}}

# A write through a real API server with nothing in its way, with the webhook and with the policy twin, as a table.
bench-patch:
    cargo bench --profile dev -p profile-sandbox --bench patch

# `list` and `status` against a fake of a large Palette that is 50 ms away, as a table.
bench-palette:
    cargo bench -p profile-palette --bench palette

# The plugin's archives for the platforms that this machine can build, their sums and krew's manifest, in target/archives.
release:
    cargo run --locked -p profile-release -- all

# What the webhook's image holds: built, run in an empty folder, and its list of crates read back. Takes root and minutes.
image-check *FILE:
    webhook/image-check {{FILE}}

# The README's picture alone: what the plugin prints, as an SVG.
picture:
    UPDATE_GENERATED=1 cargo test -p profile-tests --test cli -- picture

# Searches with coverage for what is decided otherwise than by the plain reference: `decision`, `review` or `version`. It needs the
# nightly compiler and cargo-fuzz; the code is safe Rust, so no sanitizer slows it down.
fuzz TARGET *ARGUMENTS:
    cargo +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none {{TARGET}} -- -dict=tests/fuzz/dictionaries/{{TARGET}} -timeout=10 -rss_limit_mb=1024 {{ARGUMENTS}}

# Keeps of the corpus what reaches something that the rest does not.
fuzz-minimise TARGET:
    cargo +nightly fuzz cmin --fuzz-dir tests/fuzz --sanitizer none {{TARGET}}
