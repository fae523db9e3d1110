//! `print-config`: every setting with its value and where that comes from.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use super::{Exit, print};

pub(super) fn print_config(command: &Command, matches: &ArgMatches) -> Exit {
    let settings = command
        .get_arguments()
        .filter(|argument| argument.get_env().is_some());
    let lines = settings.map(|argument| {
        let id = argument.get_id().as_str();
        let name = argument.get_long().unwrap_or(id);
        let value = matches.get_raw(id).map(|values| {
            values
                .map(|value| value.to_string_lossy())
                .collect::<Vec<_>>()
                .join(",")
        });
        // A secret that is printed is one no more.
        let value = value.map(|value| {
            if id == "control_token" {
                "[masked]".to_owned()
            } else {
                value
            }
        });
        let origin = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => "flag",
            Some(ValueSource::EnvVariable) => "environment",
            _ => "default",
        };
        let value = value.or_else(|| {
            matches
                .try_get_one::<bool>(id)
                .ok()
                .flatten()
                .map(ToString::to_string)
        });
        format!(
            "{name:<16} {:<24} {origin}\n",
            value.as_deref().unwrap_or("-")
        )
    });
    print(&lines.collect::<String>())
}
