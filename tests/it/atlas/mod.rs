//! The Atlas Administration API, a file for each of its resources.

mod available_projects;
mod link_tokens;
mod live_migrations;
mod oauth;
mod organizations;
mod projects;
mod system_status;
mod telemetry;
mod validations;
