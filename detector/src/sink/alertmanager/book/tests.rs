use super::*;

const RESEND: Duration = Duration::from_mins(1);

fn at(seconds: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(seconds),
        wall: Timestamp::from_second(1_800_000_000).unwrap() + Duration::from_secs(seconds),
    }
}

fn event(state: &str, id: &str, prefix: &str, seconds: u64) -> Value {
    json!({
        "event": "alert", "ts": format!("{:.3}", at(seconds).wall), "state": state, "id": id,
        "kind": "syn_blackhole", "grade": "suspected", "confidence": 0.99, "prefix": prefix,
        "members_total": 2, "since": "2026-11-22T10:35:11.000Z", "observer": {"host": "gw1"},
        "evidence": {"trials": 61, "failed": 60}, "caveats": ["one_uplink", "lossy"],
    })
}

fn book() -> Book {
    Book::new(RESEND, 100)
}

/// What is due, by prefix and by whether it has ended; it is sent.
fn send(book: &mut Book, seconds: u64) -> Vec<(String, bool)> {
    let now = at(seconds);
    let due = book.due(now);
    book.sent(now);
    let ended = |alert: &Value| word(alert, "endsAt").parse::<Timestamp>().unwrap() <= now.wall;
    let prefix = |alert: &Value| word(&alert["labels"], "prefix");
    due.iter().map(|it| (prefix(it), ended(it))).collect()
}

#[test]
fn an_alert_is_sent_as_the_api_takes_it() {
    let mut book = book();
    book.note(&event("firing", "A", "198.18.0.0/16", 0), at(0));
    let expected = json!([{
        "labels": {
            "alertname": "RangeBlocking", "gateway": "gw1", "kind": "syn_blackhole", "prefix": "198.18.0.0/16",
        },
        "annotations": {
            "summary": "syn_blackhole of 198.18.0.0/16: suspected, 60 of 61 trials failed",
            "alert_id": "A", "grade": "suspected", "confidence": "0.99", "severity": "warning",
            "members": "2", "caveats": "one_uplink, lossy",
        },
        "startsAt": "2026-11-22T10:35:11.000Z",
        "endsAt": format!("{:.3}", at(240).wall),
    }]);
    assert_eq!(Value::from(book.due(at(0))), expected);
}

#[test]
fn what_fires_is_sent_again_before_it_would_end_by_itself() {
    let mut book = book();
    book.note(&event("firing", "A", "a", 0), at(0));
    let sent: Vec<u64> = (0..200)
        .filter(|it| !send(&mut book, *it).is_empty())
        .collect();
    assert_eq!(sent, [0, 60, 120, 180]);
    assert_eq!(book.due_in(at(200)), Some(Duration::from_secs(40)));
}

#[test]
fn what_ended_is_said_at_once_and_again_for_five_minutes() {
    let mut book = book();
    book.note(&event("firing", "A", "a", 0), at(0));
    send(&mut book, 0);
    book.note(&event("resolved", "A", "a", 7), at(7));
    let sent: Vec<u64> = (7..1_000)
        .filter(|it| send(&mut book, *it) == [("a".to_owned(), true)])
        .collect();
    assert_eq!(sent, [7, 67, 127, 187, 247, 307]);
    assert_eq!(book.due_in(at(1_000)), None);
}

#[test]
fn an_end_that_nobody_could_hear_waits_until_it_is_heard() {
    let mut book = book();
    book.note(&event("firing", "A", "a", 0), at(0));
    book.note(&event("resolved", "A", "a", 7), at(7));
    assert_eq!(book.due(at(7)).len(), 1);
    assert_eq!(send(&mut book, 3_600), [("a".to_owned(), true)]);
    assert_eq!(send(&mut book, 3_660).len(), 1);
}

#[test]
fn labels_of_a_range_that_grew_are_cleared_as_they_were_raised() {
    let mut book = book();
    book.note(&event("firing", "A", "a", 0), at(0));
    send(&mut book, 0);
    book.note(&event("update", "A", "b", 9), at(9));
    assert_eq!(
        send(&mut book, 9),
        [("a".to_owned(), true), ("b".to_owned(), false)]
    );
    book.note(&event("resolved", "A", "b", 20), at(20));
    assert_eq!(send(&mut book, 20), [("b".to_owned(), true)]);
}

#[test]
fn events_that_come_again_change_nothing() {
    let mut book = book();
    let events = [
        event("firing", "A", "a", 0),
        event("update", "A", "b", 9),
        event("resolved", "A", "b", 20),
    ];
    for event in &events {
        book.note(event, at(20));
    }
    let told = book.due(at(20));
    for event in &events {
        book.note(event, at(20));
    }
    assert_eq!(book.due(at(20)), told);
}

#[test]
fn an_alert_that_comes_back_is_raised_again() {
    let mut book = book();
    book.note(&event("firing", "A", "a", 0), at(0));
    book.note(&event("resolved", "A", "a", 5), at(5));
    send(&mut book, 5);
    book.note(&event("firing", "B", "a", 9), at(9));
    assert_eq!(send(&mut book, 9), [("a".to_owned(), false)]);
}

#[test]
fn an_end_without_a_beginning_is_told_too() {
    let mut book = book();
    book.note(&event("resolved", "A", "a", 5), at(5));
    assert_eq!(send(&mut book, 5), [("a".to_owned(), true)]);
}

#[test]
fn ends_that_cannot_be_told_take_no_more_than_their_room() {
    let mut book = Book::new(RESEND, 2);
    for (seconds, prefix) in ["a", "b", "c"].into_iter().enumerate() {
        book.note(&event("firing", prefix, prefix, seconds as u64), at(0));
    }
    assert_eq!(book.due(at(0)).len(), 3, "what fires is kept");
    for (seconds, prefix) in ["b", "a"].into_iter().enumerate() {
        book.note(
            &event("resolved", prefix, prefix, 9 + seconds as u64),
            at(9),
        );
    }
    assert_eq!(
        send(&mut book, 20),
        [("a".to_owned(), true), ("c".to_owned(), false)]
    );
}
