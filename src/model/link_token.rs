//! A link-token: made by the Atlas side, consumed by the Cloud Manager side.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use super::id::OrgId;
use super::ip_range::IpRange;

/// The SHA-256 of a token. Tokens are shown once and kept as this only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TokenHash([u8; 32]);

const PREFIX: &str = "sha256:";

impl TokenHash {
    /// The hash of a token as it stands on the wire.
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

impl FromStr for TokenHash {
    type Err = const_hex::FromHexError;

    /// Reads `sha256:` and 64 hexadecimal digits as the hash itself; any other text is a token to hash.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix(PREFIX) {
            Some(digits) => const_hex::decode_to_array(digits).map(Self),
            None => Ok(Self::of(text)),
        }
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{PREFIX}{}", const_hex::encode(self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for TokenHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TokenHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            de::Error::invalid_value(
                de::Unexpected::Str(&text),
                &"a token, or `sha256:` and the 64 hexadecimal digits of its hash",
            )
        };
        if text.is_empty() {
            Err(wrong())
        } else {
            text.parse().map_err(|_| wrong())
        }
    }
}

/// A link-token that an Atlas organization issued and has not revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LinkToken {
    /// Its hash; a fixture may give the token itself.
    pub(crate) token: TokenHash,
    /// The Atlas organization that issued it: the destination.
    pub(crate) org_id: OrgId,
    /// The access list of the API key that Atlas makes for the link. Default empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) access_list_ips: Vec<IpRange>,
    /// When it was issued.
    pub(crate) created_at: Timestamp,
    /// When it stops working. Default never: no source tells of an expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<Timestamp>,
}

impl LinkToken {
    /// Whether a source organization can link with it at this time.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_and_its_written_hash_are_the_same() {
        let hash = TokenHash::of("a token");

        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!("a token".parse(), Ok(hash));
        assert!("sha256:short".parse::<TokenHash>().is_err());
    }
}
