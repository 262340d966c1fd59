//! The link does to real connections what its states say.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use twinshore_testing::{Link, LinkState};

/// Answers every connection with what it sends, byte by byte.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let (mut from, mut to) = (stream.try_clone().expect("a second handle"), stream);
                let _ = std::io::copy(&mut from, &mut to);
            });
        }
    });
    address
}

fn open(link: &Link) -> TcpStream {
    let stream = TcpStream::connect(link.url().trim_start_matches("http://")).expect("the link accepts");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    stream
}

fn says_back(stream: &mut TcpStream, text: &str) -> bool {
    let mut answer = vec![0; text.len()];
    stream.write_all(text.as_bytes()).is_ok() && stream.read_exact(&mut answer).is_ok() && answer == text.as_bytes()
}

#[test]
fn a_lost_link_resets_open_connections_and_refuses_new_ones_until_it_is_good_again() {
    let link = Link::to(echo()).expect("a link");
    let mut stream = open(&link);
    assert!(says_back(&mut stream, "hello"));
    for _ in 0..3 {
        link.set(LinkState::Lost);
        assert!(!says_back(&mut stream, "still there?"));
        let refused = TcpStream::connect(link.url().trim_start_matches("http://")).expect_err("refused");
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        link.set(LinkState::Good);
        stream = open(&link);
        assert!(says_back(&mut stream, "back"));
    }
    assert_eq!(link.traffic().connections, 4);
}

#[test]
fn a_slow_link_delays_each_way_and_limits_the_rate() {
    let link = Link::to(echo()).expect("a link");
    let mut stream = open(&link);
    link.set(LinkState::Slow { latency_ms: 40, bytes_per_s: 1_000_000 });
    let start = Instant::now();
    assert!(says_back(&mut stream, "x"));
    assert!(start.elapsed() >= Duration::from_millis(80));
    link.set(LinkState::Slow { latency_ms: 0, bytes_per_s: 100_000 });
    let start = Instant::now();
    assert!(says_back(&mut stream, &"x".repeat(40_000)));
    assert!(start.elapsed() >= Duration::from_millis(200), "{:?}", start.elapsed());
}

#[test]
fn a_half_open_link_keeps_silent_and_delivers_later() {
    let link = Link::to(echo()).expect("a link");
    let mut stream = open(&link);
    assert!(says_back(&mut stream, "one"));
    link.set(LinkState::HalfOpen);
    stream.write_all(b"two").expect("the kernel takes it");
    stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
    let mut answer = [0; 3];
    assert!(stream.read(&mut answer).is_err());
    link.set(LinkState::Good);
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    stream.read_exact(&mut answer).expect("delivered");
    assert_eq!(&answer, b"two");
}

#[test]
fn answers_are_cut_after_so_many_bytes() {
    let link = Link::to(echo()).expect("a link");
    let mut stream = open(&link);
    link.set(LinkState::CutAfter { bytes: 1000 });
    stream.write_all(&[7; 5000]).expect("sent");
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received);
    assert!(received.len() <= 1000, "{}", received.len());
    link.set(LinkState::CutAnswers);
    let mut stream = open(&link);
    assert!(!says_back(&mut stream, "anybody?"));
}

#[test]
fn one_answer_is_cut_by_the_path_of_its_request() {
    let link = Link::to(echo()).expect("a link");
    link.cut_answer("/write", 4);
    let mut stream = open(&link);
    assert!(says_back(&mut stream, "GET /read HTTP/1.1\r\n"));
    assert_eq!(link.answers_cut(), 0);
    stream.write_all(b"POST /write HTTP/1.1\r\n").expect("sent");
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received);
    assert!(received.len() <= 4, "{}", received.len());
    assert_eq!(link.answers_cut(), 1);
    assert!(says_back(&mut open(&link), "POST /write HTTP/1.1\r\n"));
}

#[test]
fn a_captive_portal_answers_with_its_own_page() {
    let link = Link::to(echo()).expect("a link");
    link.set(LinkState::CaptivePortal);
    let mut stream = open(&link);
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("sent");
    let mut page = String::new();
    let _ = stream.read_to_string(&mut page);
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("Free Wi-Fi"), "{page}");
}

#[test]
fn a_flapping_link_is_lost_and_good_by_turns() {
    let link = Link::to(echo()).expect("a link");
    link.set(LinkState::Flapping { up_ms: 30, down_ms: 30 });
    let address: SocketAddr = link.url().trim_start_matches("http://").parse().expect("an address");
    let (mut good, mut refused) = (0, 0);
    let end = Instant::now() + Duration::from_secs(10);
    while (good < 3 || refused < 3) && Instant::now() < end {
        match TcpStream::connect(address) {
            Ok(_) => good += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(good >= 3 && refused >= 3, "{good} good, {refused} refused");
}
