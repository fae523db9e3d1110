//! `GET` and `POST /__mock/v1/clock`

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Target};
use crate::wire::outcome::{Payload, Problem};
use crate::world;

/// One thing to do with the clock.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum Command {
    /// Moves it forward, by seconds or by a text such as `120h` or `PT2H`.
    Advance(Span),
    /// Jumps to the next events of the world.
    Next(bool),
    /// Stops it: `true` at what it shows, or at a time.
    Freeze(Freeze),
    /// Lets it run at a pace: 1 is real time.
    Scale(f64),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number of seconds or a text such as 120h"
)]
pub(crate) enum Span {
    Seconds(u64),
    Text(SignedDuration),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(
    untagged,
    expecting = "expected true, false or a time such as 2026-08-10T03:00:00Z"
)]
pub(crate) enum Freeze {
    Here(bool),
    At(Timestamp),
}

/// What the clock shows.
pub(crate) async fn read(Target(world): Target) -> Payload {
    Payload::entity(world.step(|state, _| shown(state)))
}

/// Does one thing with the clock, and answers what it shows then; for `next` also what happened.
pub(crate) async fn command(
    Target(world): Target,
    Body(command): Body<Command>,
) -> Result<Payload, Problem> {
    world.step(|state, now| {
        let mut events = Vec::new();
        match command {
            Command::Advance(span) => state.clock.advance(span.forward()?),
            Command::Next(true) => {
                events = state.store.next_events(now);
                if let Some(event) = events.first() {
                    state.clock.set(event.at);
                }
            }
            Command::Next(false) => {}
            Command::Freeze(Freeze::At(time)) if time < now => {
                let detail = format!("freeze: it is {now}, and a clock goes forward only.");
                return Err(Problem::new(409, detail));
            }
            Command::Freeze(Freeze::At(time)) => state.clock.freeze_at(time),
            Command::Freeze(Freeze::Here(true)) => state.clock.freeze_at(now),
            Command::Freeze(Freeze::Here(false)) if state.clock.scale() > 0.0 => {}
            Command::Freeze(Freeze::Here(false)) => state.clock.set_scale(1.0),
            Command::Scale(pace) if pace.is_finite() && pace >= 0.0 => {
                state.clock.set_scale(pace.abs());
            }
            Command::Scale(pace) => {
                return Err(Problem::new(
                    400,
                    format!("scale: expected 0 or more, found {pace}."),
                ));
            }
        }
        let mut shown = shown(state);
        if matches!(command, Command::Next(_)) {
            shown["events"] = json!(events);
        }
        Ok(Payload::entity(shown))
    })
}

fn shown(state: &world::State) -> Value {
    json!({ "frozen": state.clock.scale() == 0.0, "now": state.clock.now(), "scale": state.clock.scale() })
}

impl Span {
    fn forward(self) -> Result<Duration, Problem> {
        match self {
            Self::Seconds(seconds) => Ok(Duration::from_secs(seconds)),
            Self::Text(span) => span
                .try_into()
                .map_err(|_| Problem::new(400, "advance: a clock goes forward only.")),
        }
    }
}
