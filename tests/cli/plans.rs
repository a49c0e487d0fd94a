//! `apply` of plans on files.

use crate::fixtures;

#[test]
fn a_plan_that_was_carried_out_says_so() {
    let folder = fixtures::demo();
    folder.run("switch hello@1.1.0 --save-plan plan.txt").exits(0);
    folder.run("apply plan.txt --yes").exits(0).shows("switched to hello@1.1.0");
    let done = folder.snapshot();
    let ran = folder.run("apply plan.txt --yes").exits(0);
    ran.shows("spectrocluster/demo unchanged")
        .tells("the plan was carried out already: cluster \"demo\" is what it comes to");
    assert_eq!(folder.snapshot(), done);
    folder.edit("cluster.json", "replicas: 2", "replicas: 7");
    folder.run("apply plan.txt --yes").exits(6).tells("is not what the plan was made for");
}
