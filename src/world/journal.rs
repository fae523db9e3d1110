//! The journal: the last exchanges of a world, bounded in bytes, without secrets.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use tokio::sync::watch;

use super::mask::Masked;

/// How much a journal holds, in bytes of memory: some thousand exchanges of the usual size.
pub(crate) const CAPACITY: usize = 4 * 1024 * 1024;

/// A request and its answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exchange {
    /// When the request came, by the clock of the world.
    pub(crate) time: Timestamp,
    pub(crate) method: String,
    /// The path with its query.
    pub(crate) path: String,
    /// The name of the operation, if the path and method are those of one.
    pub(crate) operation: Option<&'static str>,
    pub(crate) status: u16,
    /// The error code, if the request was refused.
    pub(crate) error_code: Option<&'static str>,
    /// How long it took, by the clock of the world: nothing while that is frozen.
    pub(crate) duration_ms: u64,
    pub(crate) request: Message,
    /// The answer, before compression.
    pub(crate) response: Message,
}

/// One half of an exchange.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Message {
    /// Names in lower case, each once: what came more than once is joined by commas.
    #[serde(serialize_with = "as_object")]
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

fn as_object<S: Serializer>(headers: &[(String, String)], out: S) -> Result<S::Ok, S::Error> {
    out.collect_map(headers.iter().map(|(name, value)| (name, value)))
}

impl Message {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The memory that it takes.
    fn bytes(&self) -> usize {
        let headers = self.headers.iter();
        let texts = headers.map(|(name, value)| name.capacity() + value.capacity());
        let pairs = self.headers.capacity() * size_of::<(String, String)>();
        texts.sum::<usize>() + pairs + self.body.capacity()
    }
}

impl Exchange {
    /// Every text in it that a client can have a say in.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let messages = [&mut self.request, &mut self.response].into_iter();
        let texts = messages.flat_map(|message| {
            let values = message.headers.iter_mut().map(|(_, value)| value);
            values.chain([&mut message.body])
        });
        texts.chain([&mut self.path])
    }

    fn bytes(&self) -> usize {
        let own = size_of::<Entry>() + self.method.capacity() + self.path.capacity();
        own + self.request.bytes() + self.response.bytes()
    }

    /// An exchange for tests to change.
    #[cfg(test)]
    pub(crate) fn example() -> Self {
        Self {
            time: Timestamp::UNIX_EPOCH,
            method: "GET".to_owned(),
            path: "/".to_owned(),
            operation: None,
            status: 200,
            error_code: None,
            duration_ms: 0,
            request: Message::default(),
            response: Message::default(),
        }
    }
}

/// An exchange in the journal.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    /// Counts from 1 and never repeats while the server runs.
    pub(crate) sequence: u64,
    #[serde(flatten)]
    pub(crate) exchange: Exchange,
}

/// The last exchanges of a world.
#[derive(Debug)]
pub(crate) struct Journal {
    entries: VecDeque<Arc<Entry>>,
    capacity: usize,
    /// What the entries take.
    bytes: usize,
    /// How many entries made room for newer ones.
    dropped: u64,
    /// The sequence number of the last entry that was dropped.
    dropped_through: u64,
    /// The sequence number of the last entry. Whoever follows the journal waits for it to change.
    last: watch::Sender<u64>,
}

