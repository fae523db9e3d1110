//! Bytes on the wire: what requests mean and how answers are written. Nothing here knows a world.

pub(crate) mod distortion;
pub(crate) mod headers;
pub(crate) mod json;
pub(crate) mod media_type;
pub(crate) mod outcome;
pub(crate) mod page;
pub(crate) mod presentation;
mod pretty;
pub(crate) mod query;
pub(crate) mod truth;
