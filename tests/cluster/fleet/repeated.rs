//! A run over many clusters that is made once more.

use super::{Contexts, shared, version, world};
use crate::world::{World, assert_run};

#[test]
fn a_rollback_that_is_repeated_leaves_those_that_are_back() {
    let contexts = Contexts::of(vec![world(&["a", "b"]), World::named(shared(), "default")], &[]);
    let of = |cluster: &str| version(&contexts.worlds[0], cluster);
    assert_run(&contexts.run(&["switch", "a", "b", "hello-aws@1.1.0", "--yes"]), 0, &[]);
    // As if the first run had been cut off between the two.
    assert_run(&contexts.run(&["rollback", "a", "--yes"]), 0, &[]);
    assert_eq!((of("a"), of("b")), ("1.0.0".into(), "1.1.0".into()));
    for _ in 0..2 {
        assert_run(&contexts.run(&["rollback", "a", "b", "--yes"]), 0, &["unchanged"]);
        assert_eq!((of("a"), of("b")), ("1.0.0".into(), "1.0.0".into()));
    }
    assert_run(&contexts.run(&["rollback", "a", "--yes"]), 0, &["revision 2 is a rollback already", "--to-revision"]);
    assert_eq!(of("a"), "1.0.0");
    // The rollback can be undone as any change, by the revision that it went back from.
    assert_run(&contexts.run(&["rollback", "a", "--to-revision", "1", "--yes"]), 0, &[]);
    assert_eq!(of("a"), "1.1.0");
}
