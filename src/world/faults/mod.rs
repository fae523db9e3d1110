//! Faults: rules that change what an operation does, and the decision which of them a request meets.

mod latency;
pub(crate) mod rule;

use std::time::Duration;

use serde::Serialize;

use super::random::Random;
use crate::operation::Operation;
use rule::{Action, Rule, When};

/// More rules than anybody writes, and so few that deciding stays quick.
const MAX_RULES: usize = 1000;

/// A rule in force, with what it has come to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fault {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) rule: Rule,
    /// How many requests the rule was asked about.
    pub(crate) matched: u64,
    /// How many of them it struck.
    pub(crate) fired: u64,
}

impl Fault {
    fn strikes(&mut self, operation: &Operation, random: &mut Random) -> bool {
        let named = self.rule.operation.0;
        if named.is_some_and(|named| named.id != operation.id) || !self.rule.action.suits(operation)
        {
            return false;
        }
        self.matched += 1;
        let due =
            self.matched > self.rule.skip && self.rule.times.is_none_or(|times| self.fired < times);
        // Chance is drawn only where it matters: what else is random stays as it was.
        let strikes =
            due && (self.rule.probability >= 1.0 || random.unit() < self.rule.probability);
        self.fired += u64::from(strikes);
        strikes
    }
}

/// What a request meets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Met {
    /// The first rule that struck.
    pub(crate) id: u64,
    /// How long to wait before the operation, and after it.
    pub(crate) before: Duration,
    pub(crate) after: Duration,
    /// What becomes of the answer.
    pub(crate) action: Option<(When, Action)>,
}

/// The rules of a world.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
    last_id: u64,
}

impl Faults {
    /// Puts rules in force, all or none. An error says what is wrong with one.
    pub(crate) fn add(&mut self, rules: Vec<Rule>) -> Result<&[Fault], String> {
        rules.iter().try_for_each(Rule::check)?;
        if self.list.len() + rules.len() > MAX_RULES {
            return Err(format!("There are at most {MAX_RULES} faults at a time."));
        }
        let before = self.list.len();
        for mut rule in rules {
            rule.when = Some(rule.when());
            self.last_id += 1;
            let id = self.last_id;
            self.list.push(Fault {
                id,
                rule,
                matched: 0,
                fired: 0,
            });
        }
        Ok(&self.list[before..])
    }

    /// Every rule, in the order in which they are asked.
    pub(crate) fn list(&self) -> &[Fault] {
        &self.list
    }

    /// Removes one rule; says whether there was one.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.list.len();
        self.list.retain(|fault| fault.id != id);
        self.list.len() < before
    }

    /// Removes every rule.
    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }

    /// Asks the rules about a request, in order. Latencies add up; the first rule of another kind that
    /// strikes is the last that is asked.
    pub(crate) fn decide(&mut self, operation: &Operation, random: &mut Random) -> Option<Met> {
        let mut met: Option<Met> = None;
        for fault in &mut self.list {
            if !fault.strikes(operation, random) {
                continue;
            }
            let met = met.get_or_insert(Met {
                id: fault.id,
                before: Duration::ZERO,
                after: Duration::ZERO,
                action: None,
            });
            let when = fault.rule.when();
            let Action::Latency(latency) = &fault.rule.action else {
                met.action = Some((when, fault.rule.action.clone()));
                break;
            };
            let waits = match when {
                When::Before => &mut met.before,
                When::After => &mut met.after,
            };
            *waits = waits.saturating_add(latency.sample(random));
        }
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::OPERATIONS;

    fn rule(text: &str) -> Rule {
        serde_json::from_str(text).unwrap()
    }

    fn faults(rules: &[&str]) -> Faults {
        let mut faults = Faults::default();
        faults
            .add(rules.iter().map(|text| rule(text)).collect())
            .unwrap();
        faults
    }

    /// Which of so many requests for a link-token are struck, `x`, and which are not, `-`.
    fn strikes(faults: &mut Faults, requests: usize, seed: u64) -> String {
        let mut random = Random::seeded(seed);
        let mut decide = || faults.decide(&OPERATIONS[0], &mut random);
        (0..requests)
            .map(|_| if decide().is_some() { 'x' } else { '-' })
            .collect()
    }

    #[test]
    fn some_requests_pass_first_and_then_so_many_are_struck() {
        let mut faults = faults(&[r#"{"skip":2,"times":3,"action":{"reset":true}}"#]);

        assert_eq!(strikes(&mut faults, 7, 1), "--xxx--");
        assert_eq!((faults.list[0].matched, faults.list[0].fired), (7, 3));
    }

    #[test]
    fn chance_repeats_with_its_seed() {
        let unlikely = [r#"{"probability":0.3,"action":{"reset":true}}"#];
        let run = |seed| strikes(&mut faults(&unlikely), 40, seed);

        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert!((4..20).contains(&run(1).matches('x').count()));
    }

    #[test]
    fn a_rule_about_another_operation_is_not_asked() {
        let mut faults = faults(&[
            r#"{"operation":"deleteLinkTokens","action":{"reset":true}}"#,
            r#"{"action":{"error":"invalid_client"}}"#,
        ]);

        assert_eq!(strikes(&mut faults, 2, 1), "--");
        assert_eq!(faults.list[0].matched + faults.list[1].matched, 0);
    }

    #[test]
    fn latencies_add_up_until_another_rule_strikes() {
        let mut faults = faults(&[
            r#"{"action":{"latency":{"fixed":"1s"}}}"#,
            r#"{"action":{"latency":{"fixed":"2s"}}}"#,
            r#"{"when":"AFTER","action":{"latency":{"fixed":"4s"}}}"#,
            r#"{"action":{"status":503}}"#,
            r#"{"action":{"latency":{"fixed":"8s"}}}"#,
        ]);

        let met = faults.decide(&OPERATIONS[0], &mut Random::seeded(1));

        let expected = Met {
            id: 1,
            before: Duration::from_secs(3),
            after: Duration::from_secs(4),
            action: Some((When::Before, Action::Status(503))),
        };
        assert_eq!(met, Some(expected));
        assert_eq!(faults.list[4].matched, 0);
    }
}
