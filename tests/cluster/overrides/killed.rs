//! `kill -9` at each of the three writes of a change that carries an override: the next run repairs it.

use super::{Edit, Shop};
use crate::{
    gate::{Gate, Point, Side},
    world::{SHOP, assert_run, finish},
};

#[test]
fn a_rerun_repairs_what_a_kill_left() {
    for edit in [Edit::InPlace, Edit::NewVersion] {
        for point in [Point::CreateRevision, Point::WriteCluster, Point::SettleRevision] {
            for side in [Side::Before, Side::After] {
                killed(edit, point, side);
            }
        }
    }
}

fn killed(edit: Edit, point: Point, side: Side) {
    let shop = Shop::edited("killed", edit);
    let flags = ["--yes", "--on-conflict=override"];
    let gate = Gate::open(&shop.world);
    let held = gate.hold(point, side);
    let mut child = shop.world.start_profile_as(gate.kubeconfig(), &[&shop.words()[..], &flags].concat());
    held.reached();
    child.kill().unwrap();
    assert_eq!(finish(child).code, None);
    drop(held);

    let was_written = (point == Point::WriteCluster && side == Side::After) || point == Point::SettleRevision;
    let left = if was_written { "8090" } else { "8080" };
    shop.assert_holds("1", left);
    assert_run(&shop.take(&flags), 0, &[]);
    shop.assert_holds("1", "8090");
    let history = shop.world.history(SHOP);
    assert!(!history.iter().any(|it| it.contains("pending")), "{edit:?} {point:?} {side:?}: {history:?}");
    // What the cluster was taken from is known again, so that the override is still one.
    let listed = shop.world.profile(&["overrides", SHOP]);
    assert_run(&listed, 0, &[super::PLACE]);
    assert!(!listed.stdout.contains("port"), "{edit:?} {point:?} {side:?}: {listed}");
}
