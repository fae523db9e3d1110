//! `ATLAS_MOCK_…` names that mean nothing are most often typing errors: they are told.

use clap::Command;

use super::clients;

const PREFIX: &str = "ATLAS_MOCK_";

/// Warns of each name in the environment that looks like a setting and is none.
pub(super) fn warn_of_unknown(command: &Command) {
    let known: Vec<&str> = command
        .get_arguments()
        .filter_map(|argument| argument.get_env()?.to_str())
        .collect();
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if let Some(warning) = warning(name, &known) {
            eprintln!("warning: {warning}");
        }
    }
}

fn warning(name: &str, known: &[&str]) -> Option<String> {
    if known.contains(&name) || name == clients::URL {
        return None;
    }
    let nearest = known
        .iter()
        .min_by_key(|known| strsim::levenshtein(known, name))?;
    Some(format!("{name} is not a setting; did you mean {nearest}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_told_with_the_nearest_name() {
        let known = ["ATLAS_MOCK_PORT", "ATLAS_MOCK_HOST"];

        assert_eq!(warning("ATLAS_MOCK_PORT", &known), None);
        assert_eq!(
            warning("ATLAS_MOCK_PROT", &known).unwrap(),
            "ATLAS_MOCK_PROT is not a setting; did you mean ATLAS_MOCK_PORT?"
        );
    }
}
