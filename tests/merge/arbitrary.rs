//! No text makes the merge panic or hang, and its result is never anything that was not asked for.

use profile_core::merge::{Decisions, Side};

use crate::{
    choices::{Choices, for_random_choices},
    sides::{failed, merged},
};

const BITS: [&str; 40] = [
    "a",
    "b: ",
    "- ",
    "  ",
    "\n",
    "\n",
    "\n",
    "#",
    " # c",
    ":",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "<<: ",
    "!!str ",
    "~",
    "***",
    "'****'",
    "---\n",
    "...\n",
    "{{ .x }}",
    "ü",
    "\t",
    "\r\n",
    "name: a",
    "? ",
    "0x1F",
    "yes",
    "%YAML",
    "# spectrocloud.com/enabled-presets: A:b\n",
    "\u{feff}",
    "kind: Secret\n",
];

fn text(choices: &mut Choices) -> String {
    let count = choices.below(18);
    (0..count).map(|_| choices.one_of(&BITS)).collect()
}

#[test]
fn no_text_makes_it_panic() {
    for_random_choices(31_000, |choices| {
        let published = if choices.chance(80) { Some(text(choices)) } else { None };
        let (own, target) = (text(choices), text(choices));
        let own = published.clone().filter(|_| choices.chance(20)).unwrap_or(own);
        let on_conflict = choices.one_of(&[None, Some(Side::Override), Some(Side::Profile)]);
        let decisions = Decisions { on_conflict, ..Decisions::default() };
        let found = merged(published.as_deref(), &own, &target, &decisions);
        for it in &found.0.overrides {
            let masked = it.clone().masked();
            assert_eq!(masked.place(), it.place());
        }
        let base = published.as_deref().unwrap_or("(unknown)");
        if found.0.overrides.is_empty() && found.1 != target && found.1 != own {
            return Err(failed("neither side's text although nothing is overridden", base, &own, &target, &found));
        }
        Ok(())
    });
}
