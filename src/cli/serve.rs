//! `serve`: from settings to a running server, and its end.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use atlas_migration_mock::{ControlAccess, Server};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Exit, LogFormat, Settings, banner, fail, runtime};

pub(super) fn serve(settings: &Settings) -> Exit {
    #[expect(clippy::disallowed_methods, reason = "the time of starting is real")]
    let began = Instant::now();
    let json_log = match settings.log_format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        format => format == LogFormat::Json,
    };
    start_log(json_log);
    let config = match settings.config() {
        Ok(config) => config,
        Err(error) => return fail(&error, Exit::Usage),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let exit = runtime.block_on(async {
        // Handlers come before the port: whoever sees it open may send a signal.
        let stop = match Stop::install() {
            Ok(stop) => stop,
            Err(error) => return fail(&format!("no signal handler: {error}"), Exit::Failed),
        };
        let (host, port) = (config.host, config.port);
        let server = match Server::bind(config).await {
            Ok(server) => server,
            Err(error) => {
                return fail(
                    &format!("--host {host} --port {port}: {error}"),
                    Exit::NotBound,
                );
            }
        };
        if let Err(error) = announce(settings, &server, began) {
            return fail(&error, Exit::Failed);
        }
        match server.run(stop.asked()).await {
            Ok(()) => Exit::Ok,
            Err(error) => fail(&error.to_string(), Exit::Failed),
        }
    });
    // Whatever still waits (a reader of a half-sent request) must not hold the process.
    runtime.shutdown_background();
    exit
}

fn start_log(json: bool) {
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false);
    if json {
        log.json()
            .flatten_event(true)
            .with_current_span(false)
            .init();
    } else {
        log.with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
            .init();
    }
}

/// Tells people on standard error and programs on standard output, and in the port file, where the server is.
fn announce(settings: &Settings, server: &Server, began: Instant) -> Result<(), String> {
    let url = server.url();
    // Who asked for JSON wants nothing else on standard error; everybody else gets the keys.
    if settings.log_format == LogFormat::Json {
        tracing::info!(url, "listening");
    } else {
        eprintln!("{}", banner::banner(&url, &server.credentials()));
    }
    if !settings.host.is_loopback() && settings.control() == ControlAccess::Open {
        tracing::warn!(host = %settings.host, "the control API below /__mock is open to other machines");
    }
    let ready = json!({
        "admin": format!("{url}/__mock"),
        "boot_ms": u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "event": "ready",
        "pid": std::process::id(),
        "url": url,
        "version": env!("CARGO_PKG_VERSION"),
    });
    if let Some(path) = &settings.port_file {
        write_whole(path, &format!("{ready}\n"))
            .map_err(|error| format!("--port-file {}: {error}", path.display()))?;
    }
    let mut out = std::io::stdout();
    // A closed standard output is no reason not to serve.
    let _ = writeln!(out, "{ready}").and_then(|()| out.flush());
    Ok(())
}

/// Whoever reads the file finds all of it or nothing.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

/// The signals that end the program.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn install() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the first signal; the second one ends the program at once.
    async fn asked(mut self) {
        self.next().await;
        tracing::info!("stopping");
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(i32::from(Exit::Failed.code()));
        });
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
