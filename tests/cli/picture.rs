//! The README's picture of a review: what the plugin prints on a terminal, committed, and never stale.

use std::{fs, path::Path};

use anstyle::{AnsiColor, RgbColor};
use anstyle_svg::{Palette, Term};

use crate::folder::{Folder, Ran};

/// As many columns as fit the width of a README.
const COLUMNS: &str = "100";
const COMMAND: &str = "diff shop-aws hello-aws@1.1.0 --side-by-side";
const BACKGROUND: RgbColor = RgbColor(13, 17, 23);
const TEXT: RgbColor = RgbColor(230, 237, 243);

/// The sixteen colours of a terminal in the order of ANSI, chosen to be read on the background.
const COLOURS: [(u8, u8, u8); 16] = [
    (13, 17, 23),
    (255, 123, 114),
    (126, 231, 135),
    (242, 204, 96),
    (121, 192, 255),
    (210, 168, 255),
    (118, 227, 234),
    (230, 237, 243),
    (139, 148, 158),
    (255, 161, 152),
    (155, 240, 165),
    (250, 220, 130),
    (165, 214, 255),
    (226, 197, 255),
    (160, 240, 245),
    (255, 255, 255),
];

#[test]
fn the_committed_picture_is_what_a_terminal_shows() {
    let folder = Folder::hub();
    // The cluster sets a value itself, and the profile publishes another one.
    folder.edit("cluster-shop-aws.yaml", "replicas: 1", "replicas: 2");
    folder.edit("profile-hello-aws-1.1.0.yaml", "replicas: 1", "replicas: 3");
    let mut command = folder.command(&format!("{COMMAND} --color always -f ."));
    let shown = Ran::of(COMMAND, command.env("COLUMNS", COLUMNS)).exits(1).stdout.clone();
    let palette = Palette::from(COLOURS.map(|(red, green, blue)| RgbColor(red, green, blue)));
    let terminal = Term::new().palette(palette).fg_color(TEXT.into()).bg_color(BACKGROUND.into()).min_width_px(860);
    let prompt = AnsiColor::BrightBlack.on_default();
    let svg = terminal.render_svg(&format!("{prompt}${prompt:#} kubectl profile {COMMAND}\n{}", shown.trim_end()));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/review.svg");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &svg).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == svg,
        "docs/review.svg is stale: run `just picture`, or UPDATE_GENERATED=1 cargo test -p profile-tests --test cli -- picture"
    );
}
