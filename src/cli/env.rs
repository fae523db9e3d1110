//! `env`: prints the variables that clients read, for the shell to take over.

use super::clients::{Access, Client};
use super::{Exit, Settings, fail, http, print, shell_word};

pub(super) fn env(settings: &Settings, client: Option<Client>) -> Exit {
    let exported = http::target(settings).and_then(|address| {
        let state = http::get(address, "/__mock/v1/state")?;
        let state = serde_json::from_str(&state).map_err(|error| format!("{address}: {error}"))?;
        Ok(Access::of(&format!("http://{address}"), &state))
    });
    match exported {
        Ok(access) => {
            let lines = access.variables(client);
            let lines = lines
                .iter()
                .map(|(name, value)| format!("export {name}={}\n", shell_word(value)));
            print(&lines.collect::<String>())
        }
        Err(reason) => fail(&format!("no server to ask: {reason}"), Exit::NotReady),
    }
}
