//! What clients and servers agree on over TCP: a request begins with the length, in bytes, of the answer that it
//! asks for, and a letter for what else is to happen. Opens no connection.

use crate::course::Course;

/// The length of the answer to a request that names none: two segments of a usual MTU.
pub(crate) const ANSWER_BYTES: usize = 2_000;
const FILLER: u8 = b'?';

/// A request for `answer_bytes` in a connection of that `course`, itself `request_bytes` long, or longer if that
/// needs more.
pub(crate) fn request(answer_bytes: usize, course: Course, request_bytes: usize) -> Vec<u8> {
    let mut request = answer_bytes.to_string().into_bytes();
    request.push(course.letter());
    request.resize(request_bytes.max(request.len()), FILLER);
    request
}

/// How long an answer `request` asks for.
pub(crate) fn answer_bytes(request: &[u8]) -> usize {
    let number = str::from_utf8(&request[..digits(request)]);
    number
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(ANSWER_BYTES)
}

/// What else it asks for.
pub(crate) fn course(request: &[u8]) -> Course {
    let letter = request.get(digits(request)).copied();
    letter.map_or(Course::Orderly, Course::asked_for)
}

fn digits(request: &[u8]) -> usize {
    let digits = request.iter().take_while(|byte| byte.is_ascii_digit());
    digits.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_reads_the_length_that_a_client_asks_for() {
        for (answer, length) in [(0, 300), (2_000, 300), (65_536, 6), (7, 2)] {
            let request = request(answer, Course::Orderly, length);
            assert_eq!((request.len(), answer_bytes(&request)), (length, answer));
        }
    }

    #[test]
    fn a_server_reads_the_course_that_is_its_business() {
        for (asked, read) in [
            (Course::Orderly, Course::Orderly),
            (Course::Slow, Course::Slow),
            (Course::ServerResets, Course::ServerResets),
            (Course::ServerHangs, Course::ServerHangs),
            (Course::ClientAborts, Course::Orderly),
        ] {
            assert_eq!(course(&request(2_000, asked, 300)), read);
        }
    }

    #[test]
    fn a_request_without_a_number_gets_the_usual_answer() {
        assert_eq!(answer_bytes(b"???"), ANSWER_BYTES);
        assert_eq!(answer_bytes(b"99999999999999999999999"), ANSWER_BYTES);
        assert_eq!(course(b""), Course::Orderly);
    }
}
