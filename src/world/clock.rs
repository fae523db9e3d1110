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
    /// How many seconds it has shown for each second since: 1 in real time, 0 when frozen.
    scale: f64,
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
    /// Whether anybody has set it: else it shows real time.
    was_set: bool,
}

impl Clock {
    /// A clock that shows the present and runs.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where real time enters a clock"
    )]
    pub(crate) fn started_now() -> Self {
        Self {
            was_set: false,
            ..Self::started_at(Timestamp::now(), 1.0)
        }
    }

    /// A clock that begins at a time.
    pub(crate) fn started_at(shown: Timestamp, scale: f64) -> Self {
        let segment = Segment {
            began: real_now(),
            shown,
            scale,
        };
        Self {
            segments: vec![segment],
            was_set: true,
        }
    }

    /// What the clock shows now.
    pub(crate) fn now(&self) -> Timestamp {
        self.at(real_now())
    }

    /// What the clock showed at a moment of real time.
    pub(crate) fn at(&self, moment: Instant) -> Timestamp {
        let after = self
            .segments
            .partition_point(|segment| segment.began <= moment);
        let segment = self.segments[after.saturating_sub(1)];
        let real = moment.saturating_duration_since(segment.began);
        let elapsed = Duration::try_from_secs_f64(real.as_secs_f64() * segment.scale);
        let shown = elapsed
            .ok()
            .and_then(|elapsed| segment.shown.checked_add(elapsed).ok());
        shown.unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward, whether it runs or is frozen.
    pub(crate) fn advance(&mut self, by: Duration) {
        let shown = self.now().checked_add(by).unwrap_or(Timestamp::MAX);
        self.push(shown, self.scale());
    }

    /// Sets the clock to a time.
    pub(crate) fn set(&mut self, shown: Timestamp) {
        self.push(shown, self.scale());
    }

    /// Stops the clock at a time.
    pub(crate) fn freeze_at(&mut self, shown: Timestamp) {
        self.push(shown, 0.0);
    }

    /// Lets the clock run on at another pace: 1 is real time, 0 freezes it.
    pub(crate) fn set_scale(&mut self, scale: f64) {
        self.push(self.now(), scale);
    }

    /// The pace at which the clock runs.
    pub(crate) fn scale(&self) -> f64 {
        self.segments.last().map_or(1.0, |segment| segment.scale)
    }

    /// Whether the clock shows anything but real time, because somebody set it.
    pub(crate) fn was_set(&self) -> bool {
        self.was_set
    }

    fn push(&mut self, shown: Timestamp, scale: f64) {
        if self.segments.len() == KEPT_SEGMENTS {
            self.segments.remove(0);
        }
        self.segments.push(Segment {
            began: real_now(),
            shown,
            scale,
        });
        self.was_set = true;
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

    fn start() -> Timestamp {
        "2026-08-10T03:03:05Z".parse().unwrap()
    }

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let mut clock = Clock::started_at(start(), 0.0);

        clock.advance(Duration::from_secs(3));

        assert_eq!(clock.now().to_string(), "2026-08-10T03:03:08Z");
    }

    #[test]
    fn the_past_is_read_as_it_was_shown() {
        let mut clock = Clock::started_at(start(), 0.0);
        let noted = real_now();

        clock.advance(Duration::from_mins(5));

        assert_eq!(clock.at(noted), start());
        assert_eq!(clock.now(), start() + Duration::from_mins(5));
    }

    #[test]
    fn a_scale_stretches_time() {
        let mut clock = Clock::started_at(start(), 0.0);
        clock.set_scale(3600.0);
        let began = clock.segments.last().unwrap().began;

        assert_eq!(
            clock.at(began + Duration::from_secs(2)),
            start() + Duration::from_hours(2)
        );
    }

    #[test]
    fn no_jump_leaves_the_range_of_time() {
        let mut clock = Clock::started_now();

        clock.advance(Duration::MAX);
        clock.set_scale(f64::MAX);
        clock.advance(Duration::from_secs(1));

        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
