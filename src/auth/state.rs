//! What every request of one server shares. No static holds any of it: two servers share one process.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::nonce::Nonces;
use crate::config::{Config, ControlAccess};
use crate::model::ip_range::IpRange;

use crate::wire::truth::Truth;
use crate::world::random::fresh_seed;
use crate::world::registry::Registry;

/// A handle to what the requests of a server share.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Shared>);

/// What the requests of a server share.
pub(crate) struct Shared {
    pub(crate) worlds: Registry,
    pub(crate) nonces: Mutex<Nonces>,
    pub(crate) control: ControlAccess,
    pub(crate) truth: Truth,
    pub(crate) strict_versions: bool,
    pub(crate) rate_limits: bool,
    pub(crate) trusted_proxies: Vec<IpRange>,
    /// Whether the server is on its way down; what has no end of its own waits for it.
    pub(crate) stopping: watch::Sender<bool>,
}

impl std::ops::Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    pub(crate) fn new(config: Config) -> Self {
        let nonce_seed = config.seed.map_or_else(fresh_seed, |seed| !seed);
        Self(Arc::new(Shared {
            worlds: Registry::new(
                config.fixture,
                config.seed,
                config.max_worlds,
                config.world_idle,
            ),
            nonces: Mutex::new(Nonces::seeded(nonce_seed)),
            control: config.control,
            truth: config.truth,
            strict_versions: config.strict_versions,
            rate_limits: config.rate_limits,
            trusted_proxies: config.trusted_proxies,
            stopping: watch::Sender::new(false),
        }))
    }
}
