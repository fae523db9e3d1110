//! Who may do what: from a request to a caller, and from a caller to what a handler may touch.

pub(crate) mod access_list;
pub(crate) mod admission;
pub(crate) mod authentication;
pub(crate) mod client_credentials;
mod digest;
pub(crate) mod extract;
mod fault;
pub(crate) mod nonce;
pub(crate) mod peer;
mod preference;
pub(crate) mod rate_limit;
pub(crate) mod state;
