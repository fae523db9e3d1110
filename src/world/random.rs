//! The one source of chance of a world: seeded, so that runs repeat.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, RngExt, SeedableRng, TryRng};

/// A seeded generator.
#[derive(Debug)]
pub(crate) struct Random(StdRng);

impl Random {
    /// The generator of this seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// So many random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A number from 0 up to, but not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Random bytes in standard base64.
    pub(crate) fn base64<const N: usize>(&mut self) -> String {
        STANDARD.encode(self.bytes::<N>())
    }

    /// Random bytes in the alphabet of URLs, without padding.
    pub(crate) fn base64_url<const N: usize>(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<N>())
    }

    /// So many random lowercase letters.
    pub(crate) fn letters<const N: usize>(&mut self) -> String {
        self.bytes::<N>()
            .iter()
            .map(|byte| char::from(b'a' + byte % 26))
            .collect()
    }

    /// A random UUID, version 4.
    pub(crate) fn uuid(&mut self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

/// A seed from the operating system.
pub(crate) fn fresh_seed() -> u64 {
    SysRng
        .try_next_u64()
        .expect("the operating system gives random bytes")
}
