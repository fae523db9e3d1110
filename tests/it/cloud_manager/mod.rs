//! The Cloud Manager / Ops Manager API, a file for each of its resources.

mod migration_link;
mod organizations;
mod projects;
