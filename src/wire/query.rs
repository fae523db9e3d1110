//! The query string.

use crate::error::{ApiError, ErrorCode};

/// The pairs of a query string, decoded, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of a parameter. An empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    /// A flag, or what it is when it is not given.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(default),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(ApiError::of(ErrorCode::InvalidQueryParameter, name)),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn number(
        &self,
        name: &str,
        default: usize,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, ApiError> {
        let number = self
            .get(name)
            .map_or(Some(default), |text| text.parse().ok());
        let within = number.filter(|number| bounds.contains(number));
        within.ok_or_else(|| ApiError::of(ErrorCode::InvalidQueryParameter, name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn flags_are_true_or_false_in_any_case() {
        let query = Query::parse("a=true&b=FALSE&c=&d=maybe&a=false");

        assert_eq!(query.flag("a", false), Ok(true));
        assert_eq!(query.flag("b", true), Ok(false));
        assert_eq!(query.flag("c", true), Ok(true));
        assert_eq!(
            query.flag("d", false),
            Err(ApiError::of(ErrorCode::InvalidQueryParameter, "d"))
        );
    }

    proptest! {
        #[test]
        fn no_query_panics(text in ".*") {
            let query = Query::parse(&text);
            let _ = (query.flag("envelope", false), query.number("pageNum", 1, 1..=usize::MAX));
        }
    }
}
