//! Identifiers: 24 lowercase hexadecimal digits, `^([a-f0-9]{24})$` on every path of both APIs.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId;

fn parse(text: &str) -> Result<[u8; 12], InvalidId> {
    let lower_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !text.bytes().all(lower_hex) {
        return Err(InvalidId); // the decoder alone lets upper case and `0x` through
    }
    const_hex::decode_to_array(text).map_err(|_| InvalidId)
}

macro_rules! identifier {
    ($(#[$doc:meta])* $visibility:vis $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $visibility struct $name([u8; 12]);

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut buffer = [0; 24];
                let text = const_hex::encode_to_str(self.0, &mut buffer).map_err(|_| fmt::Error)?;
                out.write_str(text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Digits;

                impl Visitor<'_> for Digits {
                    type Value = $name;

                    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                        out.write_str("24 lowercase hexadecimal digits")
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
                    }
                }

                deserializer.deserialize_str(Digits)
            }
        }
    };
}

identifier! {
    /// Names one organization.
    pub OrgId
}
identifier! {
    /// Names one project; the wire calls it a group.
    pub(crate) GroupId
}
identifier! {
    /// Names one cluster of a source project.
    pub(crate) ClusterId
}
identifier! {
    /// Names one API key, beside its public key.
    pub(crate) ApiKeyId
}

identifier! {
    /// Names one validation.
    pub(crate) ValidationId
}
identifier! {
    /// Names one live migration.
    pub(crate) LiveMigrationId
}

/// Identifiers that the mock makes up.
macro_rules! from_bytes {
    ($($name:ident)*) => {
        $(impl From<[u8; 12]> for $name {
            fn from(bytes: [u8; 12]) -> Self {
                Self(bytes)
            }
        })*
    };
}

from_bytes! { ApiKeyId ValidationId LiveMigrationId }

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn upper_case_prefixes_and_other_lengths_are_refused() {
        for text in [
            "",
            "4888442A3354817A7320EB61",
            "0x88442a3354817a7320eb61",
            "4888442a3354817a7320eb6",
            "４",
        ] {
            assert_eq!(text.parse::<OrgId>(), Err(InvalidId), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_matches_the_published_pattern_survives_a_round_trip(text in "[a-f0-9]{24}") {
            prop_assert_eq!(text.parse::<OrgId>().unwrap().to_string(), text);
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let parsed = text.parse::<GroupId>();
            prop_assert_eq!(parsed.is_ok(), text.len() == 24 && text.bytes().all(|b| b"0123456789abcdef".contains(&b)));
        }
    }
}