/// What a journal holds at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Excerpt {
    /// Oldest first.
    pub(crate) entries: Vec<Arc<Entry>>,
    /// How many entries made room for newer ones, since the journal was last emptied.
    pub(crate) dropped: u64,
    /// The sequence number of the last entry that was dropped.
    pub(crate) dropped_through: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl Journal {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            capacity,
            bytes: 0,
            dropped: 0,
            dropped_through: 0,
            last: watch::Sender::new(0),
        }
    }

    /// Adds an exchange; the oldest ones make room.
    pub(super) fn push(&mut self, exchange: Masked) {
        let exchange = exchange.into_inner();
        let sequence = *self.last.borrow() + 1;
        self.bytes += exchange.bytes();
        self.entries
            .push_back(Arc::new(Entry { sequence, exchange }));
        while self.bytes > self.capacity
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= oldest.exchange.bytes();
            self.dropped += 1;
            self.dropped_through = oldest.sequence;
        }
        self.last.send_replace(sequence);
    }

    /// Forgets every entry. Sequence numbers go on, so that nobody takes a new entry for an old one.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
        self.dropped = 0;
        self.dropped_through = 0;
    }

    /// The first entries after a sequence number, so many at most.
    pub(crate) fn batch(&self, sequence: u64, most: usize) -> Vec<Arc<Entry>> {
        let entries = self.entries.range(self.position_after(sequence)..);
        entries.take(most).cloned().collect()
    }

    fn position_after(&self, sequence: u64) -> usize {
        let earlier = |entry: &Arc<Entry>| entry.sequence <= sequence;
        self.entries.partition_point(earlier)
    }

    /// What came after a sequence number.
    pub(crate) fn since(&self, sequence: u64) -> Excerpt {
        let first = self.position_after(sequence);
        Excerpt {
            entries: self.entries.range(first..).cloned().collect(),
            dropped: self.dropped,
            dropped_through: self.dropped_through,
        }
    }

    /// The sequence number of the last entry, to be waited for. It ends with the journal.
    pub(crate) fn last(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exchange(body: usize) -> Masked {
        Masked::of(Exchange {
            request: Message {
                headers: vec![("a".to_owned(), "b".to_owned())],
                body: "x".repeat(body),
            },
            ..Exchange::example()
        })
    }

    fn sequences(journal: &Journal) -> Vec<u64> {
        let excerpt = journal.since(0);
        excerpt.entries.iter().map(|entry| entry.sequence).collect()
    }

    #[test]
    fn the_oldest_make_room_and_are_counted() {
        let mut journal = Journal::with_capacity(3000);
        for _ in 0..5 {
            journal.push(exchange(1000));
        }

        assert_eq!(sequences(&journal), [4, 5]);
        assert_eq!(journal.since(4).entries.len(), 1);
        assert_eq!(journal.since(0).dropped, 3);
        assert_eq!(journal.since(0).dropped_through, 3);
    }

    #[test]
    fn an_exchange_that_is_too_large_is_dropped_at_once() {
        let mut journal = Journal::with_capacity(1000);
        journal.push(exchange(1000));

        assert!(sequences(&journal).is_empty());
        assert_eq!(journal.since(0).dropped, 1);
    }

    #[test]
    fn what_is_masked_takes_no_room() {
        let mut journal = Journal::with_capacity(1000);
        journal.push(Masked::of(Exchange {
            request: Message {
                headers: Vec::new(),
                body: format!(r#"{{"linkToken":"{}"}}"#, "x".repeat(100_000)),
            },
            ..Exchange::example()
        }));

        assert_eq!(sequences(&journal), [1]);
    }

    #[test]
    fn numbers_go_on_when_the_journal_is_emptied() {
        let mut journal = Journal::default();
        journal.push(exchange(1));
        journal.clear();
        journal.push(exchange(1));

        assert_eq!(sequences(&journal), [2]);
        assert_eq!(*journal.last().borrow(), 2);
    }

    proptest! {
        #[test]
        fn the_bound_holds(sizes in proptest::collection::vec(0_usize..4000, 0..50)) {
            let mut journal = Journal::with_capacity(5000);
            for size in &sizes {
                journal.push(exchange(*size));
                let held = journal.entries.iter().map(|entry| entry.exchange.bytes()).sum::<usize>();

                prop_assert_eq!(held, journal.bytes);
                prop_assert!(held <= 5000);
            }
            prop_assert_eq!(journal.entries.len() as u64 + journal.dropped, sizes.len() as u64);
        }
    }
}
