//! The control API, a file for each of its parts.

mod clock;
mod coverage;
mod faults;
mod guard;
mod health;
mod journal;
mod live_migrations;
mod migration_link;
mod preference;
mod state;
mod validations;
mod verify;
mod worlds;
