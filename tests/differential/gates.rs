//! What a packet of a settled connection may cost, as a multiple of parsing it: times differ from machine to machine and
//! from hour to hour, their ratio within one run hardly does.

use anyhow::{Result, ensure};
use detector::kernel::{Kernel, Options};
use detector_common::{
    drive::{Drive, Layout},
    flow::Direction,
    maps::FLOW_CAPACITY,
};
use detector_tests::{
    frames::{Conversation, Frame},
    harness,
    spread::Spread,
};

/// More connections than any cache or table has room for.
const CONNECTIONS: u32 = 1 << 20;
const PREFIXES: u32 = 1 << 16;
const ROUNDS: usize = 7;
/// Payload of a full segment.
const FULL: u16 = 1_448;

/// One kind of packet, and the most that it may cost.
struct Gate {
    name: &'static str,
    frame: Frame,
    most: f64,
}

/// A machine that others use gets a second chance, a while later; what has become dear stays so.
pub(crate) fn a_packet_of_a_settled_connection_costs_little_more_than_parsing_it() -> Result<()> {
    let mut talk = Conversation::new("203.0.113.2:40000".parse()?, "198.18.0.1:443".parse()?);
    let mut kernel = Kernel::load(Options::default())?;
    settle(&mut kernel, &mut talk)?;
    let mut left = Vec::from(gates(&mut talk));
    for _ in 0..2 {
        left = too_dear(&mut kernel, left)?;
    }
    let names: Vec<&str> = left.iter().map(|gate| gate.name).collect();
    ensure!(
        left.is_empty(),
        "twice beyond the gate: {}",
        names.join(", ")
    );
    Ok(())
}

/// Connections of which nothing more is learnt.
fn settle(kernel: &mut Kernel, talk: &mut Conversation) -> Result<()> {
    let course = [
        talk.syn(),
        talk.syn_ack(),
        talk.request(300),
        talk.response(FULL),
        talk.client_fin(),
    ];
    for frame in course {
        run(kernel, program(&frame), &frame, FLOW_CAPACITY)?;
    }
    Ok(())
}

/// Those that cost more than they may.
fn too_dear(kernel: &mut Kernel, gates: Vec<Gate>) -> Result<Vec<Gate>> {
    let mut too_dear = Vec::new();
    for gate in gates {
        let ratio = ratio(kernel, &gate)?;
        let Gate { name, most, .. } = gate;
        harness::note(&format!("{name}: {ratio:.2} × parsing, {most} at most"));
        too_dear.extend((ratio > most).then_some(gate));
    }
    Ok(too_dear)
}

fn gates(talk: &mut Conversation) -> [Gate; 4] {
    let gate = |name, most, frame| Gate { name, frame, most };
    [
        gate("ACK that comes in", 1.8, talk.server_ack()),
        gate("data that come in", 2.0, talk.response(FULL)),
        gate("ACK that goes out", 1.8, talk.ack()),
        gate("data that go out", 2.0, talk.request(FULL)),
    ]
}

/// Of the program and of parsing alone, in the middle of all rounds.
fn ratio(kernel: &mut Kernel, gate: &Gate) -> Result<f64> {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let parse = run(kernel, parsing(&gate.frame), &gate.frame, CONNECTIONS)?;
        let all = run(kernel, program(&gate.frame), &gate.frame, CONNECTIONS)?;
        ratios.push(all / parse);
    }
    Ok(Spread::of(ratios).median)
}

/// Seconds of the CPU for one packet of each connection.
fn run(kernel: &mut Kernel, program: &str, frame: &Frame, connections: u32) -> Result<f64> {
    let layout = match frame.direction {
        Direction::In => Layout::In4,
        Direction::Out => Layout::Out4,
    };
    let drive = Drive::over(connections, PREFIXES, layout);
    let took = kernel
        .programs
        .drive(program, drive, &frame.bytes, connections)?;
    Ok(took.as_secs_f64())
}

const fn program(frame: &Frame) -> &'static str {
    match frame.direction {
        Direction::In => "xdp_ethernet",
        Direction::Out => "out_ethernet",
    }
}

const fn parsing(frame: &Frame) -> &'static str {
    match frame.direction {
        Direction::In => "parse_xdp",
        Direction::Out => "parse_tc",
    }
}
