//! The first datagrams of QUIC, as far as an observer can read them: the long header of RFC 9000, section 17.2.
//! What follows it is encrypted in earnest, and zero here. Opens no socket.

/// The port of QUIC's servers.
pub(crate) const PORT: u16 = 443;
/// The length of a datagram with an Initial, at least (RFC 9000, section 14.1).
pub(crate) const INITIAL_BYTES: usize = 1_200;

/// Long header, fixed bit, type Initial, and a packet number of one byte.
const INITIAL: u8 = 0xc0;
/// All of [`INITIAL`] but the four bits that header protection covers.
const INITIAL_MASK: u8 = 0xf0;
const VERSION_1: [u8; 4] = [0, 0, 0, 1];
/// The length of every connection ID here, which is what Chromium's first one has.
const ID_BYTES: u8 = 8;
/// A variable-length integer of two bytes begins with these bits.
const TWO_BYTES: u16 = 0x4000;

/// A connection ID, chosen by one end.
pub(crate) type Id = [u8; ID_BYTES as usize];

/// A datagram with one Initial, padded as a client has to.
pub(crate) fn initial(destination: Id, source: Id) -> Vec<u8> {
    let mut datagram = vec![INITIAL];
    datagram.extend(VERSION_1);
    for id in [destination, source] {
        datagram.push(ID_BYTES);
        datagram.extend(id);
    }
    // No token.
    datagram.push(0);
    let rest = INITIAL_BYTES - datagram.len() - size_of_val(&TWO_BYTES);
    let rest = u16::try_from(rest).unwrap_or(u16::MAX);
    datagram.extend((TWO_BYTES | rest).to_be_bytes());
    datagram.resize(INITIAL_BYTES, 0);
    datagram
}

/// What a server says to `datagram`, its own Initial; `None` where it is none of a client, which is long enough.
pub(crate) fn answer(datagram: &[u8]) -> Option<Vec<u8>> {
    let (destination, source) = ids(datagram)?;
    (datagram.len() >= INITIAL_BYTES).then(|| initial(source, destination))
}

/// The connection IDs of an Initial of version 1: destination and source.
pub(crate) fn ids(datagram: &[u8]) -> Option<(Id, Id)> {
    let (first, rest) = datagram.split_first()?;
    let rest = rest.strip_prefix(&VERSION_1)?;
    let (destination, rest) = id(rest)?;
    let (source, _) = id(rest)?;
    (first & INITIAL_MASK == INITIAL).then_some((destination, source))
}

fn id(bytes: &[u8]) -> Option<(Id, &[u8])> {
    let (id, rest) = bytes.strip_prefix(&[ID_BYTES])?.split_first_chunk()?;
    Some((*id, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Id = [1; 8];
    const SERVER: Id = [2; 8];

    #[test]
    fn an_initial_is_answered_with_the_ids_the_other_way_round() {
        let initial = initial(SERVER, CLIENT);
        let answer = answer(&initial).unwrap();
        assert_eq!(ids(&initial), Some((SERVER, CLIENT)));
        assert_eq!(ids(&answer), Some((CLIENT, SERVER)));
        assert_eq!((initial.len(), answer.len()), (1_200, 1_200));
    }

    #[test]
    fn nothing_but_a_whole_initial_of_version_1_is_answered() {
        let initial = initial(SERVER, CLIENT);
        assert_eq!(answer(&initial[..1_199]), None);
        for (at, byte) in [(0, 0x40), (0, 0xe0), (4, 2), (5, 20), (14, 0)] {
            let mut other = initial.clone();
            other[at] = byte;
            assert_eq!(answer(&other), None, "{byte:#x} at {at}");
        }
    }
}
