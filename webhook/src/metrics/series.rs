//! Makes series with fixed labels, and hands out their counters.

use profile_core::rules::Code;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::certs::Change;

/// The labels of a series: names and values that are known when the program is written.
type Labels<const N: usize> = [(&'static str, &'static str); N];

pub(super) fn gauge(registry: &mut Registry, name: &str, help: &str) -> Gauge {
    let gauge = Gauge::default();
    registry.register(name, help, gauge.clone());
    gauge
}

pub(super) fn counter(registry: &mut Registry, name: &str, help: &str) -> Counter {
    let counter = Counter::default();
    registry.register(name, help, counter.clone());
    counter
}

/// One counter for each set of labels, in the same order.
pub(super) fn family<const N: usize, const M: usize>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    labels: [Labels<N>; M],
) -> [Counter; M] {
    let family = Family::<Labels<N>, Counter>::default();
    registry.register(name, help, family.clone());
    labels.map(|labels| family.get_or_create_owned(&labels))
}

/// One counter for each value of one label.
pub(super) fn one_of<const M: usize>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    values: [&'static str; M],
) -> [Counter; M] {
    family(registry, name, help, values.map(|value| [(label, value)]))
}

/// One counter for real writes and one for dry runs.
pub(super) fn by_dry_run(registry: &mut Registry, name: &str, help: &str) -> [Counter; 2] {
    one_of(registry, name, help, "dry_run", DRY_RUN)
}

const DRY_RUN: [&str; 2] = ["false", "true"];

/// One counter for new contents that were taken, and one for those that were refused.
pub(super) fn reloads(registry: &mut Registry, name: &str, help: &str) -> [Counter; 2] {
    one_of(registry, name, help, "result", ["success", "failure"])
}

pub(super) fn count_change(reloads: &[Counter; 2], change: Change) {
    match change {
        Change::None => {}
        Change::Taken => drop(reloads[0].inc()),
        Change::Refused => drop(reloads[1].inc()),
    }
}

/// The mode of a rule that was broken, in the order of the consequences; an exception stands for itself.
const MODES: [&str; 4] = ["audit", "warn", "excused", "enforce"];

pub(super) fn verdicts(registry: &mut Registry) -> [[[Counter; 2]; 4]; Code::ALL.len()] {
    let family = Family::<Labels<3>, Counter>::default();
    let help = "Broken rules, once for each review, by the rule's mode; excused where an exception let the write pass";
    registry.register("verdicts", help, family.clone());
    Code::ALL.map(|code| {
        MODES.map(|mode| {
            DRY_RUN.map(|dry_run| {
                family.get_or_create_owned(&[("rule", code.as_str()), ("mode", mode), ("dry_run", dry_run)])
            })
        })
    })
}

/// Where a code stands in [`Code::ALL`].
pub(super) fn position(code: Code) -> usize {
    code as usize
}

/// A series that is always 1 and whose labels say something.
pub(super) fn info<const N: usize>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    labels: &[(&'static str, &'static str); N],
) {
    let family = Family::<Labels<N>, Gauge>::default();
    family.get_or_create_owned(labels).set(1);
    registry.register(format!("{name}_info"), help, family);
}

#[cfg(test)]
mod tests {
    use profile_core::allowance::Consequence;

    use super::*;

    #[test]
    fn codes_and_consequences_stand_where_their_numbers_say() {
        for (place, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(place, position(code));
        }
        let consequences = [Consequence::Audited, Consequence::Warned, Consequence::Excused, Consequence::Denied];
        assert_eq!(consequences.map(|it| it as usize), [0, 1, 2, 3]);
    }
}
