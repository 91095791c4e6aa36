//! What is counted under a name of its own is counted in a place of its own.

use esp::{l2tp, pseudowire, DropReason};

/// `reasons`: place and name of each, in the order of the counters.
fn check<const N: usize>(reasons: [(usize, &str); N]) {
    let mut names = reasons.map(|(_, name)| name);
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    assert_eq!(reasons.map(|(place, _)| place), std::array::from_fn(|place| place));
}

#[test]
fn names_are_different_and_places_follow_each_other() {
    check(DropReason::ALL.map(|reason| (reason as usize, reason.name())));
    check(l2tp::Refusal::ALL.map(|refusal| (refusal as usize, refusal.name())));
    check(pseudowire::Refusal::ALL.map(|refusal| (refusal as usize, refusal.name())));
}
