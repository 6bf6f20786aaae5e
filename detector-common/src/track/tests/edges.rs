//! Edges that are easily got wrong.

use super::*;

#[test]
fn one_silent_connection_is_one_verdict() {
    let (mut world, server) = (World::new(), socket("198.51.100.7:443"));
    world.exchange(secs(1), server);
    for at in [10, 11, 13, 17, 25, 41] {
        world.client(secs(at), server.sibling(50_001), syn());
    }
    let counters = world.counters(server);
    assert_eq!(counters.value(Counter::Verdict(Verdict::SynTimeout)), 1);
}
