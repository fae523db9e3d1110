//! Media types, as far as the two APIs use them, and the version that `Accept` asks for.

use crate::model::version::VersionDate;

/// A media type; parameters such as `charset` play no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/json`.
    Json,
    /// `application/vnd.atlas.YYYY-MM-DD+json`.
    Dated(VersionDate),
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Any other, and whatever is not a media type at all.
    Other,
}

impl MediaType {
    pub(crate) fn parse(text: &str) -> Self {
        let essence = text
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            other => {
                let date = other
                    .strip_prefix("application/vnd.atlas.")
                    .and_then(|rest| rest.strip_suffix("+json"));
                date.and_then(|date| date.parse().ok())
                    .map_or(Self::Other, Self::Dated)
            }
        }
    }
}

/// The dated versions among the media ranges of an `Accept` header, in their order.
pub(crate) fn accepted_versions(accept: &str) -> impl Iterator<Item = VersionDate> + '_ {
    accept
        .split(',')
        .filter_map(|range| match MediaType::parse(range) {
            MediaType::Dated(date) => Some(date),
            _ => None,
        })
}

/// The version of a resource that answers a request for a date, or `None` for 406.
///
/// That is the newest one that is not newer than the date: the documentation's own sample asks for
/// 2023-11-15 where only 2023-01-01 exists. A date that was never published is refused when `strict`; when
/// not, a client newer than this program is served what the program knows.
pub(crate) fn resolve(
    asked: VersionDate,
    mut versions: impl DoubleEndedIterator<Item = VersionDate>,
    strict: bool,
) -> Option<VersionDate> {
    if strict && !asked.is_published() {
        return None;
    }
    versions.rfind(|version| *version <= asked)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolved(asked: VersionDate, strict: bool) -> Option<VersionDate> {
        let versions = [VersionDate::new(2023, 1, 1), VersionDate::new(2024, 5, 30)];
        resolve(asked, versions.into_iter(), strict)
    }

    fn accepted_version(accept: &str) -> Option<VersionDate> {
        accepted_versions(accept).next()
    }

    fn date(text: &str) -> VersionDate {
        text.parse().unwrap()
    }

    #[test]
    fn dates_resolve_down_to_a_version_of_the_resource() {
        assert_eq!(resolved(date("2023-11-15"), true), Some(date("2023-01-01")));
        assert_eq!(resolved(date("2024-05-30"), true), Some(date("2024-05-30")));
        assert_eq!(
            resolved(date("2099-01-01"), false),
            Some(date("2024-05-30"))
        );
        assert_eq!(resolved(date("2099-01-01"), true), None);
        assert_eq!(resolved(date("2022-12-31"), false), None);
    }

    #[test]
    fn only_dated_json_names_a_version() {
        assert_eq!(
            accepted_version("application/vnd.atlas.2023-01-01+json"),
            Some(date("2023-01-01"))
        );
        assert_eq!(
            accepted_version("text/html, Application/VND.Atlas.2023-01-01+JSON ; charset=utf-8"),
            Some(date("2023-01-01"))
        );
        for text in [
            "",
            "*/*",
            "application/json",
            "application/vnd.atlas.preview+json",
            "application/vnd.atlas.2023-01-01+csv",
        ] {
            assert_eq!(accepted_version(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = accepted_version(&text);
        }

        #[test]
        fn every_real_date_is_understood(year in 2000_i16..2100, month in 1_i8..=12, day in 1_i8..=28) {
            let text = format!("application/vnd.atlas.{year:04}-{month:02}-{day:02}+json;charset=utf-8");
            prop_assert_eq!(MediaType::parse(&text), MediaType::Dated(VersionDate::new(year, month, day)));
        }
    }
}
