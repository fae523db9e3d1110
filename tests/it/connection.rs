//! Connections, seen from a socket: what clients do that send head and body apart, or more than one request.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{LINK_TOKENS, Mock};

/// One answer off a connection: its status line and its body.
fn answer(stream: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    let status = head.lines().next().unwrap().to_owned();
    (status, String::from_utf8(body).unwrap())
}

fn connect(mock: &Mock) -> TcpStream {
    TcpStream::connect(mock.server.url().strip_prefix("http://").unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_waits_for_the_body_and_keeps_the_connection() {
    let mock = Mock::start().await;
    let mut stream = connect(&mock);
    let head =
        format!("POST {LINK_TOKENS} HTTP/1.1\r\nHost: mock\r\nContent-Length: 1000000\r\n\r\n");
    for _ in 0..3 {
        stream.write_all(head.as_bytes()).unwrap();
        for _ in 0..10 {
            stream.write_all(&vec![b' '; 100_000]).unwrap();
        }
        assert_eq!(answer(&mut stream).0, "HTTP/1.1 401 Unauthorized");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_far_too_much_still_hears_the_answer() {
    let mock = Mock::start().await;
    let mut stream = connect(&mock);
    let head =
        format!("POST {LINK_TOKENS} HTTP/1.1\r\nHost: mock\r\nContent-Length: 20000000\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..20 {
        stream.write_all(&vec![b' '; 1_000_000]).unwrap();
    }

    assert_eq!(answer(&mut stream).0, "HTTP/1.1 401 Unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let mock = Mock::start().await;
    let mut stream = connect(&mock);
    stream
        .write_all(
            b"GET /livez HTTP/1.1\r\nHost: mock\r\n\r\nGET /readyz HTTP/1.1\r\nHost: mock\r\n\r\n",
        )
        .unwrap();

    assert_eq!(answer(&mut stream).1, r#"{"status":"alive"}"#);
    assert_eq!(answer(&mut stream).1, r#"{"status":"ready"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_is_a_body() {
    let mock = Mock::start().await;
    let token = mock.access_token().await;
    let mut stream = connect(&mock);
    let head = format!(
        "POST {LINK_TOKENS} HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer {token}\r\n\
         Accept: application/vnd.atlas.2023-01-01+json\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n").unwrap();

    assert_eq!(answer(&mut stream).0, "HTTP/1.1 201 Created");
}

#[tokio::test]
async fn an_id_that_is_no_text_is_told_as_it_came() {
    let mock = Mock::start().await;

    let reply = mock.atlas_owner().get("/api/atlas/v2/orgs/%FF").await;

    assert_eq!(reply.status, 404);
    assert_eq!(reply.json()["parameters"], serde_json::json!(["%FF"]));
}
