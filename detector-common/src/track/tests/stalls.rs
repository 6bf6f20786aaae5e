//! Where answers break off: the histogram of a prefix.

use super::*;
use crate::{
    frames::{ACK, abort},
    stall::Bucket,
};

const SERVER: &str = "198.51.100.7:443";

/// A connection that is cut off after so many bytes in so many packets of the server.
fn cut(world: &mut World, at: Nanos, socket: Socket, bytes: u32, packets: u32) {
    world.handshake(at, socket);
    world.client(after(at, 41), socket, request(300));
    let len = bytes / packets;
    for index in 0..packets {
        let data = response(len as usize)
            .flags(ACK)
            .seq(1 + index * len)
            .ack(301);
        world.server(after(at, 81 + u64::from(index)), socket, data);
    }
    let cut = world.client(after(at, 20_000), socket, abort().seq(301));
    assert_eq!(cut.map(|it| it.verdict), Some(Verdict::DataCutoff));
}

fn histogram(
    world: &World,
    socket: Socket,
    counter: fn(Bucket) -> Counter,
) -> [u32; Bucket::COUNT] {
    let counters = world.counters(socket);
    Bucket::ALL.map(|bucket| counters.value(counter(bucket)))
}

#[test]
fn a_cut_is_counted_by_its_bytes_and_by_its_packets() {
    let (mut world, server) = (World::new(), socket(SERVER));
    // SYN, SYN-ACK, request, and the client's reset beside those of the answer.
    cut(&mut world, secs(1), server.sibling(50_001), 16_380, 12);
    assert_eq!(
        histogram(&world, server, Counter::StallBytes),
        [0, 0, 0, 1, 0, 0, 0, 0]
    );
    assert_eq!(
        histogram(&world, server, Counter::StallPackets),
        [0, 0, 1, 0, 0, 0, 0, 0]
    );
    cut(&mut world, secs(100), server.sibling(50_002), 16_400, 20);
    assert_eq!(
        histogram(&world, server, Counter::StallBytes),
        [0, 0, 0, 1, 1, 0, 0, 0]
    );
    assert_eq!(
        histogram(&world, server, Counter::StallPackets),
        [0, 0, 1, 1, 0, 0, 0, 0]
    );
}

#[test]
fn what_is_not_cut_off_has_no_place_in_the_histogram() {
    let (mut world, server) = (World::new(), socket(SERVER));
    world.exchange(secs(1), server);
    world.deafness(secs(2), server.sibling(50_001));
    world.silence(secs(10), server.sibling(50_002));
    assert_eq!(
        histogram(&world, server, Counter::StallBytes),
        [0; Bucket::COUNT]
    );
    assert_eq!(
        histogram(&world, server, Counter::StallPackets),
        [0; Bucket::COUNT]
    );
}
