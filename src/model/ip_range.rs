//! One entry of an IP access list: an address or a CIDR block, version 4 or 6.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An address or a CIDR block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRange(IpNet);

/// The text is neither an address nor a CIDR block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidIpRange;

impl IpRange {
    /// Whether the address lies in the range. An IPv4 address that arrives mapped into IPv6, as it does
    /// on a dual-stack socket, counts as the IPv4 address it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for IpRange {
    type Err = InvalidIpRange;

    fn from_str(text: &str) -> Result<Self, InvalidIpRange> {
        let address = text
            .parse::<IpAddr>()
            .map(|address| IpNet::from(address.to_canonical()));
        address
            .or_else(|_| text.parse())
            .map(Self)
            .map_err(|_| InvalidIpRange)
    }
}

impl fmt::Display for IpRange {
    /// A single address is written without its prefix length.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(out)
        } else {
            self.0.fmt(out)
        }
    }
}

impl Serialize for IpRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IpRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong =
            || de::Error::invalid_value(de::Unexpected::Str(&text), &"an IP address or CIDR block");
        text.parse().map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> IpRange {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_and_blocks_of_both_versions_match() {
        assert!(range("10.1.0.0/16").contains("10.1.2.3".parse().unwrap()));
        assert!(range("10.1.2.3").contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(range("2001:db8::/32").contains("2001:db8::1".parse().unwrap()));
        assert!(!range("10.1.2.3").contains("10.1.2.4".parse().unwrap()));
        assert!(!range("0.0.0.0/0").contains("::1".parse().unwrap()));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "string",
            "1.2.3",
            "1.2.3.4/33",
            "1.2.3.4/",
            " 1.2.3.4",
            "::1/129",
        ] {
            assert_eq!(text.parse::<IpRange>(), Err(InvalidIpRange), "{text}");
        }
    }

    #[test]
    fn a_single_address_is_written_bare() {
        assert_eq!(range("1.2.3.4/32").to_string(), "1.2.3.4");
        assert_eq!(range("1.2.3.0/24").to_string(), "1.2.3.0/24");
    }
}
