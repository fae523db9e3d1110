//! A world: organizations, credentials, link-tokens and links with their own clock, rate limits and chance.
//!
//! Its rules are synchronous functions of state, request and now. One lock guards the state; nothing here
//! waits while holding it, and nothing here knows HTTP.

pub(crate) mod access_tokens;
pub(crate) mod clock;
pub(crate) mod fixture;
mod handshake;
pub(crate) mod journal;
pub(crate) mod mask;
pub(crate) mod migrations;
pub(crate) mod random;
pub(crate) mod rate_limit;
pub(crate) mod store;
pub(crate) mod timeline;

use std::time::Instant;

use jiff::Timestamp;
use parking_lot::Mutex;

use clock::Clock;
use fixture::{ClockSetting, Fixture};
use journal::{Exchange, Journal};
use mask::Masked;
use random::{Random, fresh_seed};
use rate_limit::RateLimits;
use store::Store;

/// Everything that changes, behind the world's lock.
pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) rate_limits: RateLimits,
    pub(crate) random: Random,
    pub(crate) journal: Journal,
}

impl State {
    fn new(fixture: Fixture, seed: Option<u64>) -> Self {
        let mut random = Random::seeded(seed.unwrap_or_else(fresh_seed));
        let clock = clock_of(&fixture).unwrap_or_else(Clock::started_now);
        let store = Store::new(fixture, &mut random);
        Self {
            store,
            clock,
            rate_limits: RateLimits::default(),
            random,
            journal: Journal::default(),
        }
    }
}

/// One isolated universe.
pub(crate) struct World {
    origin: Fixture,
    /// Without one, what is random differs after a reset, too.
    seed: Option<u64>,
    state: Mutex<State>,
}

impl World {
    /// The world that a checked fixture describes.
    pub(crate) fn new(fixture: Fixture, seed: Option<u64>) -> Self {
        let clock = fixture.clock.clone();
        let state = State::new(fixture, seed);
        // With the secrets that the fixture left open: a reset must not change them.
        let origin = Fixture {
            clock,
            ..state.store.export()
        };
        Self {
            origin,
            seed,
            state: Mutex::new(state),
        }
    }

    /// Runs one step on the state, at the world's present.
    pub(crate) fn step<T>(&self, act: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock();
        let now = state.clock.now();
        act(&mut state, now)
    }

    /// What the clock shows now.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.lock().clock.now()
    }

    /// What the clock showed at a moment of real time.
    pub(crate) fn at(&self, moment: Instant) -> Timestamp {
        self.state.lock().clock.at(moment)
    }

    /// Makes the world what its fixture made it: data, clock, rate limits and chance. The journal is emptied,
    /// and who follows it goes on.
    pub(crate) fn reset(&self) {
        let fresh = State::new(self.origin.clone(), self.seed);
        let mut state = self.state.lock();
        let mut journal = std::mem::take(&mut state.journal);
        journal.clear();
        *state = State { journal, ..fresh };
    }

    /// Writes an exchange into the journal, without its secrets.
    pub(crate) fn record(&self, exchange: Exchange) {
        // Outside the lock: most of the work needs to know the exchange only.
        let mut exchange = Masked::of(exchange);
        self.step(|state, _| {
            exchange.hide(state.store.secrets());
            state.journal.push(exchange);
        });
    }

    /// The state as a fixture. It says what the clock shows if anybody has set it.
    pub(crate) fn export(&self) -> Fixture {
        self.step(|state, now| Fixture {
            clock: state.clock.was_set().then(|| ClockSetting {
                now,
                scale: state.clock.scale(),
            }),
            ..state.store.export()
        })
    }

    /// Replaces the data by those of a checked fixture, and the clock if the fixture has one; the rate limits
    /// start anew. A reset still leads back to the fixture of the start.
    pub(crate) fn import(&self, fixture: Fixture) {
        self.step(|state, _| {
            if let Some(clock) = clock_of(&fixture) {
                state.clock = clock;
            }
            state.store = Store::new(fixture, &mut state.random);
            state.rate_limits = RateLimits::default();
        });
    }
}

fn clock_of(fixture: &Fixture) -> Option<Clock> {
    let setting = fixture.clock.as_ref()?;
    Some(Clock::started_at(setting.now, setting.scale))
}
