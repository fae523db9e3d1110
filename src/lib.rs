//! Emulates the two HTTP APIs of a `MongoDB` push live migration, linked to each other: the Atlas
//! Administration API, which issues a link-token, and the Cloud Manager / Ops Manager API, which consumes it.
//!
//! The program `atlas-migration-mock` serves both on one port. A Rust test starts a server in its own process
//! and drops it:
//!
//! ```
//! use atlas_migration_mock::MockServer;
//! use diqwest::WithDigestAuth;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let mock = MockServer::start().await.unwrap();
//! let url = format!("{}/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens", mock.url());
//!
//! let answer = reqwest::Client::new()
//!     .post(url)
//!     .header("accept", "application/vnd.atlas.2023-01-01+json")
//!     .json(&serde_json::json!({ "accessListIps": [] }))
//!     .send_digest_auth(("atlasown", "00000000-0000-4000-8000-000000000001"))
//!     .await
//!     .unwrap();
//!
//! assert_eq!(answer.status(), 201);
//! # });
//! ```
//!
//! What is emulated, and how sure the project is of each answer, is in `docs/fidelity.md` and in
//! [`fidelity_report`].

mod app;
mod atlas;
mod auth;
mod cloud_manager;
mod config;
mod control;
mod error;
mod fidelity;
mod model;
mod operation;
mod recording;
mod server;
mod wire;
mod world;

pub use config::{Config, ControlAccess};
pub use fidelity::fidelity_report;
pub use model::credential::{Credential, CredentialKind};
pub use model::id::{InvalidId, OrgId};
pub use model::ip_range::{InvalidIpRange, IpRange};
pub use model::organization::{Organization, Side};
pub use server::{MockServer, Server};
pub use wire::truth::Truth;
pub use world::fixture::{Fixture, FixtureError};
