//! `GET /__mock/v1/requests/stream`: exchanges as they come, as server-sent events.
//!
//! A stream keeps nothing but how far it has read: what it has to send stands in the journal. So a slow
//! reader costs no memory, and loses what the journal drops in the meantime, which it is told.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use futures_util::stream::unfold;
use serde_json::json;
use tokio::sync::watch;

use super::Target;
use super::journal::Filter;
use crate::auth::state::AppState;
use crate::wire::outcome::{Document, Problem};
use crate::wire::query::Query;
use crate::world::World;

/// How often a stream without news gives a sign of life, by which a connection is found that has ended.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How many entries are taken out of the journal at once.
const BATCH: usize = 16;

/// Follows the journal, from now on or from after the event that the reader names as its last.
pub(crate) async fn follow(
    State(app): State<AppState>,
    Target(world): Target,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Document, Problem> {
    let filter = Filter::of(&Query::parse(query.as_deref().unwrap_or_default()))?;
    // A browser that connects anew repeats the address and adds how far it came.
    let last_event = headers.get("last-event-id");
    let last_event = last_event.and_then(|value| value.to_str().ok()?.parse().ok());
    let last = world.step(|state, _| state.journal.last());
    let newest = *last.borrow();
    // A number from before the server was started anew is none of these.
    let read = last_event.or(filter.since).unwrap_or(newest).min(newest);
    let reader = Reader {
        world,
        last,
        stopping: app.stopping.subscribe(),
        filter,
        read,
        greeted: false,
    };
    let events = unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    Ok(Document::new(
        "text/event-stream",
        Body::from_stream(events),
    ))
}

/// Somebody who follows a journal.
struct Reader {
    world: Arc<World>,
    last: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    filter: Filter,
    /// The sequence number up to which everything was sent, left out or lost.
    read: u64,
    greeted: bool,
}

impl Reader {
    /// The next piece of the stream; none when the server stops.
    async fn next(&mut self) -> Option<String> {
        if !self.greeted {
            self.greeted = true;
            return Some(": new exchanges follow\n\n".to_owned());
        }
        loop {
            let events = self.events();
            if !events.is_empty() {
                return Some(events);
            }
            tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                () = tokio::time::sleep(HEARTBEAT) => return Some(":\n\n".to_owned()),
                changed = self.last.changed() => changed.ok()?,
            }
        }
    }

    /// What the journal has beyond what was read.
    fn events(&mut self) -> String {
        let mut events = Vec::new();
        loop {
            let newest = *self.last.borrow_and_update();
            let read = self.read;
            let batch = self.world.step(|state, _| state.journal.batch(read, BATCH));
            let reached = batch.first().map_or(newest, |entry| entry.sequence - 1);
            let lost = reached.saturating_sub(read);
            if lost > 0 {
                events.push(format!(
                    "event: lost\ndata: {}\n\n",
                    json!({ "lost": lost })
                ));
            }
            self.read = batch
                .last()
                .map_or(reached.max(read), |entry| entry.sequence);
            for entry in batch
                .iter()
                .filter(|entry| self.filter.accepts(&entry.exchange))
            {
                let data = json!(**entry);
                let id = entry.sequence;
                events.push(format!("id: {id}\nevent: exchange\ndata: {data}\n\n"));
            }
            if !events.is_empty() || batch.is_empty() {
                return events.concat();
            }
        }
    }
}
