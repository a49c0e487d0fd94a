//! The sockets at a port of this machine, as the system tells them.

use std::fs;

const TIME_WAIT: &str = "06";
const LISTEN: &str = "0A";

/// How many are open or half closed, at either end; whoever only listens there does not count.
pub(super) fn open(port: u16) -> usize {
    let end = format!(":{port:04X}");
    count(|row| (row[1].ends_with(&end) || row[2].ends_with(&end)) && ![TIME_WAIT, LISTEN].contains(&row[3]))
}

/// How many hold bytes that whoever serves there has not read yet.
pub(super) fn unread(port: u16) -> usize {
    let end = format!(":{port:04X}");
    count(|row| row[1].ends_with(&end) && row[3] != LISTEN && !row[4].ends_with(":00000000"))
}

fn count(is_meant: impl Fn(&[&str]) -> bool) -> usize {
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| is_meant(row)).count()
}
