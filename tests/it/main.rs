//! The server as its users meet it: real HTTP over a socket, a server of its own for each test.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![expect(clippy::format_push_string, reason = "tables grow line by line")]

mod atlas;
mod authentication;
mod catalogue;
mod clients;
mod cloud_manager;
mod connection;
mod control;
mod conversation;
mod handshake;
mod migration_commands;
mod negotiation;
mod presentation;
mod program;
mod properties;
mod rate_limit;
mod readme;
mod schemas;
mod support;
