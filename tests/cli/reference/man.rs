//! Man pages, from the command line as clap knows it.

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, roman};

use super::Files;

const PROGRAM: &str = "kubectl-profile";

/// The pages by their file names: one of the plugin, one of each command.
pub(super) fn pages(helps: &[(String, String)]) -> Files {
    let mut root = kubectl_profile::command();
    // Only so are positional arguments numbered and global flags known to each command.
    root.build();
    let page = |(name, help): &(String, String)| match name.as_str() {
        "" => (format!("{PROGRAM}.1"), of_all(&root, help)),
        name => (format!("{PROGRAM}-{name}.1"), of_one(root.find_subcommand(name).unwrap(), help)),
    };
    helps.iter().map(page).collect()
}

fn of_all(root: &Command, help: &str) -> String {
    let man = man(root.clone(), PROGRAM, help);
    let mut page = beginning(&man, PROGRAM);
    write(&mut page, |page| man.render_subcommands_section(page));
    write(&mut page, |page| man.render_options_section(page));
    let codes = text(root);
    literal(&mut page, "EXIT STATUS", codes.strip_prefix("Exit Codes:\n").unwrap());
    String::from_utf8(page).unwrap()
}

fn of_one(command: &Command, help: &str) -> String {
    // The flags of every command are in the page of all.
    let own = command.clone().mut_args(|arg| match arg.is_global_set() {
        true => arg.hide(true),
        false => arg,
    });
    let name = format!("{PROGRAM}-{}", command.get_name());
    let man = man(own, &name, help);
    let mut page = beginning(&man, &name);
    write(&mut page, |page| man.render_options_section(page));
    let examples = text(command);
    literal(&mut page, "EXAMPLES", examples.strip_prefix("Examples:\n").unwrap());
    let also = "kubectl-profile(1) has the options that every command takes, and the exit codes.";
    section("SEE ALSO").text([roman(also)]).to_writer(&mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// The page of a command whose usage line is the one of its help.
fn man(command: Command, name: &str, help: &str) -> Man {
    let usage = help.lines().skip_while(|line| *line != "Usage:").nth(1).unwrap().trim().to_owned();
    Man::new(command.display_name(name).override_usage(usage))
}

/// Up to the description. The title has neither a date nor a version, so that a page stays the same while its text does.
fn beginning(man: &Man, name: &str) -> Vec<u8> {
    let note = ".\\\" Generated from the command line: `just generate` writes it anew.";
    let mut page = format!("{note}\n.TH {} 1 \"\" \"\" \"kubectl profile\"\n", name.to_uppercase()).into_bytes();
    write(&mut page, |page| man.render_name_section(page));
    write(&mut page, |page| man.render_synopsis_section(page));
    write(&mut page, |page| man.render_description_section(page));
    page
}

fn write(page: &mut Vec<u8>, render: impl Fn(&mut dyn std::io::Write) -> std::io::Result<()>) {
    render(page).unwrap();
}

fn text(command: &Command) -> String {
    command.get_after_help().map(ToString::to_string).unwrap_or_default()
}

fn section(title: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    roff
}

/// Lines that stay as they are.
fn literal(page: &mut Vec<u8>, title: &str, lines: &str) {
    let mut roff = section(title);
    roff.control("nf", []);
    lines.lines().for_each(|line| {
        roff.text([roman(line)]);
    });
    roff.control("fi", []).to_writer(page).unwrap();
}
