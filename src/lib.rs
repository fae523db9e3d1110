//! Emulates the two HTTP APIs of a `MongoDB` push live migration.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "the modules that use these follow")]

mod error;
mod model;
mod operation;
mod wire;
mod world;
