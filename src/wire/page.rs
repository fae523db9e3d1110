//! Lists: `links`, `results`, `totalCount`, in pages.

use serde_json::{Value, json};

use super::outcome::Payload;
use super::query::Query;
use crate::error::ApiError;

/// One page, as asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    number: usize,
    items: usize,
    include_count: bool,
}

impl Page {
    /// Reads `pageNum` (from 1, default 1), `itemsPerPage` (1 to 500, default 100) and `includeCount`
    /// (default `true`).
    pub(crate) fn of(query: &Query) -> Result<Self, ApiError> {
        Ok(Self {
            number: query.number("pageNum", 1, 1..=usize::MAX)?,
            items: query.number("itemsPerPage", 100, 1..=500)?,
            include_count: query.flag("includeCount", true)?,
        })
    }

    /// The list whose items are `all`, seen through this page. `url` is the list's own, without a query.
    pub(crate) fn list(self, all: Vec<Value>, url: &str, query: &Query) -> Payload {
        let total = all.len();
        let before = (self.number - 1).saturating_mul(self.items);
        let results: Vec<Value> = all.into_iter().skip(before).take(self.items).collect();
        let mut links = vec![self.link(url, query, self.number, "self")];
        if self.number > 1 {
            links.push(self.link(url, query, self.number - 1, "previous"));
        }
        if total > before.saturating_add(self.items) {
            links.push(self.link(url, query, self.number + 1, "next"));
        }
        let mut list = json!({ "links": links, "results": results });
        if self.include_count {
            list["totalCount"] = total.into();
        }
        Payload::list(list)
    }

    /// The caller's own parameters stay in front; `pageNum` and `itemsPerPage` come last, as recorded.
    fn link(self, url: &str, query: &Query, page: usize, rel: &str) -> Value {
        let mut parameters = form_urlencoded::Serializer::new(String::new());
        parameters.extend_pairs(
            query
                .pairs()
                .filter(|(name, _)| !matches!(*name, "pageNum" | "itemsPerPage")),
        );
        parameters.append_pair("pageNum", &page.to_string());
        parameters.append_pair("itemsPerPage", &self.items.to_string());
        link(&format!("{url}?{}", parameters.finish()), rel)
    }
}

/// One entry of `links`.
pub(crate) fn link(href: &str, rel: &str) -> Value {
    json!({ "href": href, "rel": rel })
}

/// A link to what lies below an entity, with the relation that the recordings give it.
pub(crate) fn child_link(url: &str, child: &str) -> Value {
    link(
        &format!("{url}/{child}"),
        &format!("https://cloud.mongodb.com/{child}"),
    )
}

/// Whether a name begins with what a `name` parameter asks for, in any case, as its description says.
pub(crate) fn begins_with(name: &str, wanted: &str) -> bool {
    name.to_lowercase().starts_with(&wanted.to_lowercase())
}
