//! What clients and servers agree on over TCP: a request begins with the length, in bytes, of the answer that it
//! asks for. Opens no connection.

/// The length of the answer to a request that names none: two segments of a usual MTU.
pub(crate) const ANSWER_BYTES: usize = 2_000;
const FILLER: u8 = b'?';

/// A request for `answer_bytes`, itself `request_bytes` long, or longer if the number needs that.
pub(crate) fn request(answer_bytes: usize, request_bytes: usize) -> Vec<u8> {
    let mut request = answer_bytes.to_string().into_bytes();
    request.resize(request_bytes.max(request.len()), FILLER);
    request
}

/// How long an answer `request` asks for.
pub(crate) fn answer_bytes(request: &[u8]) -> usize {
    let digits = request.split(|byte| !byte.is_ascii_digit()).next();
    let number = digits.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
    number.unwrap_or(ANSWER_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_reads_the_length_that_a_client_asks_for() {
        for (answer, length) in [(0, 300), (2_000, 300), (65_536, 5), (7, 1)] {
            let request = request(answer, length);
            assert_eq!((request.len(), answer_bytes(&request)), (length, answer));
        }
    }

    #[test]
    fn a_request_without_a_number_gets_the_usual_answer() {
        assert_eq!(answer_bytes(b"???"), ANSWER_BYTES);
        assert_eq!(answer_bytes(b"99999999999999999999999"), ANSWER_BYTES);
    }
}
