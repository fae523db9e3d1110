//! The Atlas Administration API, a file for each of its resources.

mod link_tokens;
mod oauth;
mod organizations;
mod projects;
mod system_status;
