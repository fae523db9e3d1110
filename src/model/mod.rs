//! The nouns of the field as plain data: what a fixture holds and what an export gives back.
//!
//! Nothing here knows HTTP, the clock or the store. Every type parses once, at the edge, and is valid
//! from then on.

pub(crate) mod cluster;
pub(crate) mod credential;
pub(crate) mod id;
pub(crate) mod ip_range;
pub(crate) mod link_token;
pub(crate) mod live_migration;
pub(crate) mod migration_link;
pub(crate) mod organization;
pub(crate) mod project;
pub(crate) mod validation;
pub(crate) mod version;
