//! The Atlas Administration API, below `/api/atlas/v2` and, without versions, `/api/atlas/v1.0`; and its
//! token endpoint below `/api/oauth`; and what official clients send besides.

pub(crate) mod available_projects;
pub(crate) mod link_tokens;
pub(crate) mod live_migrations;
mod migration_request;
pub(crate) mod oauth;
pub(crate) mod organizations;
pub(crate) mod projects;
pub(crate) mod system_status;
pub(crate) mod telemetry;
pub(crate) mod validations;
