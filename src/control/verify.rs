//! `POST /__mock/v1/verify`: did the client do what it should have done?

use std::cmp::Reverse;

use serde::Deserialize;
use serde_json::{Value, json};

use super::expectation::{Candidate, Expectation, Times, WrittenTimes, counted, counted_in_order};
use super::journal::{StatusPattern, known_operation, wrong_status};
use super::{Body, Target};
use crate::wire::outcome::{Payload, Problem};

/// What is to be verified.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Verification {
    expect: Vec<Value>,
    /// Whether one comes after the other.
    #[serde(default)]
    in_order: bool,
    /// The sequence number after which exchanges count.
    #[serde(default)]
    since: u64,
}

/// One expectation, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    operation: String,
    status: Option<Value>,
    times: Option<WrittenTimes>,
    body: Option<Value>,
}

/// Says of each expectation what was seen; 409 if one of them is not met, or may not be.
pub(crate) async fn verify(
    Target(world): Target,
    Body(verification): Body<Verification>,
) -> Result<Payload, Problem> {
    let written = verification.expect.iter().enumerate();
    let read = written.map(|(index, written)| read(index, written));
    let expectations = read.collect::<Result<Vec<_>, _>>()?;
    let since = verification.since;
    let excerpt = world.step(|state, _| state.journal.since(since));
    let dropped = excerpt.dropped;
    let candidates: Vec<_> = excerpt.entries.into_iter().map(Candidate::of).collect();
    let counted = if verification.in_order {
        counted_in_order(&expectations, &candidates)
    } else {
        counted(&expectations, &candidates)
    };
    let judge = Judge {
        candidates: &candidates,
        in_order: verification.in_order,
        incomplete: excerpt.dropped_through > since,
        dropped,
    };
    let mut outcomes = Vec::with_capacity(expectations.len());
    let (mut failed, mut unknown) = (0, 0);
    for (index, expectation) in expectations.iter().enumerate() {
        let places = &counted[index];
        let verdict = judge.verdict(expectation.times, places.len());
        failed += usize::from(verdict == Verdict::Failed);
        unknown += usize::from(verdict == Verdict::Unknown);
        let sequences = places.iter().map(|place| candidates[*place].entry.sequence);
        let mut outcome = json!({
            "expected": verification.expect[index],
            "met": verdict == Verdict::Met,
            "seen": sequences.collect::<Vec<_>>(),
        });
        if verdict != Verdict::Met {
            let (nearest, difference) = judge.nearest(expectation, places);
            outcome["cannotKnow"] = json!(verdict == Verdict::Unknown);
            outcome["difference"] = json!(difference);
            outcome["nearest"] = json!(nearest.map(brief));
        }
        outcomes.push(outcome);
    }
    if failed + unknown == 0 {
        let answer = json!({ "dropped": dropped, "expectations": outcomes });
        return Ok(Payload::entity(answer));
    }
    let detail = if failed > 0 {
        format!(
            "Not met: {} of {} expectations.",
            failed + unknown,
            expectations.len()
        )
    } else {
        format!(
            "Cannot know: the journal dropped exchanges ({dropped}) that may have made the difference."
        )
    };
    Err(Problem::new(409, detail)
        .with("cannotKnow", failed == 0)
        .with("dropped", dropped)
        .with("expectations", outcomes))
}

fn read(index: usize, written: &Value) -> Result<Expectation, Problem> {
    let place = format!("expect[{index}]");
    // serde would read the attributes from an array, too, by their order.
    if !written.is_object() {
        let detail = format!("{place}: expected an object, found {written}.");
        return Err(Problem::new(400, detail));
    }
    let Written {
        operation,
        status,
        times,
        body,
    } = Written::deserialize(written)
        .map_err(|error| Problem::new(400, format!("{place}: {error}.")))?;
    let status = status.map(|status| {
        let text = status
            .as_str()
            .map_or_else(|| status.to_string(), ToOwned::to_owned);
        let parsed = text.parse::<StatusPattern>();
        parsed.map_err(|()| wrong_status(&format!("{place}.status"), &text))
    });
    let times = Times::from(times);
    if times.most.is_some_and(|most| most < times.least) {
        let detail = format!("{place}.times: no number is {times}.");
        return Err(Problem::new(400, detail));
    }
    Ok(Expectation {
        operation: known_operation(&format!("{place}.operation"), &operation)?,
        status: status.transpose()?,
        body,
        times,
    })
}

/// What became of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Met,
    Failed,
    /// What the journal dropped may have made the difference.
    Unknown,
}

struct Judge<'a> {
    candidates: &'a [Candidate],
    in_order: bool,
    /// Whether exchanges are missing that would count.
    incomplete: bool,
    dropped: u64,
}

impl Judge<'_> {
    fn verdict(&self, times: Times, seen: usize) -> Verdict {
        let seen = seen as u64;
        if !self.incomplete {
            return if times.contains(seen) {
                Verdict::Met
            } else {
                Verdict::Failed
            };
        }
        match times.most {
            None if seen >= times.least => Verdict::Met,
            // What was dropped adds to a number and never takes from it; but it may change who comes after whom.
            Some(most) if seen > most && !self.in_order => Verdict::Failed,
            _ => Verdict::Unknown,
        }
    }

    /// The exchange that comes nearest to an expectation which is not met, and what is wrong with it.
    fn nearest(
        &self,
        expectation: &Expectation,
        counted: &[usize],
    ) -> (Option<&Candidate>, String) {
        let times = expectation.times;
        let seen = counted.len();
        let mut count = format!("times: expected {times}, found {seen}");
        if self.incomplete {
            count.extend(["; dropped, and so not known: ", &self.dropped.to_string()]);
        }
        if seen as u64 >= times.least {
            let most = times.most.and_then(|most| usize::try_from(most).ok());
            let superfluous = most.and_then(|most| counted.get(most));
            let nearest = superfluous.map(|place| &self.candidates[*place]);
            return (nearest, count);
        }
        let others = (0..self.candidates.len()).filter(|place| !counted.contains(place));
        // Of those that are as near, the newest.
        let near = others.map(|place| {
            let distance = expectation.distance(&self.candidates[place]);
            (distance, Reverse(place))
        });
        // Beside exchanges that count, another operation or the beginning of a login explains nothing.
        let near = near.filter(|(distance, _)| seen == 0 || distance.explains());
        let Some((_, Reverse(place))) = near.min() else {
            return (None, count);
        };
        let nearest = &self.candidates[place];
        let difference = expectation.difference(nearest).unwrap_or_else(|| {
            let sequence = nearest.entry.sequence;
            format!("order: number {sequence} is all that is expected, but not in its turn")
        });
        let difference = match seen {
            0 => difference,
            _ => format!("{count}; {difference}"),
        };
        (Some(nearest), difference)
    }
}

/// What somebody needs of an exchange to find the mistake.
fn brief(candidate: &Candidate) -> Value {
    let exchange = &candidate.entry.exchange;
    json!({
        "sequence": candidate.entry.sequence,
        "method": exchange.method,
        "path": exchange.path,
        "operation": exchange.operation,
        "status": exchange.status,
        "errorCode": exchange.error_code,
        "body": exchange.request.body,
    })
}
