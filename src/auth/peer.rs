//! Where a request comes from, and under which address its client knows this server.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{HOST, HeaderMap};
use axum::http::request::Parts;

use crate::model::ip_range::IpRange;

/// The client at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Its address: the socket's or, behind a trusted proxy, the nearest one that is not a trusted proxy.
    pub(crate) address: IpAddr,
    /// Scheme and host as the client wrote them, such as `http://127.0.0.1:27090`.
    pub(crate) origin: String,
}

impl Peer {
    pub(crate) fn of(parts: &Parts, trusted_proxies: &[IpRange]) -> Self {
        let socket = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip().to_canonical());
        let address = socket.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let trusted = |address: IpAddr| trusted_proxies.iter().any(|range| range.contains(address));
        let host = text(&parts.headers, HOST.as_str()).unwrap_or("localhost");
        if !trusted(address) {
            return Self {
                address,
                origin: format!("http://{host}"),
            };
        }
        let forwarded = parts.headers.get_all("x-forwarded-for");
        let lists = forwarded.iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
        // From the nearest hop on: the first that no trusted proxy wrote about itself is the client. What
        // stands before it, or before a hop that is no address, anybody may have written.
        let known = hops.iter().rev().map_while(|hop| hop_address(hop.trim()));
        let mut client = address;
        for hop in known {
            client = hop;
            if !trusted(hop) {
                break;
            }
        }
        let scheme = text(&parts.headers, "x-forwarded-proto").unwrap_or("http");
        let host = text(&parts.headers, "x-forwarded-host").unwrap_or(host);
        Self {
            address: client,
            origin: format!("{scheme}://{host}"),
        }
    }
}

/// An address, with or without a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop
        .parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|hop| hop.ip()));
    address.map(|address| address.to_canonical()).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn peer(socket: &str, forwarded: &str, trusted: &[&str]) -> String {
        let request = Request::builder()
            .header("host", "mock:1")
            .header("x-forwarded-for", forwarded);
        let (mut parts, ()) = request
            .header("x-forwarded-proto", "https")
            .body(())
            .unwrap()
            .into_parts();
        let socket = SocketAddr::new(socket.parse().unwrap(), 1);
        parts.extensions.insert(ConnectInfo(socket));
        let trusted: Vec<IpRange> = trusted.iter().map(|range| range.parse().unwrap()).collect();
        let peer = Peer::of(&parts, &trusted);
        format!("{} {}", peer.address, peer.origin)
    }

    #[test]
    fn forwarded_addresses_count_only_from_a_trusted_proxy() {
        assert_eq!(
            peer("192.0.2.1", "198.51.100.7", &[]),
            "192.0.2.1 http://mock:1"
        );
        assert_eq!(
            peer("192.0.2.1", "198.51.100.7", &["192.0.2.0/24"]),
            "198.51.100.7 https://mock:1"
        );
        assert_eq!(
            peer(
                "192.0.2.1",
                "203.0.113.9, 198.51.100.7, 192.0.2.2",
                &["192.0.2.0/24"]
            ),
            "198.51.100.7 https://mock:1"
        );
        assert_eq!(
            peer("192.0.2.1", "nonsense, 203.0.113.9:4711", &["192.0.2.0/24"]),
            "203.0.113.9 https://mock:1"
        );
        assert_eq!(
            peer(
                "192.0.2.1",
                "198.51.100.7, nonsense, 203.0.113.9",
                &["192.0.2.0/24"]
            ),
            "203.0.113.9 https://mock:1"
        );
        assert_eq!(
            peer("192.0.2.1", "198.51.100.7, nonsense", &["192.0.2.0/24"]),
            "192.0.2.1 https://mock:1"
        );
        assert_eq!(
            peer("192.0.2.1", "nonsense", &["192.0.2.0/24"]),
            "192.0.2.1 https://mock:1"
        );
        assert_eq!(
            peer("::ffff:192.0.2.1", "198.51.100.7", &["192.0.2.1"]),
            "198.51.100.7 https://mock:1"
        );
    }
}
