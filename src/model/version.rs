//! Resource versions of the Atlas Administration API v2: dates.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A resource version, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VersionDate {
    year: i16,
    month: i8,
    day: i8,
}

/// The text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidVersionDate;

impl VersionDate {
    /// The version of this date.
    pub(crate) const fn new(year: i16, month: i8, day: i8) -> Self {
        Self { year, month, day }
    }

    /// The date of a moment, in UTC.
    pub(crate) fn of(moment: Timestamp) -> Self {
        let date = moment.to_zoned(TimeZone::UTC).date();
        Self::new(date.year(), date.month(), date.day())
    }

    /// Whether `MongoDB` published any resource at this date.
    pub(crate) fn is_published(self) -> bool {
        PUBLISHED.contains(&self)
    }

    /// Whether the date lies after every published one.
    pub(crate) fn is_newer_than_published(self) -> bool {
        PUBLISHED.iter().all(|known| *known < self)
    }
}

/// Every published version, oldest first. Source: `versions.json` of the Atlas Go SDK.
const PUBLISHED: &[VersionDate] = &[
    VersionDate::new(2023, 1, 1),
    VersionDate::new(2023, 2, 1),
    VersionDate::new(2023, 10, 1),
    VersionDate::new(2023, 11, 15),
    VersionDate::new(2024, 5, 30),
    VersionDate::new(2024, 8, 5),
    VersionDate::new(2024, 10, 23),
    VersionDate::new(2024, 11, 13),
    VersionDate::new(2025, 2, 19),
    VersionDate::new(2025, 3, 12),
];

impl FromStr for VersionDate {
    type Err = InvalidVersionDate;

    fn from_str(text: &str) -> Result<Self, InvalidVersionDate> {
        let shaped = text.len() == 10
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = text
            .parse::<jiff::civil::Date>()
            .ok()
            .filter(|_| shaped)
            .ok_or(InvalidVersionDate)?;
        Ok(Self::new(date.year(), date.month(), date.day()))
    }
}

impl fmt::Display for VersionDate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_dates_are_versions() {
        assert_eq!("2023-11-15".parse(), Ok(VersionDate::new(2023, 11, 15)));
        for text in [
            "",
            "2023-13-01",
            "2023-02-30",
            "20230101",
            "2023-1-1",
            "+02023-01-1",
            "preview",
        ] {
            assert_eq!(
                text.parse::<VersionDate>(),
                Err(InvalidVersionDate),
                "{text}"
            );
        }
    }
}
