//! The one kind of request that the command line makes: to a mock on this machine.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::Settings;

const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for a path; the body of a 200, or why there is none.
pub(super) fn get(address: SocketAddr, path: &str) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{address}: {error}");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    let status_line = answer.lines().next().unwrap_or("nothing");
    match (status_line.split(' ').nth(1), answer.split_once("\r\n\r\n")) {
        (Some("200"), Some((_, body))) => Ok(body.to_owned()),
        _ => Err(format!("{address}: answered {status_line}")),
    }
}

/// Where a server with the same settings listens: the port file, if there is one, knows a port that was 0.
pub(super) fn target(settings: &Settings) -> Result<SocketAddr, String> {
    let host = match settings.host {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    let Some(file) = settings.port_file.as_ref().filter(|_| settings.port == 0) else {
        return Ok(SocketAddr::new(host, settings.port));
    };
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    let ready: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
    let port = ready["url"]
        .as_str()
        .and_then(|url| url.rsplit(':').next())
        .and_then(|port| port.parse().ok());
    port.map(|port| SocketAddr::new(host, port))
        .ok_or_else(|| format!("{name}: holds no url with a port"))
}
