//! `health`: asks a server whether it is ready. The image's health check is this command.

use std::time::{Duration, Instant};

use super::{Exit, Settings, http};

const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn health(settings: &Settings, wait: Option<Duration>) -> Exit {
    #[expect(
        clippy::disallowed_methods,
        reason = "waiting for another process takes real time"
    )]
    let now = Instant::now;
    let began = now();
    loop {
        match http::target(settings).and_then(|address| http::get(address, "/readyz")) {
            Ok(_) => return Exit::Ok,
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
