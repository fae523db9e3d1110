//! The virtual clock: it runs in real time until told otherwise.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// A stretch of time in which the clock ran evenly.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// When the stretch began, in real time.
    began: Instant,
    /// What the clock showed then.
    shown: Timestamp,
    /// Whether it has run since.
    running: bool,
}

/// How many past stretches are kept. Older moments are read off the oldest one left.
const KEPT_SEGMENTS: usize = 256;

/// Virtual time as a function of real time.
///
/// It keeps its past, so that a moment noted in real time (a nonce, which is issued before anybody knows
/// which world it will be used in) can be read on this clock later.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// Never empty, in order of `began`.
    segments: Vec<Segment>,
}

impl Clock {
    /// A clock that shows the present and runs.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where real time enters a clock"
    )]
    pub(crate) fn started_now() -> Self {
        Self {
            segments: vec![Segment {
                began: Instant::now(),
                shown: Timestamp::now(),
                running: true,
            }],
        }
    }

    /// What the clock shows now.
    pub(crate) fn now(&self) -> Timestamp {
        self.at(real_now())
    }

    /// What the clock showed at a moment of real time.
    pub(crate) fn at(&self, moment: Instant) -> Timestamp {
        let index = self
            .segments
            .partition_point(|segment| segment.began <= moment)
            .saturating_sub(1);
        let segment = self.segments[index];
        let elapsed = if segment.running {
            moment.saturating_duration_since(segment.began)
        } else {
            Duration::ZERO
        };
        segment.shown.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward, whether it runs or is frozen.
    pub(crate) fn advance(&mut self, by: Duration) {
        let shown = self.now().checked_add(by).unwrap_or(Timestamp::MAX);
        self.push(shown, self.is_running());
    }

    /// Stops the clock at this time.
    pub(crate) fn freeze(&mut self, at: Timestamp) {
        self.push(at, false);
    }

    fn is_running(&self) -> bool {
        self.segments.last().is_some_and(|segment| segment.running)
    }

    fn push(&mut self, shown: Timestamp, running: bool) {
        if self.segments.len() == KEPT_SEGMENTS {
            self.segments.remove(0);
        }
        self.segments.push(Segment {
            began: real_now(),
            shown,
            running,
        });
    }
}

/// The present in real time, for moments that a clock reads later.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where real time enters"
)]
pub(crate) fn real_now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let mut clock = Clock::started_now();
        let start: Timestamp = "2026-08-10T03:03:05Z".parse().unwrap();

        clock.freeze(start);
        clock.advance(Duration::from_secs(3));

        assert_eq!(clock.now().to_string(), "2026-08-10T03:03:08Z");
    }

    #[test]
    fn the_past_is_read_as_it_was_shown() {
        let mut clock = Clock::started_now();
        let start: Timestamp = "2026-08-10T03:03:05Z".parse().unwrap();
        clock.freeze(start);
        let noted = real_now();

        clock.advance(Duration::from_mins(5));

        assert_eq!(clock.at(noted), start);
        assert_eq!(clock.now(), start + Duration::from_mins(5));
    }

    #[test]
    fn no_jump_leaves_the_range_of_time() {
        let mut clock = Clock::started_now();

        clock.advance(Duration::MAX);
        clock.advance(Duration::from_secs(1));

        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
