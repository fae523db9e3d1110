//! `POST /telemetry/events`: official clients report what they do, unasked.

use crate::wire::outcome::Payload;

/// Takes a report and forgets it.
pub(crate) async fn send_telemetry() -> Payload {
    Payload::empty()
}
