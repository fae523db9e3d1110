//! A world: organizations, credentials, link-tokens and links with their own clock, rate limits and chance.
//!
//! Its rules are synchronous functions of state, request and now. One lock guards the state; nothing here
//! waits while holding it, and nothing here knows HTTP.

pub(crate) mod access_tokens;
pub(crate) mod clock;
pub(crate) mod fixture;
mod handshake;
pub(crate) mod random;
pub(crate) mod rate_limit;
pub(crate) mod store;

use std::time::Instant;

use jiff::Timestamp;
use parking_lot::Mutex;

use clock::Clock;
use fixture::Fixture;
use random::Random;
use rate_limit::RateLimits;
use store::Store;

/// Everything that changes, behind the world's lock.
pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) rate_limits: RateLimits,
    pub(crate) random: Random,
}

impl State {
    fn new(fixture: Fixture, seed: u64) -> Self {
        let mut random = Random::seeded(seed);
        let store = Store::new(fixture, &mut random);
        Self {
            store,
            clock: Clock::started_now(),
            rate_limits: RateLimits::default(),
            random,
        }
    }
}

/// One isolated universe.
pub(crate) struct World {
    origin: Fixture,
    seed: u64,
    state: Mutex<State>,
}

impl World {
    /// The world that a checked fixture describes.
    pub(crate) fn new(fixture: Fixture, seed: u64) -> Self {
        let state = Mutex::new(State::new(fixture.clone(), seed));
        Self {
            origin: fixture,
            seed,
            state,
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

    /// Makes the world what its fixture made it: data, clock, rate limits and chance.
    pub(crate) fn reset(&self) {
        *self.state.lock() = State::new(self.origin.clone(), self.seed);
    }

    /// The state as a fixture.
    pub(crate) fn export(&self) -> Fixture {
        self.state.lock().store.export()
    }

    /// Replaces the data by those of a checked fixture; the clock runs on, the rate limits start anew. A
    /// reset still leads back to the fixture of the start.
    pub(crate) fn import(&self, fixture: Fixture) {
        self.step(|state, _| {
            state.store = Store::new(fixture, &mut state.random);
            state.rate_limits = RateLimits::default();
        });
    }
}
