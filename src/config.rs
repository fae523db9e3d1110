//! Every setting of a server with its default.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::model::ip_range::IpRange;
use crate::wire::truth::Truth;
use crate::world::fixture::Fixture;

/// How a server behaves. The command line fills in the same settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address to listen on. Default `127.0.0.1`.
    pub host: IpAddr,
    /// The port to listen on; 0 takes a free one. Default [`Config::PORT`].
    pub port: u16,
    /// The world to start with. Default [`Fixture::standard`].
    pub fixture: Fixture,
    /// What to answer where published pages differ from what was seen. Default [`Truth::Recorded`].
    pub truth: Truth,
    /// The seed of everything random. Default: a new one each start.
    pub seed: Option<u64>,
    /// Refuse version dates that were never published. Default `false`: a newer one is served the newest
    /// known.
    pub strict_versions: bool,
    /// Refuse requests over the rate limit. Default `true`. When `false` the headers still count.
    pub rate_limits: bool,
    /// Who may use the control API. Default [`ControlAccess::Loopback`].
    pub control: ControlAccess,
    /// How many worlds may be there at once. Default 1,000.
    pub max_worlds: usize,
    /// How long a world may go unused before it makes room for another one. Default an hour.
    pub world_idle: Duration,
    /// The proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed. Default none.
    pub trusted_proxies: Vec<IpRange>,
}

/// Who may use the control API. The probes `/livez` and `/readyz` are open to everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ControlAccess {
    /// Callers on the same machine.
    #[default]
    Loopback,
    /// Everybody.
    Open,
    /// Whoever sends this token as `Authorization: Bearer …`.
    Token(String),
}

impl Config {
    /// The default port: near the database's own, and easy to recall.
    pub const PORT: u16 = 27090;
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: Self::PORT,
            fixture: Fixture::standard(),
            truth: Truth::Recorded,
            seed: None,
            strict_versions: false,
            rate_limits: true,
            control: ControlAccess::Loopback,
            max_worlds: 1000,
            world_idle: Duration::from_hours(1),
            trusted_proxies: Vec::new(),
        }
    }
}
