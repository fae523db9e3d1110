//! `health`: asks a server whether it is ready. The image's health check is this command.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::{Exit, Settings};

const PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn health(settings: &Settings, wait: Option<Duration>) -> Exit {
    #[expect(
        clippy::disallowed_methods,
        reason = "waiting for another process takes real time"
    )]
    let now = Instant::now;
    let began = now();
    loop {
        match ask(settings) {
            Ok(()) => return Exit::Ok,
            Err(_) if wait.is_some_and(|wait| now().duration_since(began) < wait) => {
                std::thread::sleep(PAUSE);
            }
            Err(reason) => {
                eprintln!("not ready: {reason}");
                return Exit::NotReady;
            }
        }
    }
}

fn ask(settings: &Settings) -> Result<(), String> {
    let address = target(settings)?;
    let failed = |error: std::io::Error| format!("{address}: {error}");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(failed)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    stream
        .write_all(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status == "200" {
        Ok(())
    } else {
        Err(format!(
            "{address}: answered {}",
            answer.lines().next().unwrap_or("nothing")
        ))
    }
}

/// Where a server with the same settings listens: the port file, if there is one, knows a port that was 0.
fn target(settings: &Settings) -> Result<SocketAddr, String> {
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
