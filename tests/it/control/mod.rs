//! The control API, a file for each of its parts.

mod health;
mod migration_link;
mod preference;
mod state;
