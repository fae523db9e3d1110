//! `exec`: runs a command beside a server of its own, and ends with it.

use std::ffi::OsString;
use std::process::Command;

use atlas_migration_mock::{Config, MockServer};
use tokio::signal::unix::{SignalKind, signal};

use super::clients::Access;
use super::{Exit, Settings, fail, runtime};

pub(super) fn exec(settings: &Settings, command: &[OsString]) -> Exit {
    let config = match settings.config() {
        Ok(config) => config,
        Err(error) => return fail(&error, Exit::Usage),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let exit = runtime.block_on(beside(config, command));
    runtime.shutdown_background();
    exit
}

async fn beside(config: Config, command: &[OsString]) -> Exit {
    let server = match MockServer::start_with(config).await {
        Ok(server) => server,
        Err(error) => return fail(&format!("no server: {error}"), Exit::NotBound),
    };
    // The terminal sends these to the command, too; what it makes of them decides.
    let ignored = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    let state = serde_json::from_str(&server.state()).unwrap_or_default();
    let [program, arguments @ ..] = command else {
        return fail("exec: no command", Exit::Usage);
    };
    let mut child = Command::new(program);
    child
        .args(arguments)
        .envs(Access::of(server.url(), &state).variables(None));
    let status = tokio::task::spawn_blocking(move || child.status()).await;
    drop(ignored);
    match status {
        Ok(Ok(status)) => Exit::Child(code(status)),
        Ok(Err(error)) => fail(
            &format!("{}: {error}", program.to_string_lossy()),
            Exit::Usage,
        ),
        Err(error) => fail(&error.to_string(), Exit::Failed),
    }
}

/// The exit code, as a shell tells it: 128 and the number of the signal that ended the command.
fn code(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
